/** Where each component's number lies in a packed state of 32-bit words. A layout is data: growing a field makes
 *  a new layout, and `repack` moves states from one to the other. */

/** The bit-field of component `c` is `(words[base + wordOf[c]] >>> shiftOf[c]) & maskOf[c]`. */
export interface Layout {
  readonly words: number;
  readonly wordOf: Int32Array;
  readonly shiftOf: Int32Array;
  readonly maskOf: Int32Array;
  /** The same in one number: word << 10 | right << 5 | left, for `(word << left) >>> right`. A shift counts modulo
   *  32, so that no part needs a mask: `(words[base + (f >>> 10)] << f) >>> (f >>> 5)`. */
  readonly fieldOf: Int32Array;
}

/** A component with more values than this would need the sign bit of its field's mask. */
const MAX_BITS = 31;

/** States of so many words need no tree (`explore/folding.ts`), which is worth a re-layout more. */
const CHEAP_WORDS = 2;
/** Bits that must be over in a layout without spare bits: some field will need them. */
const LEAST_OVER = 2;

/** A layout that holds `counts[c]` values of each component. In at most `CHEAP_WORDS` words if they fit with some bits
 *  over; otherwise with a spare bit for each component of more than two values, because late re-layouts cost more than
 *  the bits do. Bits that are over go to the fields that will need them, as far as one can tell: `heat` says which have
 *  grown of late. */
export function layoutFor(counts: readonly number[], heat?: readonly number[]): Layout {
  const warmth = counts.map((count, c) => (count <= 2 ? 0.01 : 1) * (0.02 + (heat?.[c] ?? 1)));
  const least = counts.map((count) => Math.max(1, 32 - Math.clz32(count - 1)));
  const total = least.reduce((sum, width) => sum + width, 0);
  if (total + LEAST_OVER <= 32 * CHEAP_WORDS) {
    const tight = layoutOf(counts, warmth, least);
    if (tight.words <= CHEAP_WORDS) return tight;
  }
  return layoutOf(
    counts,
    warmth,
    counts.map((count) => (count <= 2 ? 1 : 33 - Math.clz32(count - 1))),
  );
}

/** A layout whose fields have at least `bits`, to which it adds what is over. */
function layoutOf(counts: readonly number[], warmth: readonly number[], bits: number[]): Layout {
  const total = bits.reduce((sum, width) => sum + width, 0);
  for (let words = Math.max(1, Math.ceil(total / 32)); ; words++) {
    if (spread(bits, words) === null) continue;
    fill(bits, words, counts, warmth);
    return placed(words, spread(bits, words)!, bits);
  }
}

/** The word of each field, the widest first; null if that does not fit. Of few words each field goes to the emptiest, so
 *  that every word keeps some bits over. Of more, which are stored as a tree, it goes to the last that has room: words
 *  of narrow fields come together, whose pairs have few values. */
function spread(bits: readonly number[], words: number): Int32Array | null {
  const free: number[] = Array(words).fill(32);
  const wordOf = new Int32Array(bits.length);
  for (const c of bits.map((_, c) => c).sort((a, b) => bits[b]! - bits[a]! || a - b)) {
    const word =
      words <= CHEAP_WORDS ? free.indexOf(Math.max(...free)) : free.findLastIndex((room) => room >= bits[c]!);
    if (word < 0 || free[word]! < bits[c]!) return null;
    free[word]! -= bits[c]!;
    wordOf[c] = word;
  }
  return wordOf;
}

/** Gives the bits that are over in `words` words to the fields, one by one and each to the one that is likeliest to need
 *  it, as long as they fit: it is full and warm. A component that has only ever had one value may
 *  well be a constant, and one with two a flag. */
function fill(bits: number[], words: number, counts: readonly number[], warmth: readonly number[]): void {
  const open = new Set(bits.keys());
  let over = 32 * words - bits.reduce((sum, width) => sum + width, 0);
  // Fields of a tree stay narrow, so that many share a word.
  const most = bits.map((width) => (words <= CHEAP_WORDS ? MAX_BITS : Math.min(MAX_BITS, width + 1)));
  const need = (c: number) => (warmth[c]! * counts[c]!) / 2 ** bits[c]!;
  while (over > 0 && open.size > 0) {
    const neediest = [...open].reduce((a, b) => (need(b) > need(a) ? b : a));
    bits[neediest]! += 1;
    if (bits[neediest]! <= most[neediest]! && spread(bits, words) !== null) {
      over -= 1;
    } else {
      bits[neediest]! -= 1;
      open.delete(neediest);
    }
  }
}

function placed(words: number, wordOf: Int32Array, bits: readonly number[]): Layout {
  const used = new Int32Array(words);
  const shiftOf = new Int32Array(bits.length);
  const maskOf = new Int32Array(bits.length);
  const fieldOf = new Int32Array(bits.length);
  for (const [c, width] of bits.entries()) {
    const word = wordOf[c]!;
    const shift = used[word]!;
    shiftOf[c] = shift;
    maskOf[c] = 2 ** width - 1;
    fieldOf[c] = (word << 10) | ((32 - width) << 5) | (32 - width - shift);
    used[word]! += width;
  }
  return { words, wordOf, shiftOf, maskOf, fieldOf };
}

/** The number of component `c` in the state at `base`. */
export function fieldOf(layout: Layout, words: Int32Array, base: number, c: number): number {
  const field = layout.fieldOf[c]!;
  return (words[base + (field >>> 10)]! << field) >>> (field >>> 5);
}

/** Packs one number per component into the state at `base`, which must be zero. */
export function pack(layout: Layout, ids: readonly number[], words: Int32Array, base: number): void {
  for (let c = 0; c < ids.length; c++) words[base + layout.wordOf[c]!]! |= ids[c]! << layout.shiftOf[c]!;
}

/** Moves `count` states from one layout to another, into an array with room for `capacity` states. */
export function repack(
  source: Int32Array,
  count: number,
  from: Layout,
  to: Layout,
  capacity: number,
): Int32Array<ArrayBuffer> {
  const target = new Int32Array(capacity * to.words);
  for (let c = 0; c < from.wordOf.length; c++) {
    const shift = from.shiftOf[c]!;
    const mask = from.maskOf[c]!;
    const up = to.shiftOf[c]!;
    let i = from.wordOf[c]!;
    let j = to.wordOf[c]!;
    for (let n = 0; n < count; n++) {
      target[j]! |= ((source[i]! >>> shift) & mask) << up;
      i += from.words;
      j += to.words;
    }
  }
  return target;
}
