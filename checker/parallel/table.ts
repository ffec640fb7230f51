/** The visited set of a team: open addressing in shared memory, without locks. A slot holds the words of a packed state,
 *  each inverted. Inverted, the first and the last word are never 0 (`isPlain`), so that
 *  - a slot is empty as long as its first word is 0, and whoever changes that (atomically) has added the state;
 *  - the others words follow, the last one at last (atomically): who finds its own first word in a slot waits until
 *    the last one is there, and then sees a whole state. Nobody ever takes a state out.
 *
 *  A state's place comes from the high bits of its hash: twice as large a table has its states in the same order. */
import { hashOfState } from '../explore/recent.ts';

/** Whether a state can be in a table: one whose first or last word is all ones cannot. */
export function isPlain(words: Int32Array, from: number, width: number): boolean {
  return words[from] !== -1 && words[from + width - 1] !== -1;
}

/** A table grows when it is fuller than this. */
export const MOST_FULL = 0.75;
/** Word positions stay below 2^31. */
const MAX_WORDS = 2 ** 31;

/** Bits of the hash that choose a slot, if there are to be so many states. A RangeError if that is too many. */
export function bitsFor(states: number, width: number): number {
  const bits = Math.max(12, Math.ceil(Math.log2(states / MOST_FULL)));
  if (width * 2 ** bits > MAX_WORDS) throw new RangeError('too many states');
  return bits;
}

export class Table {
  readonly width: number;
  readonly slots: number;
  private readonly words: Int32Array<SharedArrayBuffer>;
  private readonly shift: number;
  /** Keeps the loads of `touch` from being optimised away. */
  touched = 0;

  /** A view of `buffer`, which has room for it. */
  constructor(buffer: SharedArrayBuffer, bits: number, width: number) {
    this.width = width;
    this.slots = 2 ** bits;
    this.shift = 32 - bits;
    this.words = new Int32Array(buffer, 0, this.slots * width);
  }

  static bytes(bits: number, width: number): number {
    return 4 * width * 2 ** bits;
  }

  /** Loads the slots of states with these hashes, so that the cache misses overlap. */
  touch(hashes: Int32Array, count: number): void {
    const { words, shift, width } = this;
    let touched = 0;
    for (let i = 0; i < count; i++) touched ^= words[(hashes[i]! >>> shift) * width]!;
    this.touched = touched;
  }

  /** Adds the state at `from`; whether it is new. There is an empty slot. */
  add(state: Int32Array, from: number, hash: number): boolean {
    const { words, width } = this;
    const first = ~state[from]!;
    let at = (hash >>> this.shift) * width;
    for (;;) {
      let found = words[at]!;
      if (found === 0) {
        found = Atomics.compareExchange(words, at, 0, first);
        if (found === 0) {
          this.fill(at, state, from);
          return true;
        }
      }
      if (found === first && this.isSame(at, state, from)) return false;
      at += width;
      if (at === words.length) at = 0;
    }
  }

  /** Empties the part of the table that is worker `me`'s to care for. */
  clear(me: number, workers: number): void {
    const { width, words } = this;
    words.fill(0, this.partOf(me, workers) * width, this.partOf(me + 1, workers) * width);
  }

  /** Writes the states in the part that is worker `me`'s to care for to `into`, so many at a time. */
  *states(me: number, workers: number, into: Int32Array): Generator<number> {
    const { words, width } = this;
    const end = this.partOf(me + 1, workers) * width;
    let filled = 0;
    for (let at = this.partOf(me, workers) * width; at < end; at += width) {
      if (words[at] === 0) continue;
      for (let w = 0; w < width; w++) into[filled + w] = ~words[at + w]!;
      filled += width;
      if (filled + width <= into.length) continue;
      yield filled / width;
      filled = 0;
    }
    yield filled / width;
  }

  private partOf(me: number, workers: number): number {
    return Math.floor((this.slots * me) / workers);
  }

  private fill(at: number, state: Int32Array, from: number): void {
    const { words, width } = this;
    for (let w = 1; w < width - 1; w++) words[at + w] = ~state[from + w]!;
    if (width > 1) Atomics.store(words, at + width - 1, ~state[from + width - 1]!);
  }

  private isSame(at: number, state: Int32Array, from: number): boolean {
    const { words, width } = this;
    const last = at + width - 1;
    // Of more than two words, those between must be read after the last one.
    let found = width > 2 ? Atomics.load(words, last) : words[last]!;
    while (found === 0) found = Atomics.load(words, last);
    if (found !== ~state[from + width - 1]!) return false;
    let w = 1;
    while (w < width - 1 && words[at + w] === ~state[from + w]!) w++;
    return w >= width - 1;
  }
}

/** Adds states that are in no table yet, one after the other. */
export function addAll(table: Table, states: Int32Array, count: number): void {
  const { width } = table;
  for (let i = 0; i < count; i++) table.add(states, i * width, hashOfState(states, i * width, width));
}
