/** The visited set: every state ever found, exactly. A state's id is its position in the arena; a hash table of
 *  ids finds it again; `parents` says from where it was found first. */
import { type Layout, repack } from '../intern/layout.ts';
import type { Queue } from './queue.ts';

/** Word positions stay below 2^31, beyond which arithmetic leaves int32. */
const MAX_WORDS = 2 ** 31 - 1;
const FIRST_BITS = 10;
/** The largest table that `1 << bits` can size. */
const MAX_BITS = 30;

export class Visited {
  private arena: Int32Array<ArrayBuffer>;
  count = 0;
  /** The parent of each state, -1 for the initial one; empty if traces are not kept. */
  private parents: Int32Array<ArrayBuffer>;
  /** Set when a state was met that is beyond the limit; it was not added. */
  full = false;
  private capacity = 1 << (FIRST_BITS - 1);
  private width: number;
  /** An entry is 0, or `id + 1` in the low `bits` bits under as many bits of the state's hash as remain. The
   *  hash bits spare most visits to the arena of states that only share the slot. */
  private bits = FIRST_BITS;
  private table = new Int32Array(1 << FIRST_BITS);
  private hashes = new Int32Array(256);
  /** Keeps the loads of `touch` from being optimised away. */
  touched = 0;

  private readonly limit: number;
  readonly keepParents: boolean;

  /** Of states that are `width` words wide; at most `limit` of them. */
  constructor(width: number, limit: number, keepParents: boolean) {
    this.width = width;
    this.limit = limit;
    this.keepParents = keepParents;
    this.arena = new Int32Array(this.capacity * width);
    this.parents = new Int32Array(keepParents ? this.capacity : 0);
  }

  /** Writes the packed state `id` to the beginning of `into`. */
  load(id: number, into: Int32Array): void {
    const from = id * this.width;
    for (let w = 0; w < this.width; w++) into[w] = this.arena[from + w]!;
  }

  /** The state from which `id` was found first; -1 for the initial one. Only if parents are kept. */
  parentOf(id: number): number {
    return this.parents[id]!;
  }

  bytes(): number {
    return this.arena.byteLength + this.parents.byteLength + this.table.byteLength;
  }

  /** Adds the queue's states that are new, in order, and empties it. */
  insert(queue: Queue): void {
    const { words, parents, size } = queue;
    if (this.hashes.length < size) this.hashes = new Int32Array(2 * size);
    this.touch(words, size);
    for (let i = 0; i < size && !this.full; i++)
      this.insertOne(words, i * this.width, this.hashes[i]!, parents[i]!);
    queue.size = 0;
  }

  /** Hashes all states and loads their slots, so that the misses overlap. */
  private touch(words: Int32Array, size: number): void {
    const { table, width, hashes } = this;
    const last = table.length - 1;
    let touched = 0;
    for (let i = 0; i < size; i++) {
      const hash = hashOf(words, i * width, width);
      hashes[i] = hash;
      touched ^= table[hash & last]!;
    }
    this.touched = touched;
  }

  private insertOne(words: Int32Array, from: number, hash: number, parent: number): void {
    const { table, arena, width } = this;
    const last = table.length - 1;
    const tag = hash & ~last;
    let slot = hash & last;
    for (let entry = table[slot]!; entry !== 0; entry = table[slot]!) {
      if ((entry & ~last) === tag) {
        const to = ((entry & last) - 1) * width;
        let w = 0;
        while (w < width && arena[to + w] === words[from + w]) w++;
        if (w === width) return;
      }
      slot = (slot + 1) & last;
    }
    if (this.count >= this.limit) {
      this.full = true;
      return;
    }
    this.add(words, from, hash, slot, parent);
  }

  private add(words: Int32Array, from: number, hash: number, slot: number, parent: number): void {
    const id = this.count;
    if (id === this.capacity) {
      this.grow();
      this.table[this.emptySlot(hash)] = (hash & (-1 << this.bits)) | (id + 1);
    } else {
      this.table[slot] = (hash & (-1 << this.bits)) | (id + 1);
    }
    const to = id * this.width;
    for (let w = 0; w < this.width; w++) this.arena[to + w] = words[from + w]!;
    if (this.keepParents) this.parents[id] = parent;
    this.count = id + 1;
  }

  /** The id of the state at `from` in `words`, which has been visited. */
  find(words: Int32Array, from: number): number {
    const { table, arena, width } = this;
    const last = table.length - 1;
    const hash = hashOf(words, from, width);
    const tag = hash & ~last;
    let slot = hash & last;
    for (let entry = table[slot]!; entry !== 0; entry = table[slot]!) {
      const id = (entry & last) - 1;
      let w = (entry & ~last) === tag ? 0 : width + 1;
      while (w < width && arena[id * width + w] === words[from + w]) w++;
      if (w === width) return id;
      slot = (slot + 1) & last;
    }
    throw new Error('a successor of a visited state was not visited');
  }

  /** Moves all states to another layout; their ids stay. */
  relay(from: Layout, to: Layout): void {
    this.arena = repack(this.arena, this.count, from, to, this.capacity);
    this.width = to.words;
    this.rehash();
  }

  /** Twice the room. The table stays at most half full. */
  private grow(): void {
    const capacity = 2 * this.capacity;
    if (capacity * this.width > MAX_WORDS || this.bits === MAX_BITS) throw new RangeError('too many states');
    const arena = new Int32Array(capacity * this.width);
    arena.set(this.arena);
    const parents = new Int32Array(this.keepParents ? capacity : 0);
    parents.set(this.parents);
    this.arena = arena;
    this.parents = parents;
    this.capacity = capacity;
    this.bits += 1;
    this.rehash();
  }

  private rehash(): void {
    this.table = new Int32Array(1 << this.bits);
    const { table, arena, width, bits } = this;
    const last = table.length - 1;
    for (let id = 0; id < this.count; id++) {
      const hash = hashOf(arena, id * width, width);
      let slot = hash & last;
      while (table[slot] !== 0) slot = (slot + 1) & last;
      table[slot] = (hash & (-1 << bits)) | (id + 1);
    }
  }

  private emptySlot(hash: number): number {
    const last = this.table.length - 1;
    let slot = hash & last;
    while (this.table[slot] !== 0) slot = (slot + 1) & last;
    return slot;
  }
}

/** Mixes the words of a state; both the low bits (slot) and the high bits (tag) depend on all of them. */
function hashOf(words: Int32Array, base: number, width: number): number {
  let hash = 0x2545f491;
  for (let w = 0; w < width; w++) {
    hash = Math.imul(hash ^ words[base + w]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
