/** The successors at the leaves of the agents' tries: as the model gave them, and as XOR deltas on packed words. */
import { Announcements } from '../intern/announcements.ts';
import type { Layout } from '../intern/layout.ts';
import type { Label } from '../system.ts';

/** One successor, in numbers. */
export interface Move {
  readonly label: Label;
  readonly writes: readonly { readonly component: number; readonly from: number; readonly to: number }[];
  readonly events: readonly number[];
}

/** Every leaf that was learned. Leaf 0 is the agent that can do nothing. */
export class Leaves {
  readonly moves: (readonly Move[])[] = [[]];
  /** The number of each leaf's first move; its others follow. Move 0 is none. */
  private readonly firstMove: number[] = [1];
  /** For each move: its leaf. */
  private readonly leafOf: number[] = [0];
  /** Where leaf `l` begins in `flat`. */
  at = new Int32Array(64);
  /** Leaf: number of successors, then for each its announcement, its move and its delta words. */
  flat = new Int32Array(1 << 10);
  readonly announcements = new Announcements();
  private end = 1;

  /** Records a leaf without deltas; `lay` adds them. */
  add(moves: readonly Move[]): number {
    if (moves.length === 0) return 0;
    this.moves.push(moves);
    this.firstMove.push(this.leafOf.length);
    for (const _ of moves) this.leafOf.push(this.moves.length - 1);
    return this.moves.length - 1;
  }

  /** Computes the deltas of `leaf` in `layout`, which must hold all its numbers. */
  lay(leaf: number, layout: Layout): void {
    const moves = this.moves[leaf]!;
    this.reserve(leaf, 1 + moves.length * (2 + layout.words));
    this.at[leaf] = this.end;
    this.flat[this.end++] = moves.length;
    for (const [i, { writes, events }] of moves.entries()) {
      this.flat[this.end++] = this.announcements.numberOf(events);
      this.flat[this.end++] = this.firstMove[leaf]! + i;
      for (const { component: c, from, to } of writes) {
        this.flat[this.end + layout.wordOf[c]!]! ^= (from ^ to) << layout.shiftOf[c]!;
      }
      this.end += layout.words;
    }
  }

  /** The move of this number, which is not 0. */
  move(number: number): Move {
    const leaf = this.leafOf[number]!;
    return this.moves[leaf]![number - this.firstMove[leaf]!]!;
  }

  /** Recomputes all deltas. */
  layAll(layout: Layout): void {
    this.flat.fill(0);
    this.end = 1;
    for (let leaf = 1; leaf < this.moves.length; leaf++) this.lay(leaf, layout);
  }

  bytes(): number {
    return this.flat.byteLength + this.at.byteLength;
  }

  private reserve(leaf: number, size: number): void {
    if (leaf >= this.at.length) this.at = grown(this.at, leaf + 1);
    if (this.end + size > this.flat.length) this.flat = grown(this.flat, this.end + size);
  }
}

/** A copy of `array` with room for at least `length` numbers, and at least twice as large. */
export function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(Math.max(2 * array.length, length));
  bigger.set(array);
  return bigger;
}
