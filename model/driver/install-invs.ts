/** The old domain's array, once a device has left the domain (arm-smmu-v3.c, v9 and Linux 7.1; driver.md 1, 5 A9).
 *  Callers hold arm_smmu_asid_lock. */
import { binary, constant, type Expr, not } from '../program/expression.ts';
import {
  commandOf,
  kfree_rcu,
  type Local,
  load,
  locals,
  type Operand,
  place,
  READ_ONCE,
  rcu_assign_pointer,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import { CMDQ_OP, INV_TYPE_S2_VMID, inv } from './inv-entries.ts';
import { type Allocator, arm_smmu_invs_purge, arm_smmu_invs_unref } from './invs-ops.ts';
import type { Version } from './version.ts';

/** `struct arm_smmu_inv_state` of the old domain. */
export interface OldDomainInvs {
  /** The domain's object: its cell `invs` points to the array. */
  readonly domain: string;
  readonly old_invs: Operand;
  /** The device's list: what it needed in the old domain. */
  readonly to_unref: Operand;
  readonly from: Allocator;
  readonly version: Version;
  readonly cpu: number;
  /** What the scenario has no use for: nobody else's tag ever goes, or there is never trash to purge. */
  readonly unused: readonly ('flush' | 'purge')[];
}

/** Counts the device's entries down, flushes its tag from the TLB if nobody else has it, and replaces the array by
 *  one without trash if there is memory for it. Needs none to be correct. */
export function arm_smmu_install_old_domain_invs(o: OldDomainInvs): Stmt {
  const fn = 'arm_smmu_install_old_domain_invs';
  const { new_invs, users } = locals(fn, 'new_invs', 'users');
  const kept = (part: 'flush' | 'purge', body: readonly Stmt[]): readonly Stmt[] =>
    o.unused.includes(part) ? [optional(body)] : body;
  const flush = (invs: Operand, i: Operand): Stmt => arm_smmu_inv_flush_iotlb_tag(invs, i, o.cpu);
  const unref =
    o.version === 'v9'
      ? [arm_smmu_invs_unref(o.old_invs, o.to_unref, o.version, (invs, i) => [flush(invs, i)])]
      : [
          arm_smmu_invs_unref(o.old_invs, o.to_unref, o.version),
          READ_ONCE(users, inv(o.to_unref, 0, 'users')),
          when(not(users), kept('flush', [flush(o.to_unref, 0)])),
        ];
  return call(fn, [
    ...unref,
    ...kept('purge', [
      arm_smmu_invs_purge(new_invs, o.old_invs, o.from, o.version),
      when(new_invs, [rcu_assign_pointer(place(`&${o.domain}`, 'invs'), new_invs), kfree_rcu(o.old_invs)]),
    ]),
  ]);
}

/** TLBI of everything with this tag, and CMD_SYNC: whatever is in no array is in no TLB (S4). ATC entries have no
 *  tag of the TLB. */
function arm_smmu_inv_flush_iotlb_tag(invs: Operand, i: Operand, cpu: number): Stmt {
  const fn = 'arm_smmu_inv_flush_iotlb_tag';
  const l = locals(fn, 'type', 'smmu', 'id', 'opcode');
  const is = (opcode: number): Expr => binary('eq', l.opcode, constant(opcode));
  const commands = [
    { ...commandOf('TLBI_NH_ASID', { asid: l.id, vmid: 0 }), when: is(CMDQ_OP.TLBI_NH_ASID) },
    { ...commandOf('TLBI_EL2_ASID', { asid: l.id }), when: is(CMDQ_OP.TLBI_EL2_ASID) },
    { ...commandOf('TLBI_S12_VMALL', { vmid: l.id }), when: is(CMDQ_OP.TLBI_S12_VMALL) },
  ];
  const read = (dst: Local, field: Parameters<typeof inv>[2]): Stmt => load(dst, inv(invs, i, field));
  return call(fn, [
    read(l.type, 'type'),
    when(binary('le', l.type, constant(INV_TYPE_S2_VMID)), [
      read(l.smmu, 'smmu'),
      read(l.id, 'id'),
      read(l.opcode, 'nsize_opcode'),
      arm_smmu_cmdq_issue_cmdlist(l.smmu, commands, cpu),
    ]),
  ]);
}
