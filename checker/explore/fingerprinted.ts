/** A visited set that remembers fingerprints only. The states themselves are there until they have been expanded, in
 *  the order of their ids; of what led to them nothing is kept, so a trace needs another run. */
import { type Layout, repack } from '../intern/layout.ts';
import type { Tables } from '../intern/tables.ts';
import { Fingerprints } from './fingerprints.ts';
import type { Queue } from './queue.ts';
import { Visited } from './visited.ts';

const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS;

export class Fingerprinted extends Visited {
  private readonly tables: Tables;
  private readonly prints: Fingerprints;
  /** States that were not expanded yet, flat; `undefined` where all of a chunk were. */
  private readonly waiting: (Int32Array<ArrayBuffer> | undefined)[] = [];
  /** The first chunk that is still there. */
  private first = 0;

  /** At most `limit` states; the set of another seed has other collisions. */
  constructor(tables: Tables, limit: number, seed: number) {
    super(tables.layout.words, 1, false);
    this.tables = tables;
    this.prints = new Fingerprints(seed, Math.min(limit, 2 ** 31 - 1));
  }

  /** Breadth first asks for states in the order of their ids, and for none that was expanded. */
  override load(id: number, into: Int32Array): void {
    const c = id >>> CHUNK_BITS;
    for (; this.first < c; this.first++) this.waiting[this.first] = undefined;
    const { words } = this.tables.layout;
    const chunk = this.waiting[c]!;
    const from = (id & (CHUNK - 1)) * words;
    for (let w = 0; w < words; w++) into[w] = chunk[from + w]!;
  }

  override insert(queue: Queue): void {
    const { words, size } = queue;
    const { layout } = this.tables;
    queue.size = 0;
    if (this.fresh.length < size) this.fresh = new Int32Array(2 * size);
    const added = this.prints.addAll(layout, words, size, this.fresh);
    this.full = this.prints.full;
    for (let i = 0; i < added; i++) this.keep(words, this.fresh[i]! * layout.words, layout.words);
  }

  private keep(words: Int32Array, base: number, width: number): void {
    const c = this.count >>> CHUNK_BITS;
    const chunk = this.waiting[c] ?? new Int32Array(CHUNK * width);
    this.waiting[c] = chunk;
    const to = (this.count & (CHUNK - 1)) * width;
    for (let w = 0; w < width; w++) chunk[to + w] = words[base + w]!;
    this.count += 1;
  }

  override bytes(): number {
    const live = this.waiting.slice(this.first);
    return this.prints.bytes() + live.reduce((sum, chunk) => sum + (chunk?.byteLength ?? 0), 0);
  }

  override growth(): number {
    return this.prints.growth();
  }

  override relay(from: Layout, to: Layout): void {
    for (let c = this.first; c < this.waiting.length; c++) {
      this.waiting[c] = repack(this.waiting[c]!, CHUNK, from, to, CHUNK);
    }
  }

  override parentOf(): never {
    throw new Error('nobody knows from where a state was found of which only the fingerprint was kept');
  }

  override index(): never {
    throw new Error('states of which only fingerprints were kept have no ids');
  }
}
