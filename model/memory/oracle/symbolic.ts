/** Register contents: a value with its view, or an expression over reads that are still unresolved. */
import { match } from 'ts-pattern';
import { ModelBug } from '../../contract.ts';
import { applyBinary, type BinaryOp, type Expr, isTrue, type Value } from '../../program/expression.ts';

/** A position in the global message list; 0 = the initial values. */
export type Timestamp = number;

/** The name of a window entry or of a deferred load, within its thread. */
export type Id = number;

export interface Known {
  readonly kind: 'known';
  readonly value: Value | null;
  /** What address and data dependencies on it carry. */
  readonly view: Timestamp;
  /** What control dependencies on it carry: at least `view`. More only where a choice was made on the way
   *  (CSEL's condition, the comparison of a successful CAS): aarch64.cat's pick dependencies. */
  readonly pick: Timestamp;
}

export type Sym =
  | Known
  /** What the deferred load, or the unperformed read part, of that name will read. */
  | { readonly kind: 'pending'; readonly id: Id }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Sym; readonly right: Sym }
  | { readonly kind: 'not'; readonly operand: Sym }
  | { readonly kind: 'select'; readonly cond: Sym; readonly then: Sym; readonly else: Sym }
  /** What a load gets that forwards from a store of `of`; `view` = what it has besides. */
  | { readonly kind: 'forwarded'; readonly view: Timestamp; readonly of: Sym }
  /** What a successful CAS returns: the value without its dependency (semantics.md 5, trap 1). */
  | { readonly kind: 'compared'; readonly of: Sym };

export const known = (value: Value | null, view: Timestamp, pick: Timestamp = view): Known => ({
  kind: 'known',
  value,
  view,
  pick,
});

export type Registers = Readonly<Record<string, Sym>>;

/** The value of an expression of a program. */
export function evaluate(expr: Expr, regs: Registers): Sym {
  return match(expr)
    .returnType<Sym>()
    .with({ kind: 'const' }, ({ value }) => known(value, 0))
    .with({ kind: 'reg' }, ({ name }) => {
      const content = regs[name];
      if (content === undefined)
        throw new ModelBug(`register ${name} is read, but nothing was ever put there`);
      return content;
    })
    .with({ kind: 'pending' }, () => {
      throw new ModelBug('a program mentions an unresolved load');
    })
    .with({ kind: 'binary' }, ({ op, left, right }) =>
      symBinary(op, evaluate(left, regs), evaluate(right, regs)),
    )
    .with({ kind: 'not' }, ({ operand }) => symNot(evaluate(operand, regs)))
    .with({ kind: 'select' }, (s) =>
      symSelect(evaluate(s.cond, regs), evaluate(s.then, regs), evaluate(s.else, regs)),
    )
    .exhaustive();
}

export function symBinary(op: BinaryOp, left: Sym, right: Sym): Sym {
  if (left.kind !== 'known' || right.kind !== 'known') return { kind: 'binary', op, left, right };
  const value = left.value === null || right.value === null ? null : applyBinary(op, left.value, right.value);
  return known(value, Math.max(left.view, right.view), Math.max(left.pick, right.pick));
}

function symNot(operand: Sym): Sym {
  if (operand.kind !== 'known' || operand.value === null) return { kind: 'not', operand };
  return known(isTrue(operand.value) ? 0 : 1, operand.view, operand.pick);
}

/** CSEL: the value depends on the chosen operand; the condition was only picked. */
function symSelect(cond: Sym, then: Sym, otherwise: Sym): Sym {
  if (cond.kind !== 'known') return { kind: 'select', cond, then, else: otherwise };
  const chosen = cond.value !== null && isTrue(cond.value) ? then : otherwise;
  if (chosen.kind !== 'known') return { kind: 'select', cond, then, else: otherwise };
  return known(chosen.value, chosen.view, Math.max(chosen.pick, cond.pick));
}

export function forwarded(view: Timestamp, of: Sym): Sym {
  if (of.kind !== 'known') return { kind: 'forwarded', view, of };
  return known(of.value, Math.max(view, of.view), Math.max(view, of.pick));
}

/** What a successful CAS stores: `desired`, once it is known that what it read is what it expected. */
export const storedIfEqual = (old: Sym, expected: Sym, desired: Sym): Sym =>
  symSelect(symBinary('eq', old, expected), desired, desired);

export function compared(of: Sym): Sym {
  return of.kind === 'known' ? known(of.value, 0, of.pick) : { kind: 'compared', of };
}

/** `sym` once the read of that name has been resolved. */
export function substitute(sym: Sym, id: Id, read: Known): Sym {
  const inside = (part: Sym): Sym => substitute(part, id, read);
  return match(sym)
    .returnType<Sym>()
    .with({ kind: 'known' }, (k) => k)
    .with({ kind: 'pending' }, (p) => (p.id === id ? read : p))
    .with({ kind: 'binary' }, ({ op, left, right }) => symBinary(op, inside(left), inside(right)))
    .with({ kind: 'not' }, ({ operand }) => symNot(inside(operand)))
    .with({ kind: 'select' }, (s) => symSelect(inside(s.cond), inside(s.then), inside(s.else)))
    .with({ kind: 'forwarded' }, ({ view, of }) => forwarded(view, inside(of)))
    .with({ kind: 'compared' }, ({ of }) => compared(inside(of)))
    .exhaustive();
}
