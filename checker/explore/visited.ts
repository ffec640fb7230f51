/** The visited set: every state ever found, exactly, numbered in the order in which it was found, with the state from
 *  which that was. */
import { type Layout, repack } from '../intern/layout.ts';
import { type Folding, foldingOf } from './folding.ts';
import { hashOf, KeySet } from './key-set.ts';
import type { Queue } from './queue.ts';

/** States and parents lie in chunks of this many states, so that none is ever copied for want of room. */
const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const IN_CHUNK = CHUNK - 1;
/** A small check shall not pay for a whole chunk. */
const FIRST_CHUNK = 256;
const MAX_STATES = 2 ** 31 - 1;
/** States that are moved to another layout together: so few that all of it stays in the processor's cache. */
const PORTION = 256;

export class Visited {
  count = 0;
  /** Set when a state was met that is beyond the limit; it was not added. */
  full = false;
  readonly keepParents: boolean;
  /** The positions in the queue of the states that the last `insert` added, in the order of their ids. */
  fresh = new Int32Array(256);

  private width: number;
  private readonly limit: number;
  private folding: Folding;
  private keys = new KeySet();
  /** The key of state `n` is words `2 n` and `2 n + 1`. */
  private states: Int32Array<ArrayBuffer>[] = [];
  private parents: Int32Array<ArrayBuffer>[] = [];

  /** Of states that are `width` words wide; at most `limit` of them. */
  constructor(width: number, limit: number, keepParents: boolean) {
    this.width = width;
    this.limit = Math.min(limit, MAX_STATES);
    this.keepParents = keepParents;
    this.folding = foldingOf(width);
  }

  /** Writes the packed state `id` to the beginning of `into`. */
  load(id: number, into: Int32Array): void {
    const chunk = this.states[id >>> CHUNK_BITS]!;
    const at = (id & IN_CHUNK) << 1;
    this.folding.unfold(chunk[at]!, chunk[at + 1]!, into);
  }

  /** The state from which `id` was found first; -1 for the initial one. Only if parents are kept. */
  parentOf(id: number): number {
    return this.parents[id >>> CHUNK_BITS]![id & IN_CHUNK]!;
  }

  bytes(): number {
    const ofChunks = [...this.states, ...this.parents].reduce((sum, { byteLength }) => sum + byteLength, 0);
    return this.keys.bytes() + this.folding.bytes() + ofChunks;
  }

  /** Bytes that will be asked for soon. */
  growth(): number {
    return this.keys.growth();
  }

  /** Adds the queue's states that are new, in order, and empties it. `sifted`: all of them went through `Recent`. */
  insert(queue: Queue, sifted = false): void {
    const { words, parents, size } = queue;
    queue.size = 0;
    if (size === 0) return;
    if (this.fresh.length < size) this.fresh = new Int32Array(2 * size);
    const { fresh } = this;
    if (this.count === 0) {
      // The initial state, which comes alone, is number 0 in every component: the key that the set leaves to us.
      this.add(0, 0, -1);
      fresh[0] = 0;
      return;
    }
    const keys = this.folding.keysOf(words, size);
    const hashes = sifted && this.width === 2 ? queue.hashes : undefined;
    const found = this.keys.insert(keys, size, this.limit - this.count, fresh, hashes);
    if (found < 0) this.full = true;
    const added = found < 0 ? -1 - found : found;
    for (let i = 0; i < added; i++) {
      const at = fresh[i]!;
      this.add(keys[2 * at]!, keys[2 * at + 1]!, parents[at]!);
    }
  }

  private add(a: number, b: number, parent: number): void {
    const id = this.count;
    const c = id >>> CHUNK_BITS;
    const i = id & IN_CHUNK;
    if (i === 0 || id === FIRST_CHUNK) this.extend(c, id === 0 ? FIRST_CHUNK : CHUNK);
    const chunk = this.states[c]!;
    chunk[2 * i] = a;
    chunk[2 * i + 1] = b;
    if (this.keepParents) this.parents[c]![i] = parent;
    this.count = id + 1;
  }

  /** Gives chunk `c` room for `size` states. */
  private extend(c: number, size: number): void {
    const states = new Int32Array(2 * size);
    const parents = new Int32Array(this.keepParents ? size : 0);
    states.set(this.states[c] ?? []);
    parents.set(this.parents[c] ?? []);
    this.states[c] = states;
    this.parents[c] = parents;
  }

  /** The ids of states, for whoever asks for many: the set itself does not know them. */
  index(): (words: Int32Array, from: number) => number {
    const bits = 33 - Math.clz32(this.count);
    const table = new Int32Array(1 << bits);
    const last = table.length - 1;
    const slotOf = (a: number, b: number): number => {
      let slot = hashOf(a, b) >>> (32 - bits);
      for (let id = table[slot]! - 1; id >= 0; id = table[slot]! - 1) {
        const chunk = this.states[id >>> CHUNK_BITS]!;
        const at = (id & IN_CHUNK) << 1;
        if (chunk[at] === a && chunk[at + 1] === b) break;
        slot = (slot + 1) & last;
      }
      return slot;
    };
    for (let id = 0; id < this.count; id++) {
      const chunk = this.states[id >>> CHUNK_BITS]!;
      const at = (id & IN_CHUNK) << 1;
      table[slotOf(chunk[at]!, chunk[at + 1]!)] = id + 1;
    }
    return (words, from) => {
      const [a, b] = this.folding.keysOf(words.subarray(from, from + this.width), 1);
      const id = table[slotOf(a!, b!)]! - 1;
      if (id < 0) throw new Error('a successor of a visited state was not visited');
      return id;
    };
  }

  /** Bytes that a move to another layout takes for a while: states of two words change where they are, of more words the
   *  new trees stand beside the old ones. */
  relayBytes(to: Layout): number {
    return to.words <= 2 ? 0 : this.bytes();
  }

  /** Moves all states to another layout; their ids stay. */
  relay(from: Layout, to: Layout): void {
    const { folding } = this;
    const { words } = from;
    this.folding = foldingOf(to.words);
    this.keys.clear();
    this.width = to.words;
    const fresh = new Int32Array(PORTION);
    const flat = new Int32Array(words);
    const before = new Int32Array(PORTION * words);
    for (let first = 0; first < this.count; first += PORTION) {
      const chunk = this.states[first >>> CHUNK_BITS]!;
      const start = 2 * (first & IN_CHUNK);
      const size = Math.min(PORTION, this.count - first);
      for (let i = 0; i < size; i++) {
        folding.unfold(chunk[start + 2 * i]!, chunk[start + 2 * i + 1]!, flat);
        for (let w = 0; w < words; w++) before[i * words + w] = flat[w]!;
      }
      const keys = this.folding.keysOf(repack(before, size, from, to, size), size);
      this.keys.insert(keys, size, size, fresh);
      for (let w = 0; w < 2 * size; w++) chunk[start + w] = keys[w]!;
    }
  }
}
