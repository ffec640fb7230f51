/** `struct arm_smmu_invs`: the RCU-protected array of what an invalidation must reach, and the functions that
 *  read it and make a new one (arm-smmu-v3.c, Linux 7.1; driver.md 2, 3, 6). Reduced for small models: entries of
 *  one type, each its own batch, and a merge that appends. The whole is in inv-entries.ts, invs-ops.ts and
 *  inv-range.ts. */
import type { ObjectDecl } from '../machine.ts';
import { binary, type Value } from '../program/expression.ts';
import type { CommandTemplate } from '../program/instruction.ts';
import {
  assign,
  commandOf,
  irqrestore,
  irqsave,
  kzalloc,
  type Local,
  load,
  locals,
  type Operand,
  place,
  READ_ONCE,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  smp_mb,
  store,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when, whilst } from '../program/statement.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';

/** An entry of the array; in this model every entry is of type S2_VMID. */
export interface Inv {
  /** The SMMU's object. */
  readonly smmu: string;
  readonly vmid: number;
}

/** An array object with room for `max` entries. Zeroed and unallocated if `invs` is null. */
export function invsObject(name: string, max: number, invs: readonly Inv[] | null): ObjectDecl {
  const column = (of: (inv: Inv) => Value): readonly Value[] =>
    Array.from({ length: max }, (_, i) => (invs?.[i] === undefined ? 0 : of(invs[i])));
  return {
    name,
    life: invs === null ? 'unallocated' : 'live',
    cut: 'object',
    device: false,
    fields: [
      { name: 'num_invs', cells: [invs?.length ?? 0] },
      { name: 'has_ats', cells: [0] },
      { name: 'rwlock', cells: [0] },
      { name: 'inv.smmu', cells: column((inv) => `&${inv.smmu}`) },
      { name: 'inv.id', cells: column((inv) => inv.vmid) },
      { name: 'inv.users', cells: column(() => 1) },
    ],
  };
}

/** `struct arm_smmu_domain`, as far as an invalidation looks at it: the pointer to its array. */
export const domainObject = (invs: string): ObjectDecl => ({
  name: 'domain',
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'invs', cells: [`&${invs}`] }],
});

/** A range of IOVAs, in pages. */
export interface Range {
  readonly page: number;
  readonly pages: number;
}

/** What an invalidation covers: a range, of page descriptors only (`leaf`) or of those of tables too, with a hint at
 *  which level the leaf descriptors are (`ttl`); or all that the domain translates. */
export type Scope =
  | { readonly page: Operand; readonly pages: Operand; readonly leaf?: 0 | 1; readonly ttl?: Operand }
  | 'everything';

/** Invalidates the range wherever the domain is in use: reads the array under RCU, and sends each live entry's
 *  SMMU a TLBI and a CMD_SYNC. Each SMMU is one batch here, as its entries differ in their SMMU only. */
export function arm_smmu_domain_inv_range(domain: Operand, range: Scope, cpu: number): Stmt {
  const fn = 'arm_smmu_domain_inv_range';
  const { invs, has_ats } = locals(fn, 'invs', 'has_ats');
  return call(fn, [
    smp_mb(),
    rcu_read_lock(),
    rcu_dereference(invs, place(domain, 'invs')),
    load(has_ats, place(invs, 'has_ats')),
    when(has_ats, [optional(irqsave(read_lock(place(invs, 'rwlock'))))]),
    __arm_smmu_domain_inv_range(invs, range, cpu),
    when(has_ats, [optional(irqrestore(read_unlock(place(invs, 'rwlock'))))]),
    rcu_read_unlock(),
  ]);
}

function __arm_smmu_domain_inv_range(invs: Local, range: Scope, cpu: number): Stmt {
  const fn = '__arm_smmu_domain_inv_range';
  const { i, end, users, smmu, id } = locals(fn, 'i', 'end', 'users', 'smmu', 'id');
  return call(fn, [
    READ_ONCE(end, place(invs, 'num_invs')),
    assign(i, 0),
    whilst(binary('lt', i, end), [
      READ_ONCE(users, place(invs, 'inv.users', i)),
      when(users, [
        load(smmu, place(invs, 'inv.smmu', i)),
        load(id, place(invs, 'inv.id', i)),
        arm_smmu_cmdq_issue_cmdlist(smmu, [tlbi(id, range)], cpu),
      ]),
      assign(i, binary('add', i, { kind: 'const', value: 1 })),
    ]),
  ]);
}

/** size_opcode, or nsize_opcode where the range is everything. */
function tlbi(vmid: Local, range: Scope): CommandTemplate {
  if (range === 'everything') return commandOf('TLBI_S12_VMALL', { vmid });
  const { page, pages, leaf = 1, ttl } = range;
  return commandOf('TLBI_S2_IPA', { vmid, page, pages, leaf, ...(ttl === undefined ? {} : { ttl }) });
}

/** Makes a new array: the live entries of `invs`, and `add` behind them (its SMMU sorts last). The new array is
 *  in `result`. Callers hold arm_smmu_asid_lock, so nothing changes under it. `empty`: there are no live ones. */
export function arm_smmu_invs_merge(
  result: Local,
  invs: Local,
  add: Inv,
  pool: readonly string[],
  empty: boolean,
): Stmt {
  const fn = 'arm_smmu_invs_merge';
  const l = locals(fn, 'i', 'n', 'num', 'users', 'smmu', 'id', 'next');
  const set = (field: string, value: Operand): Stmt => store(place(result, `inv.${field}`, l.n), value);
  const increment = (x: Local): Stmt => assign(x, binary('add', x, { kind: 'const', value: 1 }));
  const copyLive = whilst(binary('lt', l.i, l.num), [
    READ_ONCE(l.users, place(invs, 'inv.users', l.i)),
    when(l.users, [
      load(l.smmu, place(invs, 'inv.smmu', l.i)),
      set('smmu', l.smmu),
      load(l.id, place(invs, 'inv.id', l.i)),
      set('id', l.id),
      set('users', l.users),
      increment(l.n),
    ]),
    increment(l.i),
  ]);
  return call(fn, [
    kzalloc(result, pool),
    load(l.num, place(invs, 'num_invs')),
    assign(l.i, 0),
    assign(l.n, 0),
    ...(empty ? [optional([copyLive])] : [copyLive]),
    set('smmu', `&${add.smmu}`),
    set('id', add.vmid),
    set('users', 1),
    increment(l.n),
    store(place(result, 'num_invs'), l.n),
  ]);
}
