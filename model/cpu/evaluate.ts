/** Evaluating a program's expressions over a thread's registers. */
import type { Draft } from 'immer';
import { match } from 'ts-pattern';
import { ModelBug } from '../contract.ts';
import type { Content, Thread } from '../machine.ts';
import { type Expr, isTrue } from '../program/expression.ts';
import type { Instruction } from '../program/instruction.ts';
import { binaryOf, content, known, notOf, pendingLoad, selectOf, whereIs } from './content.ts';

/** Evaluates `expr`; `bound` gives contents to names that are not registers. Throws ModelBug, naming the
 *  statement, on an undefined register or arithmetic without meaning. */
export function evaluate(
  t: Draft<Thread> | Thread,
  expr: Expr,
  at: Instruction,
  bound: Readonly<Record<string, Content>> = {},
): Content {
  const sub = (e: Expr): Content => evaluate(t, e, at, bound);
  return match(expr)
    .with({ kind: 'const' }, ({ value }) => content(value))
    .with({ kind: 'pending' }, ({ index }) => pendingLoad(index))
    .with({ kind: 'reg' }, ({ name }) => {
      const found = bound[name] ?? t.regs[name];
      if (found === undefined) {
        throw new ModelBug(`'${name}' is read before it is given a value, ${whereIs(at)}`);
      }
      return found;
    })
    .with({ kind: 'binary' }, ({ op, left, right }) => binaryOf(op, sub(left), sub(right), at))
    .with({ kind: 'not' }, ({ operand }) => notOf(sub(operand)))
    .with({ kind: 'select' }, (s) => {
      const cond = sub(s.cond);
      const value = known(cond);
      if (value === null) return selectOf(cond, sub(s.then), sub(s.else));
      // Only what is chosen is evaluated: the other may have no meaning.
      const chosen = sub(isTrue(value) ? s.then : s.else);
      return selectOf(cond, chosen, chosen);
    })
    .exhaustive();
}
