/** The kernel's array functions as plain functions: each runs its program alone, on arrays that stand in memory. */

import {
  CMDQ_OP,
  INV_TYPE_S1_ASID,
  INV_TYPE_S2_VMID,
  INV_TYPE_S2_VMID_S1_CLEAR,
  type Inv,
  type InvType,
  invsArray,
} from '../../model/driver/inv-entries.ts';
import { type Invs, invsIn } from '../../model/driver/inv-view.ts';
import {
  arm_smmu_invs_merge,
  arm_smmu_invs_purge,
  arm_smmu_invs_unref,
} from '../../model/driver/invs-ops.ts';
import type { Version } from '../../model/driver/version.ts';
import type { ObjectDecl } from '../../model/machine.ts';
import { locals, place, store } from '../../model/program/kernel.ts';
import { type Left, runAlone } from '../../model/program/run-alone.ts';
import { call, type Stmt } from '../../model/program/statement.ts';

const OPCODES: Readonly<Record<InvType, readonly [number, number]>> = {
  [INV_TYPE_S1_ASID]: [CMDQ_OP.TLBI_NH_VA, CMDQ_OP.TLBI_NH_ASID],
  [INV_TYPE_S2_VMID]: [CMDQ_OP.TLBI_S2_IPA, CMDQ_OP.TLBI_S12_VMALL],
  [INV_TYPE_S2_VMID_S1_CLEAR]: [CMDQ_OP.TLBI_NH_ALL, CMDQ_OP.TLBI_NH_ALL],
  3: [CMDQ_OP.ATC_INV, CMDQ_OP.ATC_INV],
  4: [CMDQ_OP.ATC_INV, CMDQ_OP.ATC_INV],
};

/** An entry with the opcodes of its type. */
export function entry(type: InvType, id: number, rest: Partial<Inv> = {}): Inv {
  const [size_opcode, nsize_opcode] = OPCODES[type];
  return { smmu: 'smmu0', type, id, size_opcode, nsize_opcode, pgsize: 0, ssid: 0, users: 1, ...rest };
}

function objectOf(name: string, a: Invs): ObjectDecl {
  const decl = invsArray({ name, max: Math.max(a.inv.length, 1), invs: a.inv });
  const scalars: Readonly<Record<string, number>> = {
    max_invs: a.max_invs,
    num_invs: a.num_invs,
    num_trashes: a.num_trashes,
    has_ats: Number(a.has_ats),
  };
  return {
    ...decl,
    fields: decl.fields.map((f) => (scalars[f.name] === undefined ? f : { ...f, cells: [scalars[f.name]!] })),
  };
}

/** The array that an object holds. */
export const arrayIn = (left: Left, name: string): Invs =>
  invsIn((field, index) => left.cell(name, field, index));

const { result } = locals('test', 'result');

/** What a function left behind, and the pointer that it returned. */
export interface Ran<T> {
  readonly value: T;
  readonly left: Left;
}

function run(
  named: Readonly<Record<string, Invs>>,
  room: number,
  body: readonly Stmt[],
): Left & { returned: string | number } {
  const objects: ObjectDecl[] = [
    ...Object.entries(named).map(([name, a]) => objectOf(name, a)),
    invsArray({ name: 'fresh', max: Math.max(room, 1), invs: null }),
    ...['smmu0', 'smmu1'].map(
      (name): ObjectDecl => ({ name, life: 'live', cut: 'object', device: false, fields: [] }),
    ),
    { name: 'returned', life: 'live', cut: 'object', device: false, fields: [{ name: 'v', cells: [0] }] },
  ];
  const left = runAlone(objects, body);
  if (left.fault !== null) throw new Error(left.fault);
  return { ...left, returned: left.cell('returned', 'v', 0)! };
}

const keep = call('test', [store(place('&returned', 'v'), result)]);
const allocator = { pool: ['fresh'], mayFail: false };

export function merge(a: Invs, m: Invs, version: Version = 'v7.1'): Ran<Invs> {
  const body = [arm_smmu_invs_merge(result, '&a', '&m', allocator, version), keep];
  const left = run({ a, m }, a.num_invs + m.num_invs, body);
  return { value: arrayIn(left, 'fresh'), left };
}

/** The array, and the list of what was to be taken out: in 7.1, with users 0 at what is trash now. */
export function unref(a: Invs, u: Invs, version: Version = 'v7.1'): Ran<readonly [Invs, Invs]> {
  const left = run({ a, u }, 1, [arm_smmu_invs_unref('&a', '&u', version)]);
  return { value: [arrayIn(left, 'a'), arrayIn(left, 'u')], left };
}

/** Null: there was nothing to do. */
export function purge(a: Invs, version: Version = 'v7.1'): Ran<Invs | null> {
  const left = run({ a }, a.num_invs, [arm_smmu_invs_purge(result, '&a', allocator, version), keep]);
  return { value: left.returned === 0 ? null : arrayIn(left, 'fresh'), left };
}
