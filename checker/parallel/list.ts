/** The states of a level: each worker has a list of those that it found first, in shared memory. Everybody takes from
 *  its own, block by block, and then from those of the others. */
import { type Layout, repack } from '../intern/layout.ts';
import { lineOf, makeRoom, own, type Shared } from './shared.ts';

/** States that are taken at a time: few, so that all workers end a level together. */
const BLOCK = 128;

/** States that were taken. */
export interface Block {
  readonly words: Int32Array;
  /** The next one to expand, and the end. */
  from: number;
  readonly to: number;
  /** Whose list they are from. */
  readonly of: number;
}

/** One worker's view of all lists. */
export class Lists {
  private readonly shared: Shared;
  private readonly me: number;
  private level: number;
  /** How many states the lists of this level have, by worker. */
  private sizes: readonly number[];
  private views: readonly Int32Array[] = [];
  /** The list of the next level. */
  private next: Int32Array = new Int32Array(0);
  /** States in it. */
  found = 0;

  constructor(shared: Shared, me: number, level: number) {
    this.shared = shared;
    this.me = me;
    this.level = level - 1;
    this.sizes = Array(shared.workers).fill(0);
  }

  /** To be called when everybody has said how many states it has found. */
  nextLevel(sizes: readonly number[], width: number): void {
    this.level += 1;
    this.sizes = sizes;
    this.found = 0;
    this.look(width);
    Atomics.store(this.shared.control, this.takenAt(this.me, this.level + 1), 0);
  }

  /** Some states of this level that nobody has taken; null if there are none left. */
  take(): Block | null {
    const { me, shared, sizes, level } = this;
    for (let i = 0; i < shared.workers; i++) {
      const w = (me + i) % shared.workers;
      const at = this.takenAt(w, level);
      if (Atomics.load(shared.control, at) >= sizes[w]!) continue;
      const from = Atomics.add(shared.control, at, BLOCK);
      if (from < sizes[w]!) {
        return { words: this.views[w]!, from, to: Math.min(from + BLOCK, sizes[w]!), of: w };
      }
    }
    return null;
  }

  /** Appends the state at `from` to the list of the next level. */
  append(words: Int32Array, from: number, width: number): void {
    const to = this.found * width;
    if (to + width > this.next.length) this.enlarge(to + width);
    for (let w = 0; w < width; w++) this.next[to + w] = words[from + w]!;
    this.found += 1;
  }

  /** Packs the own lists anew. */
  relay(from: Layout, to: Layout): void {
    for (const [level, size] of [
      [this.level, this.sizes[this.me]!],
      [this.level + 1, this.found],
    ] as const) {
      const buffer = this.bufferOf(this.me, level);
      const old = new Int32Array(buffer, 0, size * from.words);
      const packed = repack(old, size, from, to, size);
      makeRoom(buffer, 4 * packed.length);
      wholeOf(buffer).set(packed);
    }
  }

  /** Looks at the lists as they are now, of states that are `width` words wide; the block goes on at its place. */
  look(width: number): void {
    this.views = this.sizes.map((size, w) => new Int32Array(this.bufferOf(w, this.level), 0, size * width));
    this.next = wholeOf(this.bufferOf(this.me, this.level + 1));
  }

  /** The rest of a block, after `look`. */
  again({ from, to, of }: Block): Block {
    return { words: this.views[of]!, from, to, of };
  }

  bytes(): number {
    return this.bufferOf(this.me, 0).byteLength + this.bufferOf(this.me, 1).byteLength;
  }

  private enlarge(words: number): void {
    const buffer = this.bufferOf(this.me, this.level + 1);
    makeRoom(buffer, 4 * Math.max(words, 1 << 14));
    this.next = wholeOf(buffer);
  }

  private bufferOf(w: number, level: number): SharedArrayBuffer {
    return this.shared.lists[2 * w + (level & 1)]!;
  }

  private takenAt(w: number, level: number): number {
    return lineOf(w) + own.taken + (level & 1);
  }
}

/** A view of a length of its own: one that follows its buffer's is slow. */
function wholeOf(buffer: SharedArrayBuffer): Int32Array {
  return new Int32Array(buffer, 0, buffer.byteLength >>> 2);
}
