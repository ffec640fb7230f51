import { grown } from './leaves.ts';

/** Successors that have been computed but not yet looked up in the visited set. Looking up a batch at a time lets
 *  the processor wait for many cache misses at once. */
export interface Queue {
  words: Int32Array<ArrayBuffer>;
  parents: Int32Array<ArrayBuffer>;
  /** Which move led here (`Leaves`); 0: any. */
  moves: Int32Array<ArrayBuffer>;
  /** The hash of each state that was sifted; of states of two words it is that of their key. */
  hashes: Int32Array<ArrayBuffer>;
  size: number;
  /** How many states the arrays have room for. */
  room: number;
}

export function queueFor(wordsPerState: number): Queue {
  const room = 256;
  return {
    words: new Int32Array(room * wordsPerState),
    parents: new Int32Array(room),
    moves: new Int32Array(room),
    hashes: new Int32Array(room),
    size: 0,
    room,
  };
}

/** Makes room for `more` states. */
export function reserve(queue: Queue, more: number, wordsPerState: number): void {
  if (queue.size + more <= queue.room) return;
  queue.room = 2 * (queue.size + more);
  queue.words = grown(queue.words, queue.room * wordsPerState);
  queue.parents = grown(queue.parents, queue.room);
  queue.moves = grown(queue.moves, queue.room);
  queue.hashes = grown(queue.hashes, queue.room);
}
