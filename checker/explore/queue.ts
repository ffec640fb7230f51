/** Successors that have been computed but not yet looked up in the visited set. Looking up a batch at a time lets
 *  the processor wait for many cache misses at once. */
export interface Queue {
  words: Int32Array;
  parents: Int32Array;
  size: number;
  /** How many states `words` and `parents` have room for. */
  room: number;
}

export function queueFor(wordsPerState: number): Queue {
  const room = 256;
  return { words: new Int32Array(room * wordsPerState), parents: new Int32Array(room), size: 0, room };
}

/** Makes room for `more` states. */
export function reserve(queue: Queue, more: number, wordsPerState: number): void {
  if (queue.size + more <= queue.room) return;
  queue.room = 2 * (queue.size + more);
  const words = new Int32Array(queue.room * wordsPerState);
  words.set(queue.words);
  const parents = new Int32Array(queue.room);
  parents.set(queue.parents);
  queue.words = words;
  queue.parents = parents;
}
