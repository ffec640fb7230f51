/** The states that were queued last. Two steps that commute lead to the same state from two states that are close in
 *  the frontier, so that about half of all successors were successors a few hundred states ago: a look at a table
 *  that fits the processor's cache spares them the visited set, which does not. */
import type { Queue } from './queue.ts';

const BITS = 12;

export class Recent {
  private readonly width: number;
  /** Entry `e` is the words from `e * width`; all zero is no state that is ever queued twice. */
  private readonly table: Int32Array;

  /** Of states that are `width` words wide. */
  constructor(width: number) {
    this.width = width;
    this.table = new Int32Array(width << BITS);
  }

  /** Takes out of the queue, from position `start`, the states that are known to be queued or visited. */
  sift(queue: Queue, start: number): void {
    const { words, parents, moves, size } = queue;
    const { width, table } = this;
    let kept = start;
    for (let i = start; i < size; i++) {
      const from = i * width;
      let hash = words[from]!;
      for (let w = 1; w < width; w++) {
        hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ words[from + w]!;
      }
      const entry = (Math.imul(hash ^ (hash >>> 16), 0x9e3779b1) >>> (32 - BITS)) * width;
      let w = 0;
      while (w < width && table[entry + w] === words[from + w]) w++;
      if (w === width) continue;
      const to = kept * width;
      for (w = 0; w < width; w++) {
        const word = words[from + w]!;
        table[entry + w] = word;
        words[to + w] = word;
      }
      parents[kept] = parents[i]!;
      moves[kept++] = moves[i]!;
    }
    queue.size = kept;
  }
}
