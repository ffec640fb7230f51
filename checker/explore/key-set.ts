/** An exact set of 64-bit keys, each two 32-bit words: open addressing in typed arrays, with the keys themselves in
 *  the table, so that to meet a known key costs one cache miss and not two.
 *
 *  A key's place comes from the high bits of its hash: twice as large a table has its keys in the same order, and
 *  growing it reads and writes in sequence. A large table is cut into segments that grow each by itself: no growth
 *  stops the exploration for long, or needs the memory of two whole tables. */

/** Slots of a set that is made new. */
const FIRST_BITS = 8;
/** Slots with which a set in one segment is cut up. */
const CUT_BITS = 16;
const SEGMENT_BITS = 6;
/** A segment grows when it is fuller than this. */
const MOST_FULL = 0.7;
/** Word positions in a segment stay below 2^31. */
const MAX_BITS = 29;

/** A set of keys. The key (0, 0) is an empty slot; whoever uses the set knows by itself whether it is in. */
export class KeySet {
  /** Bits of the hash that choose the segment. */
  private segmentBits = 0;
  /** Slot `s` of a segment is its words `2 s` and `2 s + 1`. */
  private segments = [new Int32Array(2 << FIRST_BITS)];
  /** For each segment: the shift that leaves of a hash the slot bits, how many keys it has, and with how many it
   *  grows. */
  private shifts = new Int32Array([32 - FIRST_BITS]);
  private sizes = new Int32Array(1);
  private limits = new Int32Array([MOST_FULL * 2 ** FIRST_BITS]);
  private ownHashes = new Int32Array(256);
  /** Keeps the loads of `touch` from being optimised away. */
  touched = 0;

  bytes(): number {
    return this.segments.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Takes all keys out; there is room for as many again. */
  clear(): void {
    for (const segment of this.segments) segment.fill(0);
    this.sizes.fill(0);
  }

  /** Bytes that will be asked for soon, because segments are nearly as full as they may be. */
  growth(): number {
    return this.segments.reduce(
      (sum, { byteLength }, s) => (this.sizes[s]! > 0.9 * this.limits[s]! ? sum + 2 * byteLength : sum),
      0,
    );
  }

  /** Adds the first `count` keys of `keys`, at most `room` new ones. The positions of the new ones go to `fresh`, in
   *  order. Returns their number; -1 - their number if there was one more and no room for it. `known` are the hashes of
   *  the keys, where they are known. */
  insert(keys: Int32Array, count: number, room: number, fresh: Int32Array, known?: Int32Array): number {
    const hashes = known ?? this.hashed(keys, count);
    this.touch(hashes, count);
    let found = 0;
    for (let i = 0; i < count; i++) {
      const a = keys[2 * i]!;
      const b = keys[2 * i + 1]!;
      if ((a | b) === 0) continue;
      const hash = hashes[i]!;
      const s = this.segmentBits === 0 ? 0 : hash >>> (32 - SEGMENT_BITS);
      const segment = this.segments[s]!;
      const last = segment.length - 1;
      let at = ((hash << this.segmentBits) >>> this.shifts[s]!) << 1;
      let x = segment[at]!;
      let y = segment[at + 1]!;
      while ((x !== a || y !== b) && (x | y) !== 0) {
        at = (at + 2) & last;
        x = segment[at]!;
        y = segment[at + 1]!;
      }
      if ((x | y) !== 0) continue;
      if (found === room) return -1 - found;
      if (this.sizes[s]! >= this.limits[s]!) {
        this.grow(s);
        i -= 1;
        continue;
      }
      segment[at] = a;
      segment[at + 1] = b;
      this.sizes[s]! += 1;
      fresh[found++] = i;
    }
    return found;
  }

  private hashed(keys: Int32Array, count: number): Int32Array {
    if (this.ownHashes.length < count) this.ownHashes = new Int32Array(2 * count);
    const { ownHashes } = this;
    for (let i = 0; i < count; i++) ownHashes[i] = hashOf(keys[2 * i]!, keys[2 * i + 1]!);
    return ownHashes;
  }

  /** Loads the slots of all keys, so that the cache misses overlap. */
  private touch(hashes: Int32Array, count: number): void {
    const { segments, segmentBits, shifts } = this;
    let touched = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      const s = segmentBits === 0 ? 0 : hash >>> (32 - SEGMENT_BITS);
      touched ^= segments[s]![((hash << segmentBits) >>> shifts[s]!) << 1]!;
    }
    this.touched = touched;
  }

  private grow(s: number): void {
    const bits = 32 - this.shifts[s]!;
    if (this.segmentBits === 0 && bits >= CUT_BITS) this.cut();
    else this.enlarge(s, bits + 1);
  }

  /** Gives segment `s` `1 << bits` slots. */
  private enlarge(s: number, bits: number): void {
    if (bits > MAX_BITS) throw new RangeError('too many states');
    const from = this.segments[s]!;
    this.segments[s] = new Int32Array(2 << bits);
    this.shifts[s] = 32 - bits;
    this.limits[s] = MOST_FULL * 2 ** bits;
    this.put(from);
  }

  /** From one segment to many of a slot's share each, and twice the room. */
  private cut(): void {
    const from = this.segments[0]!;
    const bits = CUT_BITS + 1 - SEGMENT_BITS;
    const count = 1 << SEGMENT_BITS;
    this.segmentBits = SEGMENT_BITS;
    this.segments = Array.from({ length: count }, () => new Int32Array(2 << bits));
    this.shifts = new Int32Array(count).fill(32 - bits);
    this.limits = new Int32Array(count).fill(MOST_FULL * 2 ** bits);
    this.sizes = new Int32Array(count);
    for (let at = 0; at < from.length; at += 2) {
      if ((from[at]! | from[at + 1]!) !== 0) {
        this.sizes[hashOf(from[at]!, from[at + 1]!) >>> (32 - SEGMENT_BITS)]! += 1;
      }
    }
    this.put(from);
  }

  /** Puts the keys of a former segment where they belong now. */
  private put(from: Int32Array): void {
    const { segments, segmentBits, shifts } = this;
    for (let i = 0; i < from.length; i += 2) {
      const a = from[i]!;
      const b = from[i + 1]!;
      if ((a | b) === 0) continue;
      const hash = hashOf(a, b);
      const s = segmentBits === 0 ? 0 : hash >>> (32 - SEGMENT_BITS);
      const segment = segments[s]!;
      const last = segment.length - 1;
      let at = ((hash << segmentBits) >>> shifts[s]!) << 1;
      while ((segment[at]! | segment[at + 1]!) !== 0) at = (at + 2) & last;
      segment[at] = a;
      segment[at + 1] = b;
    }
  }
}

/** Mixes both words into all bits, the high ones above all. */
export function hashOf(a: number, b: number): number {
  let hash = Math.imul(a ^ (b >>> 16) ^ (b << 16), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca6b);
  return Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
}
