/** Where each component's number lies in a packed state of 32-bit words. A layout is data: growing a field makes
 *  a new layout, and `repack` moves states from one to the other. */

/** The bit-field of component `c` is `(words[base + wordOf[c]] >>> shiftOf[c]) & maskOf[c]`. */
export interface Layout {
  readonly words: number;
  readonly wordOf: Int32Array;
  readonly shiftOf: Int32Array;
  readonly maskOf: Int32Array;
}

/** A component with more values than this would need the sign bit of its field's mask. */
const MAX_BITS = 31;

/** A layout that holds `counts[c]` values of each component, with headroom: a spare bit for every field that has
 *  shown that it grows, and all bits that would be left over, so that a later re-layout is rare. */
export function layoutFor(counts: readonly number[]): Layout {
  const bits = counts.map(bitsFor);
  const free: number[] = [];
  const wordOf = new Int32Array(counts.length);
  const bySize = bits.map((_, c) => c).sort((a, b) => bits[b]! - bits[a]! || a - b);
  for (const c of bySize) {
    const fit = free.findIndex((room) => room >= bits[c]!);
    const word = fit < 0 ? free.push(32) - 1 : fit;
    free[word]! -= bits[c]!;
    wordOf[c] = word;
  }
  for (const [word, room] of free.entries()) share(room, word, wordOf, bits);
  return placed(Math.max(1, free.length), wordOf, bits);
}

function bitsFor(count: number): number {
  const needed = Math.max(1, 32 - Math.clz32(Math.max(0, count - 1)));
  return needed === 1 ? 1 : Math.min(MAX_BITS, needed + 1);
}

/** Gives the unused bits of a word to its fields, one each in turn. */
function share(room: number, word: number, wordOf: Int32Array, bits: number[]): void {
  const fields = bits.flatMap((_, c) => (wordOf[c] === word ? [c] : []));
  let left = room;
  for (let turn = 0; left > 0 && turn < 32; turn++) {
    for (const c of fields) {
      if (left === 0 || bits[c]! >= MAX_BITS) continue;
      bits[c]! += 1;
      left -= 1;
    }
  }
}

function placed(words: number, wordOf: Int32Array, bits: readonly number[]): Layout {
  const used = new Int32Array(words);
  const shiftOf = new Int32Array(bits.length);
  const maskOf = new Int32Array(bits.length);
  for (const [c, width] of bits.entries()) {
    const word = wordOf[c]!;
    shiftOf[c] = used[word]!;
    maskOf[c] = 2 ** width - 1;
    used[word]! += width;
  }
  return { words, wordOf, shiftOf, maskOf };
}

/** The number of component `c` in the state at `base`. */
export function fieldOf(layout: Layout, words: Int32Array, base: number, c: number): number {
  return (words[base + layout.wordOf[c]!]! >>> layout.shiftOf[c]!) & layout.maskOf[c]!;
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
