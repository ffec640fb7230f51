/** Evaluating expressions over a thread's registers: the value, as far as it is known, and the view. */
import { type Draft, original, isDraft } from 'immer';
import { match } from 'ts-pattern';
import { ModelBug } from '../contract.ts';
import type { Thread, View } from '../machine.ts';
import { applyBinary, constant, type Expr, isTrue, type Value } from '../program/expression.ts';
import type { Instruction } from '../program/instruction.ts';

/** What an expression comes to: a closed expression (a constant unless a deferred load is in it), and the join
 *  of the views of the registers that it depends on. */
export interface Evaluated {
  readonly value: Expr;
  readonly view: View;
}

/** "in arm_smmu_domain_inv_range(): smp_mb()", for messages. */
export const whereIs = (i: Instruction): string => `in ${i.at.fn}(): ${i.at.text || i.op}`;

/** Evaluates `expr`; `bound` gives values to names that are not registers. Throws ModelBug, naming the
 *  statement, on an undefined register or arithmetic without meaning. */
export function evaluate(
  t: Draft<Thread> | Thread,
  expr: Expr,
  at: Instruction,
  bound: Readonly<Record<string, Evaluated>> = {},
): Evaluated {
  const sub = (e: Expr): Evaluated => evaluate(t, e, at, bound);
  return match(expr)
    .with({ kind: 'const' }, { kind: 'pending' }, (value): Evaluated => ({ value, view: 0 }))
    .with({ kind: 'reg' }, ({ name }): Evaluated => {
      const found = bound[name] ?? t.regs[name];
      if (found === undefined) {
        throw new ModelBug(`'${name}' is read before it is given a value, ${whereIs(at)}`);
      }
      return { value: plain(found.value as Expr), view: found.view };
    })
    .with({ kind: 'binary' }, ({ op, left, right }): Evaluated => {
      const [l, r] = [sub(left), sub(right)];
      return { value: fold({ kind: 'binary', op, left: l.value, right: r.value }, at), view: Math.max(l.view, r.view) };
    })
    .with({ kind: 'not' }, ({ operand }): Evaluated => {
      const o = sub(operand);
      return { value: fold({ kind: 'not', operand: o.value }, at), view: o.view };
    })
    .with({ kind: 'select' }, (s): Evaluated => {
      const cond = sub(s.cond);
      if (cond.value.kind === 'const') return sub(isTrue(cond.value.value) ? s.then : s.else);
      const [a, b] = [sub(s.then), sub(s.else)];
      const value: Expr = { kind: 'select', cond: cond.value, then: a.value, else: b.value };
      return { value, view: Math.max(a.view, b.view) };
    })
    .exhaustive();
}

/** Reduces an expression whose operands are reduced already. */
export function fold(expr: Expr, at: Instruction): Expr {
  if (expr.kind === 'not' && expr.operand.kind === 'const') return constant(isTrue(expr.operand.value) ? 0 : 1);
  if (expr.kind === 'select' && expr.cond.kind === 'const') return isTrue(expr.cond.value) ? expr.then : expr.else;
  if (expr.kind !== 'binary' || expr.left.kind !== 'const' || expr.right.kind !== 'const') return expr;
  const value = applyBinary(expr.op, expr.left.value, expr.right.value);
  if (value === null) {
    throw new ModelBug(`${expr.left.value} ${expr.op} ${expr.right.value} has no meaning, ${whereIs(at)}`);
  }
  return constant(value);
}

/** The value, if no deferred load is in it. */
export function known(value: Expr): Value | null {
  return value.kind === 'const' ? value.value : null;
}

/** Replaces the deferred load `index` by its value, and renumbers the later ones. */
export function substitute(expr: Expr, index: number, value: Value, at: Instruction): Expr {
  const sub = (e: Expr): Expr => substitute(e, index, value, at);
  return match(expr)
    .with({ kind: 'pending' }, (p): Expr => {
      if (p.index === index) return constant(value);
      return p.index > index ? { kind: 'pending', index: p.index - 1 } : p;
    })
    .with({ kind: 'binary' }, (e) => fold({ ...e, left: sub(e.left), right: sub(e.right) }, at))
    .with({ kind: 'not' }, (e) => fold({ ...e, operand: sub(e.operand) }, at))
    .with({ kind: 'select' }, (e) => fold({ ...e, cond: sub(e.cond), then: sub(e.then), else: sub(e.else) }, at))
    .with({ kind: 'const' }, { kind: 'reg' }, (e) => e)
    .exhaustive();
}

/** Whether the deferred load `index` is in the expression. */
export function dependsOn(expr: Expr, index: number): boolean {
  return match(expr)
    .with({ kind: 'pending' }, (p) => p.index === index)
    .with({ kind: 'binary' }, (e) => dependsOn(e.left, index) || dependsOn(e.right, index))
    .with({ kind: 'not' }, (e) => dependsOn(e.operand, index))
    .with({ kind: 'select' }, (e) => [e.cond, e.then, e.else].some((x) => dependsOn(x, index)))
    .otherwise(() => false);
}

/** Expressions are immutable: take them out of a draft as they are. */
export function plain(expr: Expr): Expr {
  return isDraft(expr) ? (original(expr) as Expr) : expr;
}
