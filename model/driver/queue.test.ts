import { expect, test } from 'vitest';
import { applyBinary, type Expr, isTrue, type Value } from '../program/expression.ts';
import { queueOf } from './queue.ts';

/** The value of an expression over constants. */
function evaluated(e: Expr): Value {
  if (e.kind === 'const') return e.value;
  if (e.kind === 'binary') return applyBinary(e.op, evaluated(e.left), evaluated(e.right))!;
  if (e.kind === 'select') return evaluated(isTrue(evaluated(e.cond)) ? e.then : e.else);
  throw new Error(`${e.kind} is no constant`);
}

const q = queueOf(2);
/** Every pair of positions that a queue of four slots can be in: cons, and how many slots are in use. */
const states = Array.from({ length: 8 }, (_, cons) => [0, 1, 2, 3, 4].map((used) => ({ cons, used }))).flat();
const packed = (prod: number, cons: number): Value => evaluated(q.pack(prod, cons));

test('a queue has space for as many as are free, in every position', () => {
  for (const { cons, used } of states) {
    const llq = packed((cons + used) % 8, cons);
    expect(isTrue(evaluated(q.queue_full(llq)))).toBe(used === 4);
    for (const n of [1, 2, 3, 4]) expect(isTrue(evaluated(q.queue_has_space(llq, n)))).toBe(used + n <= 4);
  }
});

test('OWNED is beside the position, and both halves come out of the word as they went in', () => {
  for (const { cons, used } of states) {
    const prod = (cons + used) % 8;
    const llq = packed(prod + q.OWNED, cons);
    expect([evaluated(q.prod(llq)), evaluated(q.cons(llq))]).toEqual([prod + 8, cons]);
    expect(evaluated(q.queue_inc_prod_n(q.prod(llq), 0))).toBe(prod);
    expect(q.text(Number(llq))).toBe(`{prod ${prod} OWNED, cons ${cons}}`);
  }
});

test('a command is consumed once cons is beyond it, until it is a whole queue beyond', () => {
  for (let prod = 0; prod < 8; prod++) {
    const isConsumed = (beyond: number): boolean =>
      isTrue(evaluated(q.queue_consumed((prod + beyond) % 8, prod)));
    expect([0, 1, 2, 3, 4, 5].map(isConsumed)).toEqual([false, true, true, true, true, false]);
  }
});
