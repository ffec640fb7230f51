/** A set of 64-bit fingerprints of packed states: two states with the same fingerprint are taken for one, so whoever
 *  uses it must say how likely that is. */
import type { Layout } from '../intern/layout.ts';

const FIRST_SLOTS = 1 << 10;

export class Fingerprints {
  count = 0;
  /** Two words a slot, by open addressing; both zero: empty. */
  private slots = new Int32Array(2 * FIRST_SLOTS);
  private readonly seed: number;
  private readonly limit: number;

  /** At most `limit` of them. */
  constructor(seed: number, limit = Number.POSITIVE_INFINITY) {
    this.seed = seed;
    this.limit = limit;
  }

  get full(): boolean {
    return this.count >= this.limit;
  }

  bytes(): number {
    return this.slots.byteLength;
  }

  /** Bytes that have to be there for the next doubling, beyond those held now. */
  growth(): number {
    return 2 * this.slots.byteLength;
  }

  /** Whether the packed state at `base` is new. It is added, unless the set is full. Its components are mixed one by
   *  one, so that a state has the same fingerprint in every layout. */
  add({ fieldOf }: Layout, words: Int32Array, base: number): boolean {
    // Two lanes that feed each other, each of them murmur3's mixing of a word.
    let low = this.seed;
    let high = ~this.seed;
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
    return this.insert(low, high === 0 && low === 0 ? 1 : high);
  }

  private insert(low: number, high: number): boolean {
    const { slots } = this;
    const last = slots.length - 1;
    let at = (2 * low) & last;
    while (slots[at] !== 0 || slots[at + 1] !== 0) {
      if (slots[at] === low && slots[at + 1] === high) return false;
      at = (at + 2) & last;
    }
    if (this.full) return true;
    slots[at] = low;
    slots[at + 1] = high;
    this.count += 1;
    // At most two thirds full.
    if (3 * this.count > slots.length) this.grow();
    return true;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(2 * old.length);
    const { slots } = this;
    const last = slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0 && old[from + 1] === 0) continue;
      let at = (2 * old[from]!) & last;
      while (slots[at] !== 0 || slots[at + 1] !== 0) at = (at + 2) & last;
      slots[at] = old[from]!;
      slots[at + 1] = old[from + 1]!;
    }
  }
}

/** How likely it is that among `states` states two have the same fingerprint, at most: n^2 / 2^65. */
export function collisionOdds(states: number): number {
  return states ** 2 / 2 ** 65;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finished(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
