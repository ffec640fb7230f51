/** The representative of a state: of all states that it can be exchanged with, the one whose components have the
 *  least numbers, compared in a fixed order. Numbers never change once they are given, so neither does that. */
import { grown } from '../explore/leaves.ts';
import { fieldOf } from '../intern/layout.ts';
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
  const ids = new Int32Array(count);
  /** The least numbers found so far, in the order. */
  const least = new Int32Array(count);

  function learn(g: number, c: number, id: number): number {
    const to = group[g]!.to[c]!;
    const found = tables.values[to]!.idOf(images.image(g, c, tables.values[c]!.valueOf(id)));
    const at = g * count + c;
    if (id >= known[at]!.length) known[at] = grown(known[at]!, id + 1);
    known[at]![id] = found + 1;
    return found;
  }

  const imageOf = (g: number, c: number): number => {
    const id = ids[c]!;
    const learned = known[g * count + c]!;
    const found = id < learned.length ? learned[id]! - 1 : -1;
    return found >= 0 ? found : learn(g, c, id);
  };

  /** Finds the least image of `ids`; whether it is another state. */
  function find(): boolean {
    for (let k = 0; k < count; k++) least[k] = ids[order[k]!]!;
    let another = false;
    for (let g = 1; g < group.length; g++) {
      const at = g * count;
      for (let k = 0; k < count; k++) {
        const found = imageOf(g, source[at + k]!);
        if (found > least[k]!) break;
        if (found === least[k]!) continue;
        another = true;
        least[k] = found;
        while (++k < count) least[k] = imageOf(g, source[at + k]!);
      }
    }
    return another;
  }

  function represent(words: Int32Array, base: number): 'same' | 'another' | 'does not fit' {
    const layout = tables.layout;
    for (let c = 0; c < count; c++) ids[c] = fieldOf(layout, words, base, c);
    if (!find()) return 'same';
    for (let k = 0; k < count; k++) {
      ids[order[k]!] = least[k]!;
      if (least[k]! > layout.maskOf[order[k]!]!) return 'does not fit';
    }
    words.fill(0, base, base + layout.words);
    for (let c = 0; c < count; c++) words[base + layout.wordOf[c]!]! |= ids[c]! << layout.shiftOf[c]!;
    return 'another';
  }

  return {
    represent,
    of(given) {
      ids.set(given);
      find();
      const found: number[] = Array(count);
      for (const [k, c] of order.entries()) found[c] = least[k]!;
      return found;
    },
  };
}
