/** arm_smmu_invs_unref() as it was posted in v3 (15 Oct 2025): `cmp` is looked at before it is given a value. v4
 *  compares first (bugs.md 10). Otherwise it does what v9 does. */

import type { ObjectDecl } from '../machine.ts';
import { binary, constant, type Expr, not, select } from '../program/expression.ts';
import {
  assign,
  atomic_fetch,
  irqrestore,
  irqsave,
  type Local,
  load,
  locals,
  type Operand,
  place,
  READ_ONCE,
  store,
  WARN_ON,
  WRITE_ONCE,
  write_lock,
  write_unlock,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when, whilst } from '../program/statement.ts';
import { inv } from './inv-entries.ts';
import { arm_smmu_inv_cmp, increment, minus, plus } from './inv-iterators.ts';

const STACK = 'cmp';

/** The variable on the stack: whatever was there before. */
export const uninitialisedCmp: ObjectDecl = {
  name: STACK,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'v', cells: [null] }],
};

export function arm_smmu_invs_unref_v3(invs: Operand, to_unref: Operand, version: 'v3' | 'v4'): Stmt {
  const fn = 'arm_smmu_invs_unref';
  const l = locals(fn, 'i', 'j', 'cmp', 'num_invs', 'users', 'num_l', 'num_r');
  const cmp = place(`&${STACK}`, 'v');
  const compare = [
    arm_smmu_invs_cmp(l.cmp, [invs, l.i, l.num_l], [to_unref, l.j, l.num_r]),
    store(cmp, l.cmp),
  ];
  const isTrash = binary('and', binary('le', l.cmp, constant(0)), not(l.users));
  const [early, late] = version === 'v4' ? [compare, []] : [[], compare];
  const body = [
    ...early,
    load(l.cmp, cmp),
    assign(l.users, 1),
    when(binary('le', l.cmp, constant(0)), [READ_ONCE(l.users, inv(invs, l.i, 'users'))]),
    when(isTrash, [increment(l.i)], [...late, ...entryBody(l, invs)]),
  ];
  const more = binary('or', binary('ne', l.i, l.num_l), binary('ne', l.j, l.num_r));
  return call(fn, [
    assign(l.i, 0),
    assign(l.j, 0),
    assign(l.num_invs, 0),
    load(l.num_l, place(invs, 'num_invs')),
    load(l.num_r, place(to_unref, 'num_invs')),
    optional([whilst(more, body)]),
    ...irqsave(write_lock(place(invs, 'rwlock'))),
    WRITE_ONCE(place(invs, 'num_invs'), l.num_invs),
    ...irqrestore(write_unlock(place(invs, 'rwlock'))),
  ]);
}

type Locals = Readonly<Record<'i' | 'j' | 'cmp' | 'num_invs' | 'users', Local>>;

function entryBody(l: Locals, invs: Operand): readonly Stmt[] {
  const isLive = assign(l.num_invs, plus(l.i, 1));
  const same = [
    atomic_fetch('sub', l.users, inv(invs, l.i, 'users'), 1, 'release'),
    assign(l.users, minus(l.users, 1)),
    when(l.users, [isLive]),
  ];
  const advance = (l_: Local, test: 'le' | 'ge'): Stmt =>
    assign(l_, binary('add', l_, select(binary(test, l.cmp, constant(0)), constant(1), constant(0))));
  return [
    when(binary('lt', l.cmp, constant(0)), [isLive]),
    when(not(l.cmp), same),
    WARN_ON(binary('gt', l.cmp, constant(0)), 'not in invs'),
    advance(l.i, 'le'),
    advance(l.j, 'ge'),
  ];
}

type End = readonly [Operand, Expr, Expr];

/** Past its end, an array is greater than any entry. */
function arm_smmu_invs_cmp(cmp: Local, [invs, i, num_l]: End, [to_unref, j, num_r]: End): Stmt {
  const both = arm_smmu_inv_cmp(cmp, [invs, i], [to_unref, j], 'v9');
  return call('arm_smmu_invs_cmp', [
    when(binary('ge', i, num_l), [assign(cmp, 1)], [when(binary('ge', j, num_r), [assign(cmp, -1)], [both])]),
  ]);
}
