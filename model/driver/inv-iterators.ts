/** Comparing entries and walking arrays, one alone or two abreast (arm-smmu-v3.c, v9 and Linux 7.1; driver.md 3). */
import { binary, constant, type Expr, not, select } from '../program/expression.ts';
import { assign, type Local, load, locals, type Operand, place, READ_ONCE } from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';
import { arm_smmu_inv_is_ats, inv } from './inv-entries.ts';
import type { Version } from './version.ts';

export const plus = (x: Expr, n: number): Expr => binary('add', x, constant(n));
export const minus = (x: Expr, n: number): Expr => binary('sub', x, constant(n));
export const increment = (x: Local): Stmt => assign(x, plus(x, 1));
const both = (a: Expr, b: Expr): Expr => binary('and', a, b);
const either = (a: Expr, b: Expr): Expr => binary('or', a, b);

/** An entry: its array and its index. */
export type At = readonly [Operand, Operand];

/** *idx = the next entry that is no trash, or num_invs. */
export function arm_smmu_invs_iter_next(invs: Operand, next: Operand, idx: Local): Stmt {
  const fn = 'arm_smmu_invs_iter_next';
  const { num_invs: num, users } = locals(fn, 'num_invs', 'users');
  return call(fn, [
    assign(idx, next),
    load(num, place(invs, 'num_invs')),
    assign(users, 0),
    whilst(both(binary('lt', idx, num), not(users)), [
      READ_ONCE(users, inv(invs, idx, 'users')),
      when(not(users), [increment(idx)]),
    ]),
  ]);
}

/** for (cur = first; cur; cur = next): runs the body for every live entry. */
export function arm_smmu_invs_for_each_entry(
  invs: Operand,
  idx: Local,
  body: readonly Stmt[],
): readonly Stmt[] {
  const { end } = locals('arm_smmu_invs_for_each_entry', 'end');
  const first = [load(end, place(invs, 'num_invs')), arm_smmu_invs_iter_next(invs, 0, idx)];
  return [
    ...first,
    whilst(binary('lt', idx, end), [...body, arm_smmu_invs_iter_next(invs, plus(idx, 1), idx)]),
  ];
}

/** cmp = -1, 0 or 1: by SMMU, type, ID and, in 7.1 for ATS, by SSID (driver.md D4). */
export function arm_smmu_inv_cmp(cmp: Local, l: At, r: At, version: Version): Stmt {
  const fn = 'arm_smmu_inv_cmp';
  const { l: a, r: b, type } = locals(fn, 'l', 'r', 'type');
  const keys =
    version === 'v9' ? (['smmu', 'type', 'id'] as const) : (['smmu', 'type', 'id', 'ssid'] as const);
  const by = (n: number): readonly Stmt[] => {
    const key = keys[n];
    if (key === undefined) return [];
    const compare = [
      load(a, inv(...l, key)),
      load(b, inv(...r, key)),
      ...(key === 'type' ? [assign(type, a)] : []),
      assign(cmp, cmp_int(a, b)),
      when(not(cmp), by(n + 1)),
    ];
    return key === 'ssid' ? [when(arm_smmu_inv_is_ats(type), compare)] : compare;
  };
  return call(fn, [assign(cmp, 0), ...by(0)]);
}

const cmp_int = (l: Expr, r: Expr): Expr => binary('sub', binary('gt', l, r), binary('lt', l, r));

/** Two arrays and where one is in each. */
export interface Abreast {
  readonly invs_l: Operand;
  readonly idx_l: Local;
  readonly invs_r: Operand;
  readonly idx_r: Local;
  readonly cmp: Local;
}

/** Moves both indices on, and compares. Trash is skipped on the left only: the right one is a device's list, in
 *  which nobody counts users. */
function arm_smmu_invs_iter_next_cmp(p: Abreast, next_l: Expr, next_r: Expr, version: Version): Stmt {
  const fn = 'arm_smmu_invs_iter_next_cmp';
  const { num_l, num_r, next_l: nl, next_r: nr } = locals(fn, 'num_l', 'num_r', 'next_l', 'next_r');
  return call(fn, [
    assign(nl, next_l),
    assign(nr, next_r),
    arm_smmu_invs_iter_next(p.invs_l, nl, p.idx_l),
    assign(p.idx_r, nr),
    load(num_l, place(p.invs_l, 'num_invs')),
    when(
      binary('ge', p.idx_l, num_l),
      [assign(p.cmp, 1)],
      [
        load(num_r, place(p.invs_r, 'num_invs')),
        when(
          binary('ge', p.idx_r, num_r),
          [assign(p.cmp, -1)],
          [arm_smmu_inv_cmp(p.cmp, [p.invs_l, p.idx_l], [p.invs_r, p.idx_r], version)],
        ),
      ],
    ),
  ]);
}

/** Runs the body for each entry of either array, in their common order; `cmp` says whose it is. */
export function arm_smmu_invs_for_each_cmp(
  p: Abreast,
  version: Version,
  body: readonly Stmt[],
): readonly Stmt[] {
  const { num_l, num_r } = locals('arm_smmu_invs_for_each_cmp', 'num_l', 'num_r');
  const step = (test: 'le' | 'ge'): Expr =>
    select(binary(test, p.cmp, constant(0)), constant(1), constant(0));
  const next_l = binary('add', p.idx_l, step('le'));
  const next_r = binary('add', p.idx_r, step('ge'));
  return [
    load(num_l, place(p.invs_l, 'num_invs')),
    load(num_r, place(p.invs_r, 'num_invs')),
    arm_smmu_invs_iter_next_cmp(p, constant(0), constant(0), version),
    whilst(either(binary('lt', p.idx_l, num_l), binary('lt', p.idx_r, num_r)), [
      ...body,
      arm_smmu_invs_iter_next_cmp(p, next_l, next_r, version),
    ]),
  ];
}
