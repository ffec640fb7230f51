/** What a run has learned of a model: the values met, where they lie in a packed state, and what every function
 *  answered. Model functions are only ever run here, on unpacked values, with their reads recorded. */
import { type Event, ModelBug, type Read, type System } from '../system.ts';
import { type Interner, interner } from './interner.ts';
import { fieldOf, type Layout, layoutFor } from './layout.ts';
import { Tries } from './trie.ts';

export interface Tables {
  readonly system: System;
  /** The values of each component. */
  readonly values: readonly Interner<unknown>[];
  readonly events: Interner<Event>;
  readonly tries: Tries;
  /** Replaced by `relay` only. */
  layout: Layout;
  /** For each component: how many values it had at the last layout, and how much it has grown from layout to layout,
   *  the last of which count most. */
  readonly counts: number[];
  readonly heat: number[];
  /** A value was met whose number does not fit its field; `layout` must be replaced before it is packed. */
  overflow: boolean;
  slowCalls: number;
  lookups: number;
  slowSeconds: number;
}

/** Tables that know the initial state of `system` only. */
export function tablesOf(system: System): Tables {
  const values = valuesOf(system);
  const layout = layoutFor(values.map(() => 1));
  return {
    system,
    values,
    events: interner<Event>('an event'),
    tries: new Tries(layout),
    layout,
    counts: values.map(() => 1),
    heat: values.map(() => 0),
    overflow: false,
    slowCalls: 0,
    lookups: 0,
    slowSeconds: 0,
  };
}

/** For each component an interner that knows its initial value, as number 0. Throws a ModelBug if a component is not
 *  where its handle says. */
export function valuesOf({ components }: System): readonly Interner<unknown>[] {
  return components.map(({ ref, initial }, i) => {
    if (ref.index !== i)
      throw new ModelBug(`component ${ref.name} has index ${ref.index} but is number ${i}`);
    const known = interner<unknown>(`a value of ${ref.name}`);
    known.idOf(initial);
    return known;
  });
}

/** A layout that fits what has been met by now. */
export function nextLayout(tables: Tables): Layout {
  const { values, counts, heat } = tables;
  for (const [c, known] of values.entries()) {
    const count = known.count();
    heat[c] = count > counts[c]! ? 1 : 0.8 * heat[c]!;
    counts[c] = count;
  }
  return layoutFor(counts, heat);
}

/** To be called when all states have been packed in `layout`. */
export function relay(tables: Tables, layout: Layout): void {
  tables.layout = layout;
  tables.overflow = false;
  tables.tries.relay(layout);
}

/** The number of a component's value. May set `overflow`. */
export function intern(tables: Tables, c: number, value: unknown): number {
  const id = tables.values[c]!.idOf(value);
  if (id > tables.layout.maskOf[c]!) tables.overflow = true;
  return id;
}

/** Reads the packed state at `base`, unrecorded. */
export function reader(tables: Tables, words: Int32Array, base: number): Read {
  return <T>(component: { readonly index: number }) => {
    const id = fieldOf(tables.layout, words, base, component.index);
    return tables.values[component.index]!.valueOf(id) as T;
  };
}

/** Runs `run` on the packed state at `base` and remembers its answer under the values that it read. `who` names
 *  the model function in an error. With `ending`, what is remembered is the number that it makes of the answer and of
 *  the components that were read. */
export function learn(
  tables: Tables,
  root: number,
  who: string,
  words: Int32Array,
  base: number,
  run: (read: Read) => number,
  ending?: (answer: number, path: readonly number[]) => number,
): number {
  const path: number[] = [];
  const ids: number[] = [];
  const plain = reader(tables, words, base);
  const started = performance.now();
  const said = run((component) => {
    if (!path.includes(component.index)) {
      path.push(component.index);
      ids.push(fieldOf(tables.layout, words, base, component.index));
    }
    return plain(component);
  });
  tables.slowSeconds += (performance.now() - started) / 1000;
  tables.slowCalls += 1;
  const answer = ending === undefined ? said : ending(said, path);
  const conflict = tables.tries.learn(root, path, ids, answer);
  if (conflict >= 0) throw impure(tables, root, who, path, ids, conflict);
  return answer;
}

function impure(
  { system, tries }: Tables,
  root: number,
  who: string,
  path: readonly number[],
  ids: readonly number[],
  at: number,
): ModelBug {
  const name = (c: number | undefined) =>
    c === undefined || c < 0 ? 'nothing more' : system.components[c]!.ref.name;
  const before = path.slice(0, at).map(name).join(', ') || 'nothing';
  const earlier = name(tries.readAfter(root, ids.slice(0, at)));
  return new ModelBug(
    `${who} is impure: after reading the same values of ${before}, ` +
      `it read ${earlier} in one run and ${name(path[at])} in another\n` +
      '  The usual cause is a function that keeps a variable between calls, or reads a clock or a random number.',
  );
}
