/** arm_smmu_mm_arch_invalidate_secondary_tlbs() of an SMMU without range invalidation, before and after d5afb4b47e13
 *  ("Fix soft lockup triggered by arm_smmu_mm_invalidate_range", Linux 6.6): one TLBI for each page, however many there
 *  are (bugs.md 17). Scaled: the bound on the number of commands follows from PAGE_SHIFT as in the kernel. */
import { binary, constant, type Expr } from '../program/expression.ts';
import { assign, type Local, locals, type Operand } from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';
import {
  arm_smmu_cmdq_batch_add,
  arm_smmu_cmdq_batch_init,
  arm_smmu_cmdq_batch_submit,
  type Batch,
  type CommandKind,
  emptyBatch,
} from './cmdq-batch.ts';
import { CMDQ_OP } from './inv-entries.ts';

/** CMDQ_MAX_TLBI_OPS: how many commands at most an invalidation may come to (arm-smmu-v3.h). */
export const CMDQ_MAX_TLBI_OPS = (pageShift: number): number => 1 << (pageShift - 3);

export interface SvaInvalidation {
  readonly smmu: Operand;
  readonly asid: number;
  /** Number of pages in the range of the notifier. */
  readonly pages: Local;
  readonly pageShift: number;
  /** CMDQ_BATCH_ENTRIES. */
  readonly entries: number;
  readonly cpu: number;
  readonly version: 'before d5afb4b47e13' | 'v6.6';
  /** A ghost: counts the TLBIs. */
  readonly issued: Local;
}

/** The notifier of an mm: invalidates the range by page, or all of the ASID where that would be too many commands. */
export function arm_smmu_mm_arch_invalidate_secondary_tlbs(a: SvaInvalidation): Stmt {
  const fn = 'arm_smmu_mm_arch_invalidate_secondary_tlbs';
  const { size } = locals(fn, 'size');
  const most = constant(CMDQ_MAX_TLBI_OPS(a.pageShift));
  return call(fn, [
    assign(size, a.pages),
    ...(a.version === 'v6.6' ? [when(binary('ge', size, most), [assign(size, 0)])] : []),
    when(size, [arm_smmu_tlb_inv_range_asid(a, size)], [arm_smmu_tlb_inv_asid(a)]),
  ]);
}

const nhVa: CommandKind = {
  opcode: CMDQ_OP.TLBI_NH_VA,
  name: 'TLBI_NH_VA',
  operands: ({ id, page }) => ({ asid: id, vmid: 0, page, leaf: 0 }),
};
const nhAsid: CommandKind = {
  opcode: CMDQ_OP.TLBI_NH_ASID,
  name: 'TLBI_NH_ASID',
  operands: ({ id }) => ({ asid: id, vmid: 0 }),
};

const batchOf = ({ entries, cpu }: SvaInvalidation): Batch => ({ kinds: [nhVa, nhAsid], entries, cpu });

function add(a: SvaInvalidation, kind: CommandKind, page: Expr): readonly Stmt[] {
  const cmd = { opcode: constant(kind.opcode), id: constant(a.asid), ssid: constant(0), page };
  return [
    arm_smmu_cmdq_batch_add(batchOf(a), [kind], cmd),
    assign(a.issued, binary('add', a.issued, constant(1))),
  ];
}

/** __arm_smmu_tlb_inv_range() without ARM_SMMU_FEAT_RANGE_INV: while (iova < end). */
function arm_smmu_tlb_inv_range_asid(a: SvaInvalidation, size: Local): Stmt {
  const { iova } = locals('__arm_smmu_tlb_inv_range', 'iova');
  return call('__arm_smmu_tlb_inv_range', [
    ...emptyBatch(batchOf(a)),
    arm_smmu_cmdq_batch_init(a.smmu),
    assign(iova, 0),
    whilst(binary('lt', iova, size), [...add(a, nhVa, iova), assign(iova, binary('add', iova, constant(1)))]),
    arm_smmu_cmdq_batch_submit(batchOf(a)),
  ]);
}

function arm_smmu_tlb_inv_asid(a: SvaInvalidation): Stmt {
  return call('arm_smmu_tlb_inv_asid', [
    ...emptyBatch(batchOf(a)),
    arm_smmu_cmdq_batch_init(a.smmu),
    ...add(a, nhAsid, constant(0)),
    arm_smmu_cmdq_batch_submit(batchOf(a)),
  ]);
}
