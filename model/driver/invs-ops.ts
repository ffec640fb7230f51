/** Making and changing arrays: merge, unref, purge (arm-smmu-v3.c, v9 and Linux 7.1; driver.md 1, 3). Callers hold
 *  arm_smmu_asid_lock; readers may be anywhere. What happens for which entries depends on the data, so statements
 *  in the loops are optional here; specs/array-ops/algebra.test.ts sees each of them executed. */
import { binary, constant, type Expr, not, select } from '../program/expression.ts';
import {
  assign,
  atomic_fetch,
  irqrestore,
  irqsave,
  kzalloc,
  kzalloc_may_fail,
  type Local,
  load,
  locals,
  type Operand,
  place,
  READ_ONCE,
  smp_rmb,
  store,
  WARN_ON,
  WRITE_ONCE,
  write_lock,
  write_unlock,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_inv_is_ats, copyInv, inv } from './inv-entries.ts';
import {
  type Abreast,
  arm_smmu_inv_cmp,
  arm_smmu_invs_for_each_cmp,
  arm_smmu_invs_for_each_entry,
  increment,
  minus,
  plus,
} from './inv-iterators.ts';
import type { Version } from './version.ts';

/** ERR_PTR(-ENOMEM). */
export const ENOMEM = -12;
export const IS_ERR = (pointer: Expr): Expr => binary('eq', pointer, constant(ENOMEM));

/** Where new arrays come from. */
export interface Allocator {
  /** Array objects that may be allocated, in this order. */
  readonly pool: readonly string[];
  /** Whether an allocation may fail. */
  readonly mayFail: boolean;
}

/** result = an array with room for `num` entries, or NULL. */
function arm_smmu_invs_alloc(result: Local, num: Expr, { pool, mayFail }: Allocator): Stmt {
  const fill = [store(place(result, 'max_invs'), num), store(place(result, 'num_invs'), num)];
  return call(
    'arm_smmu_invs_alloc',
    mayFail
      ? [...kzalloc_may_fail(result, pool), when(result, [optional(fill)])]
      : [kzalloc(result, pool), ...fill],
  );
}

/** result = a new array of the live entries of `invs` and of `to_merge`, or ERR_PTR(-ENOMEM). */
export function arm_smmu_invs_merge(
  result: Local,
  invs: Operand,
  to_merge: Operand,
  from: Allocator,
  version: Version,
): Stmt {
  const fn = 'arm_smmu_invs_merge';
  const l = locals(fn, 'i', 'j', 'cmp', 'num_invs', 'new', 'field', 'users', 'sorted', 'type', 'new_invs');
  const both: Abreast = { invs_l: invs, idx_l: l.i, invs_r: to_merge, idx_r: l.j, cmp: l.cmp };
  const fresh = [l.new_invs, l.new] as const;
  const users = inv(...fresh, 'users');
  const takeOne = [
    when(
      binary('le', l.cmp, constant(0)),
      copyInv(fresh, [invs, l.i], l.field),
      copyInv(fresh, [to_merge, l.j], l.field),
    ),
    when(binary('eq', l.cmp, constant(0)), [READ_ONCE(l.users, users), WRITE_ONCE(users, plus(l.users, 1))]),
    when(binary('gt', l.cmp, constant(0)), [WRITE_ONCE(users, 1)]),
    when(l.new, [
      arm_smmu_inv_cmp(l.sorted, [l.new_invs, minus(l.new, 1)], fresh, version),
      WARN_ON(binary('eq', l.sorted, constant(1)), 'arm_smmu_inv_cmp(new - 1, new) == 1'),
    ]),
    load(l.type, inv(...fresh, 'type')),
    when(arm_smmu_inv_is_ats(l.type), [store(place(l.new_invs, 'has_ats'), 1)]),
    increment(l.new),
  ];
  return call(fn, [
    assign(l.num_invs, 0),
    optional(arm_smmu_invs_for_each_cmp(both, version, [increment(l.num_invs)])),
    arm_smmu_invs_alloc(l.new_invs, l.num_invs, from),
    when(
      l.new_invs,
      [
        assign(l.new, 0),
        optional(arm_smmu_invs_for_each_cmp(both, version, takeOne)),
        WARN_ON(binary('ne', l.new, l.num_invs), 'new != new_invs->inv + new_invs->num_invs'),
        assign(result, l.new_invs),
      ],
      [assign(result, ENOMEM)],
    ),
  ]);
}

/** Counts down the users of every entry of `invs` that is in `to_unref`: in place, without allocating, and seen by
 *  readers at once. An entry without users is trash; trash at the end is cut off, under the lock that ATS readers
 *  hold. `free_fn`: v9 calls it for what became trash, before the lock is taken (driver.md D3). */
