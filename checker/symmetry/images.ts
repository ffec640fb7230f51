/** What the values of components become when like things are exchanged: what a model declares, asked once for each
 *  value and held to its inverse. Values go by numbers, which have nothing to do with those of an exploration. */
import { keyOf } from '../intern/canonical.ts';
import { type Interner, interner } from '../intern/interner.ts';
import { ModelBug, type System } from '../system.ts';
import type { Element } from './group.ts';

export interface Images {
  /** The number of a value of component `c`. */
  idOf(c: number, value: unknown): number;
  valueOf(c: number, id: number): unknown;
  /** What element `g` makes of value `id` of component `c`: the number of a value of the component that `c` becomes. */
  of(g: number, c: number, id: number): number;
  /** The same of the values themselves. */
  image(g: number, c: number, value: unknown): unknown;
}

export function imagesOf({ components }: System, group: readonly Element[]): Images {
  const values = components.map(({ ref }): Interner<unknown> => interner(`a value of ${ref.name}`));
  /** The numbers of values that were met before, as they are. */
  const met = components.map(() => new WeakMap<object, number>());
  const known = group.flatMap(() => components.map((): number[] => []));

  function idOf(c: number, value: unknown): number {
    if (typeof value !== 'object' || value === null) return values[c]!.idOf(value);
    const before = met[c]!.get(value);
    if (before !== undefined) return before;
    const id = values[c]!.idOf(value);
    met[c]!.set(value, id);
    return id;
  }

  function of(g: number, c: number, id: number): number {
    if (g === 0) return id;
    const images = known[g * components.length + c]!;
    images[id] ??= learn(g, c, id);
    return images[id];
  }

  function learn(g: number, c: number, id: number): number {
    const element = group[g]!;
    const to = element.to[c]!;
    const what = `the value of ${components[c]!.ref.name}`;
    const value = values[c]!.valueOf(id);
    const image = tried(element, what, () => values[to]!.idOf(element.value(c, value)));
    const inverse = group[element.inverse]!;
    const back = tried(inverse, what, () => inverse.value(to, values[to]!.valueOf(image)));
    if (keyOf(back) === keyOf(value)) return image;
    throw wrong(
      element,
      `${components[c]!.ref.name} = ${shown(value)}\n` +
        `  becomes ${components[to]!.ref.name} = ${shown(values[to]!.valueOf(image))}\n` +
        `  which, exchanged back, becomes ${shown(back)}`,
    );
  }

  const value = (c: number, id: number): unknown => values[c]!.valueOf(id);
  const image = (g: number, c: number, it: unknown): unknown =>
    value(group[g]!.to[c]!, of(g, c, idOf(c, it)));
  return { idOf, valueOf: value, of, image };
}

/** Runs what is about an exchanged state. An error there tells of the declaration, since there may be no such state. */
export function tried<T>(element: Element, what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw wrong(element, `${what} cannot be had: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function wrong({ of, text }: Element, why: string): ModelBug {
  return new ModelBug(`the symmetry ${of} is wrong: with ${text}, ${why}`);
}

/** A value, not too long. */
export function shown(value: unknown): string {
  const text = keyOf(value);
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
