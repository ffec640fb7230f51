/** Expressions over registers. A register's dependencies are what a memory model sees, so nothing is simplified
 *  away while a program is built: `x ^ x` still depends on x, as it does for the hardware. */
import { match } from 'ts-pattern';

/** A number, or a pointer: '&' and the name of an object. NULL is 0. */
export type Value = number | string;

export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge';

export type Expr =
  | { readonly kind: 'const'; readonly value: Value }
  | { readonly kind: 'reg'; readonly name: string }
  /** The result of a deferred load that is still unresolved: an index into its thread's deferred loads. Only
   *  in register contents and window entries, never in a program. */
  | { readonly kind: 'pending'; readonly index: number }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'not'; readonly operand: Expr }
  /** AArch64 CSEL: the value depends on the chosen operand only (semantics.md 5, trap 1). */
  | { readonly kind: 'select'; readonly cond: Expr; readonly then: Expr; readonly else: Expr };

export const constant = (value: Value): Expr => ({ kind: 'const', value });
export const reg = (name: string): Expr => ({ kind: 'reg', name });
export const binary = (op: BinaryOp, left: Expr, right: Expr): Expr => ({ kind: 'binary', op, left, right });
export const not = (operand: Expr): Expr => ({ kind: 'not', operand });
export const select = (cond: Expr, then: Expr, otherwise: Expr): Expr => ({
  kind: 'select',
  cond,
  then,
  else: otherwise,
});

/** Pointer to an object by its name. */
export const pointerTo = (object: string): Value => `&${object}`;

/** Registers that an expression mentions, each once, in order of appearance. */
export function registersOf(expr: Expr): readonly string[] {
  const names = new Set<string>();
  const visit = (e: Expr): void => {
    match(e)
      .with({ kind: 'const' }, { kind: 'pending' }, () => {})
      .with({ kind: 'reg' }, ({ name }) => {
        names.add(name);
      })
      .with({ kind: 'binary' }, ({ left, right }) => {
        visit(left);
        visit(right);
      })
      .with({ kind: 'not' }, ({ operand }) => visit(operand))
      .with({ kind: 'select' }, (s) => {
        visit(s.cond);
        visit(s.then);
        visit(s.else);
      })
      .exhaustive();
  };
  visit(expr);
  return [...names];
}

/** Objects lie in memory in the order of their names. */
const ORDERS: Partial<Record<BinaryOp, (a: string, b: string) => boolean>> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

/** What evaluating a closed expression of constants gives; comparisons give 1 or 0. Pointers may be compared,
 *  and may be added to or subtracted from by 0 (an address dependency). Null if it has no meaning. */
export function applyBinary(op: BinaryOp, a: Value, b: Value): Value | null {
  if (op === 'eq') return a === b ? 1 : 0;
  if (op === 'ne') return a === b ? 0 : 1;
  if (typeof a === 'number' && typeof b === 'number') return arithmetic(op, a, b);
  if (typeof a === 'string' && typeof b === 'string' && op in ORDERS) return Number(ORDERS[op]!(a, b));
  if ((op === 'add' || op === 'sub' || op === 'or' || op === 'xor') && b === 0) return a;
  if ((op === 'add' || op === 'or' || op === 'xor') && a === 0) return b;
  if ((op === 'xor' || op === 'sub') && a === b) return 0;
  if (op === 'and' && (a === 0 || b === 0)) return 0;
  return null;
}

function arithmetic(op: BinaryOp, a: number, b: number): number {
  return match(op)
    .with('add', () => a + b)
    .with('sub', () => a - b)
    .with('mul', () => a * b)
    .with('and', () => Number(BigInt(a) & BigInt(b)))
    .with('or', () => Number(BigInt(a) | BigInt(b)))
    .with('xor', () => Number(BigInt(a) ^ BigInt(b)))
    .with('shl', () => a * 2 ** b)
    .with('shr', () => Math.floor(a / 2 ** b))
    .with('eq', () => Number(a === b))
    .with('ne', () => Number(a !== b))
    .with('lt', () => Number(a < b))
    .with('le', () => Number(a <= b))
    .with('gt', () => Number(a > b))
    .with('ge', () => Number(a >= b))
    .exhaustive();
}

export const isTrue = (value: Value): boolean => value !== 0;
