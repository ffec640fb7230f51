/** What registers and stores hold: values with their views, or expressions over loads that are not satisfied yet. */
import { ModelBug } from '../contract.ts';
import type { Content, Symbolic, View } from '../machine.ts';
import { applyBinary, type BinaryOp, isTrue, type Value } from '../program/expression.ts';
import type { Instruction } from '../program/instruction.ts';
import { placeOf } from '../program/places.ts';

/** "in arm_smmu_domain_inv_range(): smp_mb() (model/driver/inv-range.ts:40:7)", for messages. */
export const whereIs = (i: Instruction): string => `in ${i.at.fn}(): ${i.at.text || i.op}${placeOf(i.at)}`;

export const content = (value: Value, view: View = 0, pick: View = view): Content => ({
  value: { kind: 'const', value },
  view,
  pick,
});

/** What the deferred load `index` will read. */
export const pendingLoad = (index: number): Content => ({
  value: { kind: 'pending', index },
  view: 0,
  pick: 0,
});

/** The value, if no load that is not satisfied is in it. */
export const known = ({ value }: { readonly value: Symbolic }): Value | null =>
  value.kind === 'const' ? value.value : null;

/** The same value with more dependencies. */
export const joined = (c: Content, view: View, pick: View = view): Content => ({
  value: c.value,
  view: Math.max(c.view, view),
  pick: Math.max(c.pick, pick),
});

/** Parts of a value that is not known yet. Each atomic that forwards from another may double them, and a step copies
 *  them all: without a bound it could take for ever. */
const MOST_PARTS = 500;

function open(value: Symbolic): Content {
  if (sizeOf(value) > MOST_PARTS)
    throw new ModelBug(`a value that hangs on deferred loads has more than ${MOST_PARTS} parts`);
  return { value, view: 0, pick: 0 };
}

const sizes = new WeakMap<Symbolic, number>();

function sizeOf(value: Symbolic): number {
  const before = sizes.get(value);
  if (before !== undefined) return before;
  const size = partsOf(value).reduce((sum, part) => sum + sizeOf(part.value), 1);
  sizes.set(value, size);
  return size;
}

function partsOf(value: Symbolic): readonly Content[] {
  switch (value.kind) {
    case 'const':
    case 'pending':
      return [];
    case 'binary':
      return [value.left, value.right];
    case 'not':
      return [value.operand];
    case 'select':
      return [value.cond, value.yes, value.no];
    case 'compared':
      return [value.of];
  }
}

/** Arithmetic. Throws ModelBug, naming the statement, if it has no meaning. */
export function binaryOf(op: BinaryOp, left: Content, right: Content, at: Instruction): Content {
  const [l, r] = [known(left), known(right)];
  if (l === null || r === null) return open({ kind: 'binary', op, left, right });
  const value = applyBinary(op, l, r);
  if (value === null) throw new ModelBug(`${l} ${op} ${r} has no meaning, ${whereIs(at)}`);
  return content(value, Math.max(left.view, right.view), Math.max(left.pick, right.pick));
}

export function notOf(operand: Content): Content {
  const value = known(operand);
  return value === null
    ? open({ kind: 'not', operand })
    : content(isTrue(value) ? 0 : 1, operand.view, operand.pick);
}

/** CSEL depends on what it chooses; the condition was only picked by. */
export function selectOf(cond: Content, yes: Content, no: Content): Content {
  const value = known(cond);
  if (value === null) return open({ kind: 'select', cond, yes, no });
  const chosen = isTrue(value) ? yes : no;
  return joined(chosen, chosen.view, cond.pick);
}

/** What a successful CAS returns. */
export function compared(of: Content): Content {
  const value = known(of);
  return value === null ? open({ kind: 'compared', of }) : content(value, 0, of.pick);
}

/** What a successful CAS stores: `desired`, which is not known to be stored before the comparison is. */
export const storedIfEqual = (old: Content, expected: Content, desired: Content, at: Instruction): Content =>
  selectOf(binaryOf('eq', old, expected, at), desired, desired);

/** `c` once the deferred load `index` has read `read`; later ones are renumbered. */
export function substitute(c: Content, index: number, read: Content, at: Instruction): Content {
  const sub = (part: Content): Content => substitute(part, index, read, at);
  const v = c.value;
  switch (v.kind) {
    case 'const':
      return c;
    case 'pending':
      if (v.index === index) return joined(read, c.view, c.pick);
      return v.index > index ? { ...c, value: { kind: 'pending', index: v.index - 1 } } : c;
    case 'binary':
      return joined(binaryOf(v.op, sub(v.left), sub(v.right), at), c.view, c.pick);
    case 'not':
      return joined(notOf(sub(v.operand)), c.view, c.pick);
    case 'select':
      return joined(selectOf(sub(v.cond), sub(v.yes), sub(v.no)), c.view, c.pick);
    case 'compared':
      return joined(compared(sub(v.of)), c.view, c.pick);
  }
}
