/** The representative of a state: of all states that it can be exchanged with, the one whose components have the
 *  least numbers, compared in a fixed order. Numbers never change once they are given, so neither does that. */
import type { Tables } from '../intern/tables.ts';
import type { Element } from './group.ts';
import type { Images } from './images.ts';

export interface Representatives {
  /** Puts the representative in the place of the flat state at `base`. */
  represent(words: Int32Array, base: number): 'same' | 'another' | 'does not fit';
  /** The numbers of the representative of a state that has these numbers, by component. */
  of(ids: readonly number[]): readonly number[];
  bytes(): number;
}

export function representatives(tables: Tables, group: readonly Element[], images: Images): Representatives {
  const count = tables.values.length;
  /** Components that are exchanged come first: they tell images apart soonest. */
  const order = tables.values.map((_, c) => c);
  const moves = (c: number): number => (group.some(({ to }) => to[c] !== c) ? 0 : 1);
  order.sort((a, b) => moves(a) - moves(b) || a - b);
  /** From where element `g` takes the component that stands at place `k` of the order. */
  const source = Int32Array.from(group.flatMap(({ from }) => order.map((c) => from[c]!)));
  /** For element `g` and place `k`, beginning at `at[g * count + k]`: by the number of a value of the component that
   *  it takes from there, that of its image, + 1; 0 if not known. One array, since it is looked at for each successor. */
  let known = new Int32Array(0);
  const at = new Int32Array(group.length * count);
  /** How many values of each component there is room for. */
  const room = new Int32Array(count);
  makeRoom();

  /** Elements, in ascending order. */
  const candidates = new Int32Array(group.length);

  /** Room for twice as many values as there are. What is known is found out again: that is a look-up elsewhere. */
  function makeRoom(): void {
    for (let c = 0; c < count; c++) room[c] = Math.max(16, 2 * tables.values[c]!.count());
    let end = 0;
    for (let i = 0; i < at.length; i++) {
      at[i] = end;
      end += room[source[i]!]!;
    }
    known = new Int32Array(end);
  }

  function learn(g: number, k: number, id: number): number {
    const c = source[g * count + k]!;
    if (id >= room[c]!) makeRoom();
    const found = tables.values[order[k]!]!.idOf(images.image(g, c, tables.values[c]!.valueOf(id)));
    known[at[g * count + k]! + id] = found + 1;
    return found;
  }

  /** What stands at place `k` of the image by element `g` of a state where number `id` stands there of what it takes. */
  function imageOf(g: number, k: number, id: number): number {
    if (g === 0) return id;
    const i = g * count + k;
    const found = id < room[source[i]!]! ? known[at[i]! + id]! - 1 : -1;
    return found >= 0 ? found : learn(g, k, id);
  }

  /** What stands at place `k` of the image by element `g` of the flat state at `base`. */
  function imageAt(g: number, k: number, words: Int32Array, base: number): number {
    const c = source[g * count + k]!;
    const field = tables.layout.fieldOf[c]!;
    return imageOf(g, k, (words[base + (field >>> 10)]! << field) >>> (field >>> 5));
  }

  /** The element whose image of the flat state at `base` is the least; 0 if none is less than the state itself. Place
   *  by place, those are kept that have the least number there. */
  function leastBy(words: Int32Array, base: number): number {
    let left = group.length;
    for (let g = 0; g < left; g++) candidates[g] = g;
    for (let k = 0; k < count && left > 1; k++) {
      let least = imageAt(candidates[0]!, k, words, base);
      let kept = 1;
      for (let i = 1; i < left; i++) {
        const g = candidates[i]!;
        const found = imageAt(g, k, words, base);
        if (found > least) continue;
        if (found < least) {
          least = found;
          kept = 0;
        }
        candidates[kept++] = g;
      }
      left = kept;
    }
    return candidates[0]!;
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
    for (let w = 0; w < width; w++) words[base + w] = 0;
    for (let k = 0; k < count; k++) {
      const c = order[k]!;
      words[base + wordOf[c]!]! |= made[k]! << shiftOf[c]!;
    }
    return 'another';
  }

  function of(ids: readonly number[]): readonly number[] {
    const all = group.map(({ from }, g) => {
      const image = [...ids];
      for (const [k, c] of order.entries()) image[c] = imageOf(g, k, ids[from[c]!]!);
      return image;
    });
    return all.reduce((least, other) => {
      const c = order.find((c) => other[c] !== least[c]);
      return c !== undefined && other[c]! < least[c]! ? other : least;
    });
  }

  return { represent, of, bytes: () => known.byteLength + at.byteLength };
}
