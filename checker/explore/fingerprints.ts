/** Fingerprints of 64 bits in the place of states. Two states that have the same are taken for one, so whoever uses
 *  them must say how likely that is. */
import type { Layout } from '../intern/layout.ts';
import { KeySet } from './key-set.ts';

/** Writes the fingerprint of the packed state at `base` to `into[at]` and `into[at + 1]`; never two zeros. Components
 *  are mixed one by one, so that a state has the same fingerprint in every layout. */
function fingerprint(
  { fieldOf }: Layout,
  seed: number,
  words: Int32Array,
  base: number,
  into: Int32Array,
  at: number,
): void {
  // Two lanes that feed each other, each of them murmur3's mixing of a word.
  let low = seed;
  let high = ~seed;
  for (let c = 0; c < fieldOf.length; c++) {
    const field = fieldOf[c]!;
    const id = (words[base + (field >>> 10)]! << field) >>> (field >>> 5);
    low ^= Math.imul(rotated(Math.imul(id, 0x239b961b), 15), 0xab0e9789);
    low = (Math.imul(rotated(low, 19) + high, 5) + 0x561ccd1b) | 0;
    high ^= Math.imul(rotated(Math.imul(id, 0x38b34ae5), 17), 0xa1e38b93);
    high = (Math.imul(rotated(high, 13) + low, 5) + 0x0bcaa747) | 0;
  }
  low = finished((low + high) | 0);
  high = finished((high + low) | 0);
  into[at] = low;
  into[at + 1] = (low | high) === 0 ? 1 : high;
}

/** A set of them. */
export class Fingerprints {
  count = 0;
  /** Whether a state was met that did not find room. */
  full = false;
  private readonly keys = new KeySet();
  private readonly seed: number;
  private readonly limit: number;
  private scratch = new Int32Array(2 * 64);
  private one = new Int32Array(1);

  /** At most `limit` of them. */
  constructor(seed: number, limit = Number.POSITIVE_INFINITY) {
    this.seed = seed;
    this.limit = limit;
  }

  bytes(): number {
    return this.keys.bytes();
  }

  growth(): number {
    return this.keys.growth();
  }

  /** Adds the first `size` states of `words` that are new. Their positions go to `fresh`, their number is returned. */
  addAll(layout: Layout, words: Int32Array, size: number, fresh: Int32Array): number {
    if (this.scratch.length < 2 * size) this.scratch = new Int32Array(4 * size);
    const { scratch } = this;
    for (let i = 0; i < size; i++) fingerprint(layout, this.seed, words, i * layout.words, scratch, 2 * i);
    return this.addKeys(size, fresh);
  }

  /** Whether the packed state at `base` is new, or there is no room to remember it. */
  add(layout: Layout, words: Int32Array, base: number): boolean {
    fingerprint(layout, this.seed, words, base, this.scratch, 0);
    const before = this.full;
    this.full = false;
    const isNew = this.addKeys(1, this.one) > 0 || this.full;
    this.full ||= before;
    return isNew;
  }

  private addKeys(size: number, fresh: Int32Array): number {
    const found = this.keys.insert(this.scratch, size, this.limit - this.count, fresh);
    if (found < 0) this.full = true;
    const added = found < 0 ? -1 - found : found;
    this.count += added;
    return added;
  }
}

/** How likely it is that among so many states two have the same fingerprint: at most n^2 / 2^65. */
export function collisionOdds(states: number): number {
  return Math.min(1, states ** 2 / 2 ** 65);
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finished(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
