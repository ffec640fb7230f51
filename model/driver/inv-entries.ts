/** `struct arm_smmu_inv` and `struct arm_smmu_invs` with every field (arm-smmu-v3.h, Linux 7.1; driver.md 2). */
import type { ObjectDecl } from '../machine.ts';
import { binary, constant, type Expr, type Value } from '../program/expression.ts';
import { type Local, load, type Operand, place, store } from '../program/kernel.ts';
import type { Stmt } from '../program/statement.ts';

/** enum arm_smmu_inv_type: the order decides how an array is sorted. */
export const INV_TYPE_S1_ASID = 0;
export const INV_TYPE_S2_VMID = 1;
export const INV_TYPE_S2_VMID_S1_CLEAR = 2;
export const INV_TYPE_ATS = 3;
export const INV_TYPE_ATS_FULL = 4;
export type InvType = 0 | 1 | 2 | 3 | 4;

/** Opcodes of the commands that entries ask for (IHI 0070 4.1.3). */
export const CMDQ_OP = {
  TLBI_NH_ALL: 0x10,
  TLBI_NH_ASID: 0x11,
  TLBI_NH_VA: 0x12,
  TLBI_EL2_ASID: 0x21,
  TLBI_EL2_VA: 0x22,
  TLBI_S12_VMALL: 0x28,
  TLBI_S2_IPA: 0x2a,
  ATC_INV: 0x40,
} as const;

/** No PASID: the RID's own accesses (include/linux/iommu.h). */
export const IOMMU_NO_PASID = 0;

/** An entry. `pgsize` and `ssid` are a union in the kernel; they are two cells here, as no type uses both. */
export interface Inv {
  /** The SMMU's object. */
  readonly smmu: string;
  readonly type: InvType;
  readonly size_opcode: number;
  readonly nsize_opcode: number;
  /** ASID, VMID or SID. */
  readonly id: number;
  /** log2, if the SMMU has range invalidation. */
  readonly pgsize: number;
  readonly ssid: number;
  readonly users: number;
}

/** What never changes once an array is published. `users` does. */
export const CONSTANT_FIELDS = [
  'smmu',
  'type',
  'size_opcode',
  'nsize_opcode',
  'id',
  'pgsize',
  'ssid',
] as const;
type Field = (typeof CONSTANT_FIELDS)[number] | 'users';
const FIELDS: readonly Field[] = [...CONSTANT_FIELDS, 'users'];

export const isAts = (type: Value): boolean => type === INV_TYPE_ATS || type === INV_TYPE_ATS_FULL;

/** What `invs` holds at first; an empty array if it is []. */
export interface InvsDecl {
  readonly name: string;
  readonly max: number;
  /** Null: not allocated yet; the cells are zero. */
  readonly invs: readonly Inv[] | null;
}

/** An array object. */
export function invsArray({ name, max, invs }: InvsDecl): ObjectDecl {
  const entries = invs ?? [];
  const column = (f: Field): readonly Value[] =>
    Array.from({ length: max }, (_, i) => (entries[i] === undefined ? 0 : cellOf(entries[i], f)));
  return {
    name,
    life: invs === null ? 'unallocated' : 'live',
    cut: 'object',
    device: false,
    fields: [
      { name: 'max_invs', cells: [invs === null ? 0 : max] },
      { name: 'num_invs', cells: [entries.length] },
      { name: 'num_trashes', cells: [entries.filter((e) => e.users === 0).length] },
      { name: 'rwlock', cells: [0] },
      { name: 'has_ats', cells: [Number(entries.some((e) => isAts(e.type)))] },
      ...FIELDS.map((f) => ({ name: `inv.${f}`, cells: column(f) })),
    ],
  };
}

const cellOf = (e: Inv, f: Field): Value => (f === 'smmu' ? `&${e.smmu}` : e[f]);

/** `invs->inv[i].f`. */
export const inv = (invs: Operand, i: Operand, f: Field): ReturnType<typeof place> =>
  place(invs, `inv.${f}`, i);

/** `*to = *from`: every field, in one assignment of a struct. `through`: a register that nothing else uses. */
export function copyInv(
  to: readonly [Operand, Operand],
  from: readonly [Operand, Operand],
  through: Local,
): Stmt[] {
  return FIELDS.flatMap((f) => [load(through, inv(...from, f)), store(inv(...to, f), through)]);
}

/** arm_smmu_inv_is_ats(), of a type. */
export const arm_smmu_inv_is_ats = (type: Expr): Expr => binary('ge', type, constant(INV_TYPE_ATS));
