/** List decision diagrams (LDDs; S. Blom, J. van de Pol: "Symbolic reachability for process algebras with recursive
 *  data types", ICTAC 2008): sets of vectors of small numbers, all of one length, as a graph in which equal parts are
 *  one.
 *
 *  A node (value, down, right) stands for the vectors that begin with `value` and go on with one of `down`, and for
 *  those of `right`, whose first values are all larger. Node 0 is the empty set; node 1 is the set of the empty vector
 *  alone, which ends every vector. Nodes are hash-consed: equal sets have equal numbers, so that equality is a
 *  comparison of numbers, and what was computed once for two nodes is found again in a cache. */

import { grown, hash } from './arrays.ts';

/** No node: the empty set. */
export const EMPTY = 0;
/** The set that holds the empty vector alone. */
export const UNIT = 1;

const FIRST_NODES = 1 << 12;
const FIRST_CACHE = 1 << 12;
/** Entries of the cache hold an operation, two operands and a result. */
const ENTRY = 4;
const MOST_CACHE = 1 << 24;
/** Bytes of a node with its two slots in the hash table, and of the cache entry that goes with it. */
const BYTES_A_NODE = 12 + 8 + 1;

/** The memory that was allowed is used up. */
export class OutOfNodes extends RangeError {
  override name = 'OutOfNodes';
}

/** All nodes of a run, and what was computed of them. */
export class Nodes {
  value = new Int32Array(FIRST_NODES);
  down = new Int32Array(FIRST_NODES);
  right = new Int32Array(FIRST_NODES);
  /** Nodes in use, of which some may be garbage. */
  count = 2;
  /** The largest `count` there has been. */
  peak = 2;
  collections = 0;
  /** How many results were computed: what a run has cost, whatever the machine. */
  work = 0;
  /** Bytes. */
  limit: number;
  /** Nodes below this have been used; `free` begins the list (by `right`) of those that no longer are. */
  private end = 2;
  private free = 0;
  private table = new Int32Array(2 * FIRST_NODES);
  private cache = new Int32Array(ENTRY * FIRST_CACHE);
  private marked = new Uint8Array(0);

  constructor(limit: number) {
    this.limit = limit;
  }

  bytes(): number {
    return this.value.length * BYTES_A_NODE + this.cache.byteLength;
  }

  /** Whether there is little room left, and no more to be had. */
  isTight(): boolean {
    return 4 * this.count > 3 * this.value.length && this.bytesOf(2 * this.value.length) > this.limit;
  }

  /** Throws if a collection left so little room that the next one would soon follow, and the next. */
  refuseFull(): void {
    if (2 * this.count <= this.value.length) return;
    throw this.tooMany();
  }

  private tooMany(): OutOfNodes {
    return new OutOfNodes(
      `more than ${this.value.length} nodes do not fit into ${Math.floor(this.limit)} bytes`,
    );
  }

  private bytesOf(room: number): number {
    return room * BYTES_A_NODE + Math.min(room, MOST_CACHE) * ENTRY * 4;
  }

  /** The vectors that begin with `value` and go on with one of `down`, and those of `right`. */
  make(value: number, down: number, right: number): number {
    if (down === EMPTY) return right;
    const { table } = this;
    const last = table.length - 1;
    let slot = hash(value, down, right) & last;
    for (let id = table[slot]!; id !== 0; id = table[slot]!) {
      if (this.value[id] === value && this.down[id] === down && this.right[id] === right) return id;
      slot = (slot + 1) & last;
    }
    return this.add(value, down, right, slot);
  }

  private add(value: number, down: number, right: number, slot: number): number {
    let id = this.free;
    if (id !== 0) this.free = this.right[id]!;
    else if (this.end < this.value.length) id = this.end++;
    else {
      this.grow();
      return this.make(value, down, right);
    }
    this.value[id] = value;
    this.down[id] = down;
    this.right[id] = right;
    this.table[slot] = id;
    this.count += 1;
    if (this.count > this.peak) this.peak = this.count;
    return id;
  }

  /** The result of an operation if it is remembered, or -1. `op` names the operation with all that it depends on but
   *  its two operands, which are nodes, as the result is. */
  recall(op: number, a: number, b: number): number {
    const { cache } = this;
    const at = ENTRY * (hash(op, a, b) & (cache.length / ENTRY - 1));
    return cache[at] === op && cache[at + 1] === a && cache[at + 2] === b ? cache[at + 3]! : -1;
  }

  /** Remembers a result, in the place of another one that it collides with; returns it. */
  remember(op: number, a: number, b: number, result: number): number {
    const { cache } = this;
    this.work += 1;
    const at = ENTRY * (hash(op, a, b) & (cache.length / ENTRY - 1));
    cache[at] = op;
    cache[at + 1] = a;
    cache[at + 2] = b;
    cache[at + 3] = result;
    return result;
  }

  /** Frees every node that none of `roots` leads to. Numbers of the others stay, and so do results that concern none
   *  but them. */
  collect(roots: Iterable<number>): void {
    this.marked = new Uint8Array(this.value.length);
    this.marked[EMPTY] = 1;
    this.marked[UNIT] = 1;
    for (const root of roots) this.mark(root);
    this.collections += 1;
    this.sweep();
    this.forget();
    this.marked = new Uint8Array(0);
  }

  private mark(root: number): void {
    // To the right in a loop, because lists can be long; downwards by recursion.
    for (let id = root; this.marked[id] === 0; id = this.right[id]!) {
      this.marked[id] = 1;
      this.mark(this.down[id]!);
    }
  }

  private sweep(): void {
    this.table.fill(0);
    this.free = 0;
    this.count = 2;
    for (let id = this.end - 1; id > UNIT; id--) {
      if (this.marked[id] === 1) {
        this.count += 1;
        this.place(id);
      } else {
        // No list begins with a negative value: the node is recognised as free.
        this.value[id] = -1;
        this.right[id] = this.free;
        this.free = id;
      }
    }
  }

  private forget(): void {
    const { cache, marked } = this;
    for (let at = 0; at < cache.length; at += ENTRY) {
      const lives = marked[cache[at + 1]!]! & marked[cache[at + 2]!]! & marked[cache[at + 3]!]!;
      if (lives === 0) cache.fill(0, at, at + ENTRY);
    }
  }

  /** Whether `id` is in use. */
  isUsed(id: number): boolean {
    return id <= UNIT || (id < this.end && this.value[id]! >= 0);
  }

  private place(id: number): void {
    const last = this.table.length - 1;
    let slot = hash(this.value[id]!, this.down[id]!, this.right[id]!) & last;
    while (this.table[slot] !== 0) slot = (slot + 1) & last;
    this.table[slot] = id;
  }

  /** Twice the room, and a cache that has as many entries as there is room for nodes. */
  private grow(): void {
    const room = 2 * this.value.length;
    const entries = Math.min(room, MOST_CACHE);
    if (this.bytesOf(room) > this.limit) throw this.tooMany();
    this.value = grown(this.value, room);
    this.down = grown(this.down, room);
    this.right = grown(this.right, room);
    this.table = new Int32Array(2 * room);
    for (let id = 2; id < this.end; id++) this.place(id);
    this.growCache(entries);
  }

  private growCache(entries: number): void {
    const old = this.cache;
    if (old.length >= ENTRY * entries) return;
    this.cache = new Int32Array(ENTRY * entries);
    for (let at = 0; at < old.length; at += ENTRY) {
      if (old[at] !== 0) this.remember(old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
    }
  }
}
