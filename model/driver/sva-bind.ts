/** A process unmaps a page that a device shares (arch/arm64/include/asm/tlbflush.h), and a PASID of a device is bound to
 *  a process (arm-smmu-v3-sva.c, arm-smmu-v3.c, Linux 7.1; driver.md 5, 9). */
import {
  __free_page,
  load,
  locals,
  mb,
  mutex_lock,
  mutex_unlock,
  place,
  store,
  wmb,
} from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { arm_smmu_install_new_domain_invs } from './attach.ts';
import { arm_smmu_write_cd_entry, type CdWriter } from './entry-writers.ts';
import { arm_smmu_invs_merge } from './invs-ops.ts';
import type { Cd } from './make-cd.ts';
import { arm_smmu_attach_prepare_master_domain } from './master-domains.ts';
import { arm_smmu_mm_arch_invalidate_secondary_tlbs } from './sva.ts';
import { mmu_notifier_call } from './sva-domain.ts';

/** The page's descriptor is cleared, every CPU and every notifier is told, and the page is given back. The TLBI reaches
 *  CPUs only: there is no broadcast to SMMUs (BTM). */
export function zap_pte_range(table: string, page: number, target: string, mm: string, cpu: number): Stmt {
  return call('zap_pte_range', [
    call('ptep_get_and_clear', [store(place(`&${table}`, 'pte', page), 0)]),
    call('flush_tlb_range', [
      dsb('ishst'),
      mmu_notifier_call('mmu_notifier_arch_invalidate_secondary_tlbs', mm, (domain) => [
        arm_smmu_mm_arch_invalidate_secondary_tlbs(domain, { page, pages: 1 }, cpu),
      ]),
      dsb('ish'),
    ]),
    __free_page(`&${target}`),
  ]);
}

export const dsb = (what: 'ish' | 'ishst'): Stmt =>
  ({ ...(what === 'ish' ? mb() : wmb()), text: `dsb(${what})` }) as Stmt;

/** A PASID to be bound. */
export interface Bind {
  readonly domain: string;
  readonly md: string;
  readonly cd: CdWriter;
  readonly found: Cd;
  readonly target: Cd;
  /** The device's list, and where the new array comes from. */
  readonly build: string;
  readonly pool: readonly string[];
}

/** arm_smmu_sva_set_dev_pasid(): mmget_not_zero() keeps the process from exiting meanwhile. */
export function arm_smmu_sva_set_dev_pasid(b: Bind): readonly Stmt[] {
  const { old_invs, new_invs } = locals('arm_smmu_set_pasid', 'old_invs', 'new_invs');
  const lock = place('&arm_smmu_asid_lock', 'v');
  return [
    call('arm_smmu_set_pasid', [
      mutex_lock(lock),
      call('arm_smmu_attach_prepare_invs', [
        load(old_invs, place(`&${b.domain}`, 'invs')),
        arm_smmu_invs_merge(new_invs, old_invs, `&${b.build}`, { pool: b.pool, mayFail: false }, 'v7.1'),
      ]),
      arm_smmu_attach_prepare_master_domain(`&${b.domain}`, b.md),
      arm_smmu_install_new_domain_invs(b.domain, old_invs, new_invs, 'v7.1'),
      arm_smmu_write_cd_entry(b.cd, b.found, b.target, 'v7.1'),
      mutex_unlock(lock),
    ]),
  ];
}
