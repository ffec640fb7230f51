/** What a reader of a state is told of memory: each cell as C writes it, entries of an array of structs on a line each. */
import type { ObjectDecl } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { qwordOf } from '../program/qword.ts';
import { cdWordText } from '../smmu/cd.ts';
import { steWordText } from '../smmu/ste.ts';

/** One cell of a component. */
export interface Slot {
  readonly field: string;
  readonly index: number;
  /** As C writes it. */
  readonly name: string;
  readonly initial: Value | null;
}

/** How the words of a structure read that hardware looks at. */
export type WordText = ((field: string, index: number, value: Value) => string | null) | null;

/** Words of an STE, if `isSte`, and of CDs: the field `cd3` has the words of CD 3. */
export const wordTextOf = (object: ObjectDecl, isSte: boolean): WordText => {
  if (isSte) return (field, q, value) => (field === 'data' ? steWordText(q, value) : null);
  if (!object.fields.some((f) => /^cd\d+$/.test(f.name))) return null;
  return (field, q, value) => (/^cd\d+$/.test(field) && q <= 1 ? cdWordText(q, value) : null);
};

/** The cells that hold something: not those that have been 0, or uninitialised, from the start. `names`: of the
 *  threads. */
export function shownCells(
  {
    values,
    owner,
  }: { readonly values: readonly (Value | null)[]; readonly owner: Readonly<Record<string, number>> },
  slots: readonly Slot[],
  words: WordText,
  names: readonly string[],
): readonly string[] {
  const entries = new Map<string, Shown[]>();
  for (const [at, slot] of slots.entries()) {
    const value = values[at]!;
    const half = owner[at];
    if (!value && value === slot.initial && half === undefined) continue;
    const { head, member } = split(slot);
    const busy = half === undefined ? '' : ` (${names[half]} is half-way through an atomic)`;
    const now = `${member}${valueText(slot, value, words)}${busy}`;
    const shown = { now, first: slot.initial === value ? '' : (slot.initial ?? 'uninitialised') };
    entries.set(head, [...(entries.get(head) ?? []), shown]);
  }
  return [...entries].map(([head, shown]) => `${head} = ${together(shown)}`);
}

/** A cell now, and what it was at first if that was something else. */
interface Shown {
  readonly now: string;
  readonly first: Value;
}

function together(shown: readonly Shown[]): string {
  const isStruct = shown[0]!.now.startsWith('.');
  const firsts = new Set(shown.map(({ first }) => first));
  const [first] = firsts;
  const same = firsts.size === 1;
  const texts = shown.map((it) => (same || it.first === '' ? it.now : `${it.now} (first ${it.first})`));
  const all = isStruct ? `{ ${texts.join(', ')} }` : texts.join(', ');
  return same && first !== '' ? `${all} (first ${first})` : all;
}

/** `invs0->inv[1]` and `.users = `; a cell of its own has no member. */
function split({ field, name }: Slot): { readonly head: string; readonly member: string } {
  const dot = field.includes('.') && name.endsWith(field.slice(field.indexOf('.')));
  if (!dot) return { head: name, member: '' };
  const member = field.slice(field.indexOf('.'));
  return { head: name.slice(0, -member.length), member: `${member} = ` };
}

function valueText({ field, index }: Slot, value: Value | null, words: WordText): string {
  if (value === null) return 'uninitialised';
  const meaning = words?.(field, index, value) ?? null;
  if (meaning === null) return String(value);
  const { pointer } = qwordOf(value);
  const bits = pointer === null ? `0x${qwordOf(value).bits.toString(16)}` : String(value);
  return bits === meaning || meaning.includes(bits) ? meaning : `${bits} (${meaning})`;
}
