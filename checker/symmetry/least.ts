/** The representative of a state: of all states that it can be exchanged with, the one whose components have the
 *  least numbers, compared in a fixed order. Numbers never change once they are given, so neither does that. */
import { grown } from '../explore/leaves.ts';
import type { Tables } from '../intern/tables.ts';
import type { Element } from './group.ts';
import type { Images } from './images.ts';

export interface Representatives {
  /** Puts the representative in the place of the flat state at `base`. */
  represent(words: Int32Array, base: number): 'same' | 'another' | 'does not fit';
  /** The numbers of the representative of a state that has these numbers, by component. */
  of(ids: readonly number[]): readonly number[];
}

export function representatives(tables: Tables, group: readonly Element[], images: Images): Representatives {
  const count = tables.values.length;
  /** Components that are exchanged come first: they tell images apart soonest. */
  const order = tables.values.map((_, c) => c);
  const moves = (c: number): number => (group.some(({ to }) => to[c] !== c) ? 0 : 1);
  order.sort((a, b) => moves(a) - moves(b) || a - b);
  /** From where element `g` takes the component that stands at place `k` of the order. */
  const source = Int32Array.from(group.flatMap(({ from }) => order.map((c) => from[c]!)));
  /** For element `g` and component `c`: by the number of a value, that of its image, + 1; 0 if not known. */
  const known = group.flatMap(() => tables.values.map(() => new Int32Array(16)));
  function learn(g: number, c: number, id: number): number {
    const to = group[g]!.to[c]!;
    const found = tables.values[to]!.idOf(images.image(g, c, tables.values[c]!.valueOf(id)));
    const at = g * count + c;
    if (id >= known[at]!.length) known[at] = grown(known[at]!, id + 1);
    known[at]![id] = found + 1;
    return found;
  }

  function imageOf(g: number, c: number, id: number): number {
    if (g === 0) return id;
    const learned = known[g * count + c]!;
    const found = id < learned.length ? learned[id]! - 1 : -1;
    return found >= 0 ? found : learn(g, c, id);
  }

  /** What stands at place `k` of the image by element `g` of the flat state at `base`. */
  function imageAt(g: number, k: number, words: Int32Array, base: number): number {
    const c = source[g * count + k]!;
    const field = tables.layout.fieldOf[c]!;
    return imageOf(g, c, (words[base + (field >>> 10)]! << field) >>> (field >>> 5));
  }

  /** The element whose image of the flat state at `base` is the least; 0 if none is less than the state itself. */
  function leastBy(words: Int32Array, base: number): number {
    let best = 0;
    for (let g = 1; g < group.length; g++) {
      for (let k = 0; k < count; k++) {
        const difference = imageAt(g, k, words, base) - imageAt(best, k, words, base);
        if (difference === 0) continue;
        if (difference < 0) best = g;
        break;
      }
    }
    return best;
  }

  const made = new Int32Array(count);

  function represent(words: Int32Array, base: number): 'same' | 'another' | 'does not fit' {
    const g = leastBy(words, base);
    if (g === 0) return 'same';
    const { maskOf, wordOf, shiftOf, words: width } = tables.layout;
    for (let k = 0; k < count; k++) {
      made[k] = imageAt(g, k, words, base);
      if (made[k]! > maskOf[order[k]!]!) return 'does not fit';
    }
    words.fill(0, base, base + width);
    for (let k = 0; k < count; k++) {
      const c = order[k]!;
      words[base + wordOf[c]!]! |= made[k]! << shiftOf[c]!;
    }
    return 'another';
  }

  function of(ids: readonly number[]): readonly number[] {
    const all = group.map(({ from }, g) => from.map((c) => imageOf(g, c, ids[c]!)));
    return all.reduce((least, other) => {
      const c = order.find((c) => other[c] !== least[c]);
      return c !== undefined && other[c]! < least[c]! ? other : least;
    });
  }

  return { represent, of };
}
