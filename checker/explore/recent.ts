/** The states that were queued last. Two steps that commute lead to the same state from two states that are close in
 *  the frontier, so that about half of all successors were successors a few hundred states ago: a look at a table
 *  that fits the processor's cache spares them the visited set, which does not. */
import { hashOf } from './key-set.ts';
import type { Queue } from './queue.ts';

const BITS = 12;
const LAST = (1 << BITS) - 1;

export class Recent {
  private readonly width: number;
  /** Entry `e` is the words from `e * width`; all zero is no state that is ever queued twice. */
  private readonly table: Int32Array;

  /** Of states that are `width` words wide. */
  constructor(width: number) {
    this.width = width;
    this.table = new Int32Array(width << BITS);
  }

  save(): Int32Array {
    return this.table.slice();
  }

  restore(table: Int32Array): void {
    this.table.set(table);
  }

  /** Takes out of the queue, from position `start`, the states that are known to be queued or visited, and hashes
   *  those that stay. */
  sift(queue: Queue, start: number): void {
    if (this.width === 2) this.siftPairs(queue, start);
    else this.siftAny(queue, start);
  }

  /** The loop that most large explorations spend their time in, for the width that they have. */
  private siftPairs(queue: Queue, start: number): void {
    const { words, parents, moves, hashes, size } = queue;
    const { table } = this;
    let kept = start;
    for (let i = start; i < size; i++) {
      const a = words[2 * i]!;
      const b = words[2 * i + 1]!;
      const hash = hashOf(a, b);
      const entry = (hash & LAST) << 1;
      if (table[entry] === a && table[entry + 1] === b) continue;
      table[entry] = a;
      table[entry + 1] = b;
      words[2 * kept] = a;
      words[2 * kept + 1] = b;
      hashes[kept] = hash;
      parents[kept] = parents[i]!;
      moves[kept++] = moves[i]!;
    }
    queue.size = kept;
  }

  private siftAny(queue: Queue, start: number): void {
    const { words, parents, moves, hashes, size } = queue;
    const { width, table } = this;
    let kept = start;
    for (let i = start; i < size; i++) {
      const from = i * width;
      const hash = hashOfState(words, from, width);
      const entry = (hash & LAST) * width;
      let w = 0;
      while (w < width && table[entry + w] === words[from + w]) w++;
      if (w === width) continue;
      const to = kept * width;
      for (w = 0; w < width; w++) {
        const word = words[from + w]!;
        table[entry + w] = word;
        words[to + w] = word;
      }
      hashes[kept] = hash;
      parents[kept] = parents[i]!;
      moves[kept++] = moves[i]!;
    }
    queue.size = kept;
  }
}

/** The hash that `sift` gives a state. */
export function hashOfState(words: Int32Array, from: number, width: number): number {
  if (width === 2) return hashOf(words[from]!, words[from + 1]!);
  let hash = hashOf(words[from]!, 0);
  for (let w = 1; w < width; w++) hash = hashOf(hash, words[from + w]!);
  return hash;
}
