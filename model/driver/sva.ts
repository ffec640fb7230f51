import { binary, constant } from '../program/expression.ts';
import {
  assign,
  type Local,
  load,
  locals,
  mutex_lock,
  mutex_unlock,
  type Operand,
  place,
  rcu_dereference,
  spin_lock,
  spin_unlock,
  store,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { type CdWriter, cdWriter } from './entry-writers.ts';
import { arm_smmu_install_old_domain_invs } from './install-invs.ts';
import { INV_TYPE_S1_ASID } from './inv-entries.ts';
import { arm_smmu_domain_inv_range } from './inv-range.ts';
import { type Cd, clearedCd } from './make-cd.ts';
import {
  arm_smmu_remove_master_domain,
  forEachDevice,
  lockDevices,
  unlockDevices,
} from './master-domains.ts';
import { arm_smmu_write_entry_raced, type RacedEntry } from './write-entry-raced.ts';

/** A domain of a process, one device that it is bound to, and what that device's CD may hold at any time. */
export interface Bond {
  readonly domain: string;
  readonly md: string;
  /** The object of the master: its cell `used_ssids`. */
  readonly master: string;
  readonly cd: CdWriter;
  /** Every combination of words that may be found. */
  readonly founds: readonly Cd[];
  /** How the compiler reads the CD (write-entry-raced.ts). */
  readonly reads: RacedEntry['reads'];
  /** Whether each write of a CD is made under a lock of its own, as in no kernel: no two of them overlap then. */
  readonly cdLock: boolean;
}

/** That lock. */
export const CD_LOCK = 'cd_lock';

const domainTypes = [INV_TYPE_S1_ASID] as const;

/** Invalidates everything of the domain (size 0), wherever its array says. */
export const arm_smmu_domain_inv = (domain: Operand, cpu: number): Stmt =>
  call('arm_smmu_domain_inv', [inv_range(domain, { page: 0, pages: 0 }, cpu)]);

/** An array with the tag only leaves the search for the next entry unused. */
const inv_range = (domain: Operand, r: { page: number; pages: number }, cpu: number): Stmt =>
  optional([
    arm_smmu_domain_inv_range({
      domain,
      range: { iova: BigInt(r.page) << 12n, size: BigInt(r.pages) << 12n, granule: 0x1000n, leaf: false },
      types: domainTypes,
      range_inv: null,
      entries: 1,
      cpu,
      version: 'v7.1',
    }),
  ]);

/** Called when the process has changed its page table, between its own TLBI and the DSB that waits for that. */
export const arm_smmu_mm_arch_invalidate_secondary_tlbs = (
  domain: Operand,
  range: { readonly page: number; readonly pages: number },
  cpu: number,
): Stmt => call('arm_smmu_mm_arch_invalidate_secondary_tlbs', [inv_range(domain, range, cpu)]);

/** Writes a CD and counts the substreams in use, by plain accesses. A word 0 that is not 0 has V here. */
export function arm_smmu_write_cd_entry_raced({ master, cd, founds, reads, cdLock }: Bond, target: Cd): Stmt {
  const fn = 'arm_smmu_write_cd_entry';
  const { cur, used_ssids } = locals(fn, 'cur', 'used_ssids');
  const used = place(`&${master}`, 'used_ssids');
  const isValid = target[0] !== 0;
  const differs = binary(isValid ? 'eq' : 'ne', cur, constant(0));
  const count = [
    load(used_ssids, used),
    store(used, binary(isValid ? 'add' : 'sub', used_ssids, constant(1))),
    assign(used_ssids, 0),
  ];
  const lock = place(`&${CD_LOCK}`, 'v');
  return call(fn, [
    ...(cdLock ? [spin_lock(lock)] : []),
    load(cur, place(`&${cd.cdtab}`, `cd${cd.ssid}`, 0)),
    // A CD that becomes valid because the process exits is not foreseen.
    when(differs, isValid ? [optional(count)] : count),
    assign(cur, 0),
    arm_smmu_write_entry_raced(cdWriter(cd), { founds, target, reads }),
    ...(cdLock ? [spin_unlock(lock)] : []),
  ]);
}

/** The process exits: walks stop, on every device in the list, while the CDs stay valid; later faults then stall or are
 *  terminated quietly. arm_smmu_asid_lock is not taken; `asidLock`: if it were. */
export function arm_smmu_mm_release(bond: Bond, domain: Operand, target: Cd, asidLock: boolean): Stmt {
  const fn = 'arm_smmu_mm_release';
  const { master_domain, ssid } = locals(fn, 'master_domain', 'ssid');
  return call(fn, [
    ...(asidLock ? [mutex_lock(asidMutex)] : []),
    ...lockDevices(domain),
    ...forEachDevice(domain, master_domain, [
      load(ssid, place(master_domain, 'ssid')),
      arm_smmu_write_cd_entry_raced(bond, target),
    ]),
    ...unlockDevices(domain),
    ...(asidLock ? [mutex_unlock(asidMutex)] : []),
    arm_smmu_domain_inv(domain, bond.cd.cpu),
  ]);
}

const asidMutex = place('&arm_smmu_asid_lock', 'v');

/** In which order a detach clears the CD and takes the device off the list. 7.1: 'CD first'. */
export type DetachOrder = 'CD first' | 'list first' | 'both under devices_lock';

export interface Detach {
  readonly bond: Bond;
  readonly order: DetachOrder;
  /** The device's list, as arm_smmu_master_build_invs() made it. */
  readonly build: string;
  /** Set once it is over. */
  readonly done: Local;
}

/** arm_smmu_blocking_set_dev_pasid(): a PASID is set free. Nobody keeps the process from exiting meanwhile. */
export function arm_smmu_blocking_set_dev_pasid({ bond, order, build, done }: Detach): readonly Stmt[] {
  const { domain, md, cd } = bond;
  const { old_invs } = locals('arm_smmu_attach_prepare_invs', 'old_invs');
  const clear = call('arm_smmu_clear_cd', [arm_smmu_write_cd_entry_raced(bond, clearedCd)]);
  const remove = arm_smmu_remove_master_domain(`&${domain}`, md, order === 'both under devices_lock');
  const both: Readonly<Record<DetachOrder, readonly Stmt[]>> = {
    'CD first': [clear, remove],
    'list first': [remove, clear],
    'both under devices_lock': [...lockDevices(`&${domain}`), clear, remove, ...unlockDevices(`&${domain}`)],
  };
  return [
    call('arm_smmu_blocking_set_dev_pasid', [
      mutex_lock(asidMutex),
      call('arm_smmu_attach_prepare_invs', [rcu_dereference(old_invs, place(`&${domain}`, 'invs'))]),
      ...both[order],
      arm_smmu_install_old_domain_invs({
        domain,
        old_invs,
        to_unref: `&${build}`,
        from: { pool: [], mayFail: false },
        version: 'v7.1',
        cpu: cd.cpu,
        unused: ['purge'],
      }),
      mutex_unlock(asidMutex),
    ]),
    assign(old_invs, 0),
    assign(done, 1),
  ];
}