export function arm_smmu_invs_unref(
  invs: Operand,
  to_unref: Operand,
  version: Version,
  free_fn: (invs: Operand, i: Expr) => readonly Stmt[] = () => [],
): Stmt {
  const fn = 'arm_smmu_invs_unref';
  const l = locals(fn, 'i', 'j', 'cmp', 'num_invs', 'users', 'all', 'num_trashes');
  const both: Abreast = { invs_l: invs, idx_l: l.i, invs_r: to_unref, idx_r: l.j, cmp: l.cmp };
  const isLive = assign(l.num_invs, plus(l.i, 1));
  const countTrash = [
    load(l.num_trashes, place(invs, 'num_trashes')),
    store(place(invs, 'num_trashes'), plus(l.num_trashes, 1)),
  ];
  const same =
    version === 'v9'
      ? [
          refcount_dec_and_test(l.users, invs, l.i),
          when(l.users, [isLive], [...free_fn(invs, l.i), ...countTrash]),
        ]
      : [
          READ_ONCE(l.users, inv(invs, l.i, 'users')),
          assign(l.users, minus(l.users, 1)),
          WARN_ON(binary('lt', l.users, constant(0)), 'users < 0'),
          WRITE_ONCE(inv(invs, l.i, 'users'), l.users),
          when(
            l.users,
            [WRITE_ONCE(inv(to_unref, l.j, 'users'), 1), isLive],
            [WRITE_ONCE(inv(to_unref, l.j, 'users'), 0), ...countTrash],
          ),
        ];
  const body = when(
    binary('lt', l.cmp, constant(0)),
    [isLive],
    [when(l.cmp, [WARN_ON(constant(1), 'not in invs, or already trash')], same)],
  );
  return call(fn, [
    assign(l.num_invs, 0),
    optional(arm_smmu_invs_for_each_cmp(both, version, [body])),
    load(l.all, place(invs, 'num_invs')),
    load(l.num_trashes, place(invs, 'num_trashes')),
    store(place(invs, 'num_trashes'), binary('sub', l.num_trashes, binary('sub', l.all, l.num_invs))),
    ...irqsave(write_lock(place(invs, 'rwlock'))),
    WRITE_ONCE(place(invs, 'num_invs'), l.num_invs),
    ...irqrestore(write_unlock(place(invs, 'rwlock'))),
  ]);
}

/** users = what is left: release, and an acquire by control dependency for the last one (lib/refcount.h). */
function refcount_dec_and_test(users: Local, invs: Operand, i: Expr): Stmt {
  return call('refcount_dec_and_test', [
    atomic_fetch('sub', users, inv(invs, i, 'users'), 1, 'release'),
    WARN_ON(binary('le', users, constant(0)), 'refcount_t: underflow'),
    assign(users, minus(users, 1)),
    when(not(users), [smp_rmb()]),
  ]);
}

/** result = a new array without the trash of `invs`; NULL if there is none, or no memory. v9 lost has_ats, and
 *  returned an ERR_PTR that its caller published (bugs.md 2, 3). */
export function arm_smmu_invs_purge(result: Local, invs: Operand, from: Allocator, version: Version): Stmt {
  const fn = 'arm_smmu_invs_purge';
  const l = locals(fn, 'i', 'num_invs', 'all', 'num_trashes', 'field', 'type', 'new_invs');
  const copy = [
    ...copyInv([l.new_invs, l.num_invs], [invs, l.i], l.field),
    load(l.type, inv(invs, l.i, 'type')),
    ...(version === 'v9'
      ? []
      : [when(arm_smmu_inv_is_ats(l.type), [store(place(l.new_invs, 'has_ats'), 1)])]),
    increment(l.num_invs),
  ];
  const left = binary('sub', l.all, l.num_trashes);
  const isNeeded = select(l.num_trashes, l.all, constant(0));
  const make = [
    arm_smmu_invs_alloc(l.new_invs, left, from),
    when(
      l.new_invs,
      [
        assign(l.num_invs, 0),
        optional(arm_smmu_invs_for_each_entry(invs, l.i, copy)),
        WARN_ON(binary('ne', l.num_invs, left), 'num_invs != new_invs->num_invs'),
        assign(result, l.new_invs),
      ],
      [assign(result, version === 'v9' ? ENOMEM : 0)],
    ),
  ];
  return call(fn, [
    load(l.all, place(invs, 'num_invs')),
    load(l.num_trashes, place(invs, 'num_trashes')),
    WARN_ON(binary('lt', l.all, l.num_trashes), 'invs->num_invs < invs->num_trashes'),
    assign(result, 0),
    when(isNeeded, make),
  ]);
}
