/** Designs that the series of the invalidation array announces for later, as they could be written; none is in Linux
 *  7.1. Each uses the array as it is (driver.md 12, 15). */
import { binary, constant, not } from '../program/expression.ts';
import {
  assign,
  commandOf,
  dma_wmb,
  type Local,
  load,
  locals,
  type Operand,
  place,
  READ_ONCE,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  smp_cond_load_relaxed,
  smp_mb,
  store,
  WRITE_ONCE,
  writePROD,
} from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';
import { SYNC_FIELD } from '../smmu/smmu.ts';
import { arm_smmu_install_ste_for_dev, type Ste, type Stream } from './attach.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import { arm_smmu_invs_merge, type Inv, type Range } from './invs.ts';

/** For which entries of the second pass a CMD_SYNC is waited for. */
export type WaitsFor = 'every entry' | 'every entry that is still live' | 'the last entry';

/** arm_smmu_domain_inv_range() in two passes: every SMMU gets its commands before any is waited for. */
export function arm_smmu_domain_inv_range_overlapped(
  domain: Operand,
  range: Range,
  cpu: number,
  waits: WaitsFor,
): Stmt {
  const fn = 'arm_smmu_domain_inv_range';
  const { invs, num } = locals(fn, 'invs', 'num');
  return call(fn, [
    smp_mb(),
    rcu_read_lock(),
    rcu_dereference(invs, place(domain, 'invs')),
    READ_ONCE(num, place(invs, 'num_invs')),
    forEachEntry('arm_smmu_invs_issue', invs, num, 'live', (smmu, id) => issue(smmu, id, range, cpu)),
    ...waitPass(invs, num, cpu, waits),
    rcu_read_unlock(),
  ]);
}

function waitPass(invs: Local, num: Local, cpu: number, waits: WaitsFor): readonly Stmt[] {
  const fn = 'arm_smmu_invs_wait';
  const { VAL, smmu } = locals(fn, 'VAL', 'smmu');
  const wait = (at: Operand): Stmt => smp_cond_load_relaxed(VAL, place(at, SYNC_FIELD, cpu), not(VAL));
  if (waits === 'the last entry') {
    const last = binary('sub', num, constant(1));
    return [call(fn, [load(smmu, place(invs, 'inv.smmu', last)), wait(smmu)])];
  }
  const which = waits === 'every entry' ? 'all' : 'live';
  return [forEachEntry(fn, invs, num, which, (at) => [wait(at)])];
}

function issue(smmu: Local, vmid: Local, range: Range, cpu: number): readonly Stmt[] {
  return [
    store(place(smmu, SYNC_FIELD, cpu), 1),
    dma_wmb(),
    writePROD(smmu, [
      commandOf('TLBI_S2_IPA', { vmid, ...range, leaf: 1 }),
      commandOf('CMD_SYNC', { slot: cpu }),
    ]),
  ];
}

/** 'all': also of entries whose users value says that they are trash by now. */
function forEachEntry(
  fn: string,
  invs: Local,
  num: Local,
  which: 'all' | 'live',
  body: (smmu: Local, id: Local) => readonly Stmt[],
): Stmt {
  const { i, users, smmu, id } = locals(fn, 'i', 'users', 'smmu', 'id');
  const entry = [
    load(smmu, place(invs, 'inv.smmu', i)),
    load(id, place(invs, 'inv.id', i)),
    ...body(smmu, id),
  ];
  const ifLive = [READ_ONCE(users, place(invs, 'inv.users', i)), when(users, entry)];
  return call(fn, [
    assign(i, 0),
    whilst(binary('lt', i, num), [
      ...(which === 'live' ? ifLive : entry),
      assign(i, binary('add', i, constant(1))),
    ]),
  ]);
}

/** A domain on one SMMU that gets another VMID, as BTM would renumber an ASID. */
export interface Renumbering {
  readonly domain: string;
  readonly stream: Stream;
  readonly from: Inv;
  readonly to: Inv;
  readonly found: Ste;
  readonly target: Ste;
  /** Array with room for both tags. */
  readonly both: string;
  readonly cpu: number;
}

/** Both tags are in the array until no STE has the old one, and nothing is left of it in the TLB. */
export function arm_smmu_domain_renumber(r: Renumbering): Stmt {
  const fn = 'arm_smmu_domain_renumber';
  const { old_invs, new_invs } = locals(fn, 'old_invs', 'new_invs');
  return call(fn, [
    load(old_invs, place(`&${r.domain}`, 'invs')),
    arm_smmu_invs_merge(new_invs, old_invs, r.to, [r.both], false),
    call('arm_smmu_install_new_domain_invs', [rcu_assign_pointer(place(`&${r.domain}`, 'invs'), new_invs)]),
    arm_smmu_install_ste_for_dev({
      domain: r.domain,
      stream: r.stream,
      found: r.found,
      target: r.target,
      vmid: r.to.vmid,
      first: false,
      pool: [r.both],
      cpu: r.cpu,
      version: 'v7.1',
    }),
    call('arm_smmu_invs_unref', [WRITE_ONCE(place(new_invs, 'inv.users', 0), 0)]),
    call('arm_smmu_inv_flush_iotlb_tag', [
      arm_smmu_cmdq_issue_cmdlist(
        `&${r.from.smmu}`,
        [commandOf('TLBI_S12_VMALL', { vmid: r.from.vmid })],
        r.cpu,
      ),
    ]),
  ]);
}
