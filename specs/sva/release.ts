/** A process exits on CPU0 while CPU1 takes its PASID from the device, frees the domain, and may give its ASID to
 *  another process under another PASID. One device with one stream, without ATS, behind one SMMU.
 *
 *  What the findings rest on: nothing but devices_lock is common to mm_release and the detach, since an unbind holds no
 *  reference to mm_users (the file descriptor of the device may outlive the process, in a child, say); CDs are read by
 *  plain loads, as often as the source mentions them or once; EPD0 leaves hits in the TLB alone (IHI 0070 5.4); and once
 *  the notifiers' release has returned, no invalidation comes from the process any more. */

import { smmuObject } from '../../model/driver/cmdq.ts';
import type { CdWriter } from '../../model/driver/entry-writers.ts';
import { CMDQ_OP, INV_TYPE_S1_ASID, type Inv, invsArray } from '../../model/driver/inv-entries.ts';
import { arm_smmu_make_sva_cd, type Cd, cdTableObject, clearedCd } from '../../model/driver/make-cd.ts';
import { arm_smmu_make_cdtable_ste, steObject } from '../../model/driver/make-ste.ts';
import { domainObject, masterDomainObject } from '../../model/driver/master-domains.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import { lockObject } from '../../model/driver/remove.ts';
import {
  arm_smmu_blocking_set_dev_pasid,
  arm_smmu_mm_release,
  arm_smmu_write_cd_entry_raced,
  type Bond,
  CD_LOCK,
  type DetachOrder,
} from '../../model/driver/sva.ts';
import {
  ASID_XA,
  arm_smmu_sva_domain_alloc,
  arm_smmu_sva_domain_free,
  type DomainMemory,
  mmu_notifier_call,
} from '../../model/driver/sva-domain.ts';
import type { Hardware, MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import type { Value } from '../../model/program/expression.ts';
import { __free_page, assign, locals } from '../../model/program/kernel.ts';
import { call, compile, drop, type Edit, edit, type Stmt, when } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';

export interface Params {
  readonly order: DetachOrder;
  /** Whether arm_smmu_mm_release() takes arm_smmu_asid_lock. */
  readonly asidLock: boolean;
  /** What CPU1 does after the detach. */
  readonly afterwards: 'nothing' | 'frees the domain' | 'gives the ASID away';
  readonly memory: DomainMemory;
  readonly reads: Bond['reads'];
  readonly cdLock: boolean;
  readonly hardware: Hardware;
  readonly exitEdits: readonly Edit[];
  readonly detachEdits: readonly Edit[];
  readonly reorder: (detach: readonly Stmt[]) => readonly Stmt[];
}

/** As in 7.1. */
export const merged: Params = {
  order: 'CD first',
  asidLock: false,
  afterwards: 'nothing',
  memory: 'mmu_notifier_put',
  reads: 'as written',
  cdLock: false,
  hardware: {},
  exitEdits: [],
  detachEdits: [],
  reorder: (s) => s,
};

export const ASID = 3;
export const SID = 0;
export const SSID = 1;
export const { detached } = locals('ghost', 'detached');

const bound = arm_smmu_make_sva_cd(ASID, '&pgd1');
const exiting = arm_smmu_make_sva_cd(ASID, null);
const other = arm_smmu_make_sva_cd(ASID, '&pgd2');

/** Words 0 and 1 of every CD that may be found: each word has a value of its own history. */
const founds: readonly Cd[] = [bound[0]!, exiting[0]!, clearedCd[0]!].flatMap((w0) =>
  [bound[1]!, 0].map((w1): Cd => [w0, w1, 0, 0, 0, 0, 0, 0]),
);

const cdOf = (ssid: number, cpu: number): CdWriter => ({
  smmu: 'smmu0',
  sids: [SID],
  cdtab: 'cdtab',
  ssid,
  cpu,
});
const bondOn = ({ reads, cdLock }: Params, cpu: number): Bond => ({
  domain: 'domain',
  md: 'md',
  master: 'master',
  cd: cdOf(SSID, cpu),
  founds,
  reads,
  cdLock,
});

/** exit_mmap(): the notifiers are told, then everything goes. The process's own TLBIs concern no SMMU. */
function exit_mmap(p: Params): readonly Stmt[] {
  const released = mmu_notifier_call('mmu_notifier_release', 'mm', (domain) => [
    arm_smmu_mm_release(bondOn(p, 0), domain, exiting, p.asidLock),
  ]);
  return [
    call('exit_mmap', [
      released,
      call('unmap_vmas', [__free_page('&page1')]),
      call('free_pgtables', [__free_page('&pgd1')]),
    ]),
  ];
}

function detach(p: Params): readonly Stmt[] {
  const bond = bondOn(p, 1);
  const body = arm_smmu_blocking_set_dev_pasid({ bond, order: p.order, build: 'build', done: detached });
  const free = call('iommu_sva_unbind_device', [arm_smmu_sva_domain_free(bond, 'mm', p.memory)]);
  return p.reorder([
    ...ofTheLast(body),
    ...(p.afterwards === 'nothing' ? [] : [free]),
    ...(p.afterwards === 'gives the ASID away' ? bindOther() : []),
  ]);
}

/** Another process gets the ASID, and is bound to the device. Its array, which nobody invalidates by, is left out. */
function bindOther(): readonly Stmt[] {
  const { is_free } = locals('iommu_sva_bind_device', 'is_free');
  const bond = { ...bondOn(merged, 1), cd: cdOf(2, 1), founds: [clearedCd] };
  return [
    call('iommu_sva_bind_device', [
      arm_smmu_sva_domain_alloc(is_free, 'domain2'),
      when(is_free, [
        assign(detached, 2),
        call('arm_smmu_sva_set_dev_pasid', [arm_smmu_write_cd_entry_raced(bond, other)]),
      ]),
    ]),
  ];
}

/** What the last device of a domain has no use for: see specs/ats. */
function ofTheLast(body: readonly Stmt[]): readonly Stmt[] {
  const fn = 'arm_smmu_install_old_domain_invs';
  const { new_invs } = locals(fn, 'new_invs');
  const kept = replaceCalls(body, 'arm_smmu_invs_purge', () => [assign(new_invs, 0)]);
  const edits = [
    drop(fn, 'rcu_assign_pointer(domain.invs, new_invs)'),
    drop(fn, 'kfree_rcu(old_invs)'),
    drop('arm_smmu_invs_unref', 'WRITE_ONCE(build.inv[j].users, 0)'),
  ];
  return edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), kept);
}

