/** Where the values of registers come from: which loads, and which of those only picked them. */
import { applyBinary, type Expr, type Value } from '../../program/expression.ts';
import type { Op } from './op.ts';

/** What is known of a register. */
export interface Known {
  readonly value: Value | undefined;
  /** Loads whose values its value comes from, and those that picked it. */
  readonly data: ReadonlySet<Op>;
  readonly picked: ReadonlySet<Op>;
  /** The load whose value it is. */
  readonly exact: Op | null;
}

export const NOTHING: Known = { value: undefined, data: new Set(), picked: new Set(), exact: null };

/** What is known of the value of an expression. */
export function known(registers: ReadonlyMap<string, Known>, e: Expr): Known {
  switch (e.kind) {
    case 'const':
      return { ...NOTHING, value: e.value };
    case 'reg':
      return registers.get(e.name) ?? NOTHING;
    case 'pending':
      return NOTHING;
    case 'not': {
      const k = known(registers, e.operand);
      return { ...k, exact: null, value: k.value === undefined ? undefined : Number(k.value === 0) };
    }
    case 'binary': {
      const [a, b] = [known(registers, e.left), known(registers, e.right)];
      const value =
        a.value === undefined || b.value === undefined
          ? undefined
          : (applyBinary(e.op, a.value, b.value) ?? undefined);
      return {
        value,
        exact: null,
        data: new Set([...a.data, ...b.data]),
        picked: new Set([...a.picked, ...b.picked]),
      };
    }
    case 'select': {
      const c = known(registers, e.cond);
      const [yes, no] = [known(registers, e.then), known(registers, e.else)];
      const chosen = c.value === undefined ? NOTHING : c.value !== 0 ? yes : no;
      return { ...chosen, picked: new Set([...chosen.picked, ...c.data, ...c.picked]) };
    }
  }
}
