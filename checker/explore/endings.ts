/** What an agent can do, together with which components it read to know: where the path through its trie ended. The
 *  states that are expanded one after the other differ little; where none of an ending's components differs, the agent
 *  would read the same again and come to the same ending. About three in four look-ups are spared so. */
import type { Layout } from '../intern/layout.ts';
import { grown } from './leaves.ts';

export class Endings {
  /** For each ending: its leaf (`Leaves`). */
  leaves: Int32Array<ArrayBuffer> = new Int32Array(64);
  /** The bits of the components that were read, one state's words for each ending. */
  masks: Int32Array<ArrayBuffer>;
  private readonly paths: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();
  private layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
    this.masks = new Int32Array(64 * layout.words);
  }

  /** The number of the ending at `leaf` after reading the components of `path`. */
  of(leaf: number, path: readonly number[]): number {
    const components = [...path].sort((a, b) => a - b);
    const key = `${leaf}:${components}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const ending = this.paths.push(components) - 1;
    this.numbers.set(key, ending);
    if (ending === this.leaves.length) {
      this.leaves = grown(this.leaves, 2 * ending);
      this.masks = grown(this.masks, 2 * ending * this.layout.words);
    }
    this.leaves[ending] = leaf;
    this.mask(ending);
    return ending;
  }

  /** To be called when the layout was replaced. */
  relaid(layout: Layout): void {
    this.layout = layout;
    this.masks = new Int32Array(this.leaves.length * layout.words);
    for (let ending = 0; ending < this.paths.length; ending++) this.mask(ending);
  }

  bytes(): number {
    return this.leaves.byteLength + this.masks.byteLength;
  }

  private mask(ending: number): void {
    const { words, wordOf, shiftOf, maskOf } = this.layout;
    for (const c of this.paths[ending]!) {
      this.masks[ending * words + wordOf[c]!]! |= maskOf[c]! << shiftOf[c]!;
    }
  }
}