const tag = (users: number): Inv => ({
  smmu: 'smmu0',
  type: INV_TYPE_S1_ASID,
  size_opcode: CMDQ_OP.TLBI_NH_VA,
  nsize_opcode: CMDQ_OP.TLBI_NH_ASID,
  id: ASID,
  pgsize: 0,
  ssid: 0,
  users,
});

const variable = (name: string, field: string, value: Value): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: field, cells: [value] }],
});

export function scenario(model: MemoryModel, p: Params): Scenario {
  const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
    edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);
  const reused = p.afterwards === 'gives the ASID away';
  return {
    model,
    objects: [
      variable('mm', 'notifiers', '&domain'),
      domainObject('domain', 'invs', '&md'),
      masterDomainObject('md', SSID, 0),
      invsArray({ name: 'invs', max: 1, invs: [tag(1)] }),
      invsArray({ name: 'build', max: 1, invs: [tag(0)] }),
      variable('master', 'used_ssids', 1),
      lockObject('arm_smmu_asid_lock'),
      lockObject(CD_LOCK),
      variable(ASID_XA, 'v', '&domain'),
      smmuObject('smmu0', 2),
      steObject('ste0', arm_smmu_make_cdtable_ste({ cdtab: '&cdtab', ats: false })),
      cdTableObject('cdtab', [clearedCd, bound, ...(reused ? [clearedCd] : [])]),
      tableObject('pgd1', ['&page1']),
      pageObject('page1'),
      ...(reused ? [tableObject('pgd2', ['&page2']), pageObject('page2')] : []),
    ],
    programs: [
      compile('CPU0', edited(exit_mmap(p), p.exitEdits)),
      compile('CPU1', edited(detach(p), p.detachEdits), [detached.name]),
    ],
    smmus: [{ name: 'smmu0', streams: [{ sid: SID, ste: 'ste0' }], levels: 1 }],
    hardware: p.hardware,
  };
}
