/** What multiplies the states: for a component, or one field of its values, how many times fewer states there would be
 *  if it were not there. */

import type { Visited } from '../explore/visited.ts';
import { keyOf } from '../intern/canonical.ts';
import type { Tables } from '../intern/tables.ts';

/** A part of the state: the field `path` of component `component`, or all of it. */
export interface Part {
  readonly component: number;
  /** Empty for the whole component. */
  readonly path: string;
  /** The values that the component would have without the part. */
  readonly valuesWithout: number;
  /** For each of the component's values, which of those it would be. */
  readonly without: Int32Array;
}

/** Groups of states that differ in one part only, of which about so many are looked at: they are chosen by the hash of
 *  the rest, so that a group is taken as a whole and the ratio is not biased. */
const GROUPS = 10_000;

/** A component of more values is not taken apart into fields. */
const MOST_VALUES = 50_000;

/** For each part: states by states without it. */
export function factors(tables: Tables, visited: Visited, parts: readonly Part[]): readonly number[] {
  const { layout } = tables;
  const flat = new Int32Array(layout.words);
  const counts = new Float64Array(parts.length);
  const groups = parts.map(() => new Set<number>());
  const sparse = Math.max(0, Math.floor(Math.log2(visited.count / GROUPS)));
  const sample = 2 ** sparse - 1;
  for (let id = 0; id < visited.count; id++) {
    visited.load(id, flat);
    let high = 0;
    let low = 0;
    for (let w = 0; w < flat.length; w++) {
      high ^= mixed(flat[w]!, w);
      low ^= mixed(flat[w]!, ~w);
    }
    for (let p = 0; p < parts.length; p++) {
      const { component: c, without } = parts[p]!;
      const w = layout.wordOf[c]!;
      const shift = layout.shiftOf[c]!;
      const mask = layout.maskOf[c]!;
      const word = flat[w]!;
      const rest = (word & ~(mask << shift)) | (without[(word >>> shift) & mask]! << shift);
      const h = high ^ mixed(word, w) ^ mixed(rest, w);
      if ((h & sample) !== 0) continue;
      const l = low ^ mixed(word, ~w) ^ mixed(rest, ~w);
      counts[p]! += 1;
      groups[p]!.add((h >>> 0) * 2 ** 21 + (l >>> 11));
    }
  }
  return parts.map((_, p) => (groups[p]!.size === 0 ? 1 : counts[p]! / groups[p]!.size));
}

/** 32 bits that depend on all bits of `word` and on `salt`. */
function mixed(word: number, salt: number): number {
  let h = Math.imul(word ^ Math.imul(salt + 0x7f4a7c15, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return h ^ (h >>> 16);
}

/** Every component that has more than one value. */
export function components(tables: Tables): readonly Part[] {
  return tables.values.flatMap((known, component) =>
    known.count() < 2
      ? []
      : [{ component, path: '', valuesWithout: 1, without: new Int32Array(known.count()) }],
  );
}

/** The fields of a component's values, and the fields of those that are records themselves; none if its values are no
 *  records, or too many to be taken apart. */
export function fieldsOf(tables: Tables, component: number): readonly Part[] {
  const known = tables.values[component]!;
  if (known.count() < 2 || known.count() > MOST_VALUES) return [];
  const values = Array.from({ length: known.count() }, (_, id) => flattened(known.valueOf(id)));
  const paths = [...new Set(values.flatMap((value) => [...value.keys()]))];
  if (paths.length < 2) return [];
  const columns = paths.map((path) => numbered(values.map((value) => value.get(path) ?? '')));
  // A record is a part as well as each of its fields.
  const records = paths.flatMap((path) => (path.includes('.') ? [path.slice(0, path.indexOf('.'))] : []));
  return [...new Set([...paths, ...records])].map((path) => {
    const kept = columns.filter((_, i) => paths[i] !== path && !paths[i]!.startsWith(`${path}.`));
    const without = numbered(digests(kept, values.length));
    return { component, path, without, valuesWithout: 1 + without.reduce((a, b) => Math.max(a, b), 0) };
  });
}

/** A number of 53 bits for each row of `columns`, different for different rows but for a chance that does not matter. */
function digests(columns: readonly Int32Array[], rows: number): readonly number[] {
  return Array.from({ length: rows }, (_, row) => {
    let high = 0;
    let low = 0;
    for (let c = 0; c < columns.length; c++) {
      high = mixed(columns[c]![row]!, high ^ c);
      low = mixed(columns[c]![row]!, low ^ ~c);
    }
    return (high >>> 0) * 2 ** 21 + (low >>> 11);
  });
}

/** Numbers from 0 for what is distinct, in order. */
function numbered<T>(items: readonly T[]): Int32Array {
  const ids = new Map<T, number>();
  const numbers = new Int32Array(items.length);
  for (const [i, item] of items.entries()) {
    const id = ids.get(item) ?? ids.size;
    ids.set(item, id);
    numbers[i] = id;
  }
  return numbers;
}

/** The value's fields by name, and by `outer.inner` those of fields that are records. */
function flattened(value: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!isRecord(value)) return found;
  for (const [name, field] of Object.entries(value)) {
    if (!isRecord(field) || Object.keys(field).length === 0) found.set(name, keyOf(field));
    else for (const [inner, part] of Object.entries(field)) found.set(`${name}.${inner}`, keyOf(part));
  }
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
