import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldOf, layoutFor, pack, repack } from './layout.ts';

test('every field holds its values, and fields do not overlap', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1 << 25 }), { minLength: 1, maxLength: 60 }), (counts) => {
      const layout = layoutFor(counts);
      const top = counts.map((count) => count - 1);
      for (const [c, id] of top.entries()) {
        const words = new Int32Array(layout.words);
        pack(
          layout,
          top.map((_, i) => (i === c ? id : 0)),
          words,
          0,
        );
        expect(top.map((_, i) => fieldOf(layout, words, 0, i))).toEqual(
          top.map((_, i) => (i === c ? id : 0)),
        );
      }
      const full = new Int32Array(layout.words);
      pack(layout, [...layout.maskOf], full, 0);
      expect(top.map((_, i) => fieldOf(layout, full, 0, i))).toEqual([...layout.maskOf]);
    }),
    { seed: 20260101, numRuns: 300 },
  );
});

test('six components that have shown one value each share a word without a gap', () => {
  expect(layoutFor(Array(6).fill(1))).toMatchObject({ words: 1 });
  expect([...layoutFor(Array(6).fill(1)).maskOf].sort((a, b) => a - b)).toEqual([31, 31, 31, 31, 63, 63]);
});

test('a spare bit each, no more words than that takes, and the bits left over go to the fullest fields', () => {
  // 20 fields of 2 bits and a spare one are 60 bits; 10 in each of two words leave 2 bits there.
  const layout = layoutFor(Array(20).fill(3));
  expect(layout.words).toBe(2);
  expect([...layout.maskOf].filter((mask) => mask === 15)).toHaveLength(4);
  expect([...layout.maskOf].filter((mask) => mask === 7)).toHaveLength(16);
  // A field of two values needs no spare bit to begin with: 32 of them are one word.
  expect(layoutFor(Array(32).fill(2)).words).toBe(1);
  // The first is full and the second has room for 12 more; the third may be a constant.
  expect([...layoutFor([2 ** 14, 2 ** 14 - 12, 1]).maskOf].map((mask) => mask + 1)).toEqual([
    2 ** 16,
    2 ** 15,
    2,
  ]);
});

test('repacking moves every number, and only as many states as there are', () => {
  const from = layoutFor([2, 2, 2]);
  const to = layoutFor([2, 1 << 30, 1 << 30]);
  const words = new Int32Array(8 * from.words);
  for (let n = 0; n < 8; n++) pack(from, [n & 1, (n >> 1) & 1, n >> 2], words, n * from.words);
  const moved = repack(words, 7, from, to, 16);
  expect(moved).toHaveLength(16 * to.words);
  for (let n = 0; n < 7; n++) {
    expect([0, 1, 2].map((c) => fieldOf(to, moved, n * to.words, c))).toEqual([n & 1, (n >> 1) & 1, n >> 2]);
  }
  expect([...moved.slice(7 * to.words)].every((word) => word === 0)).toBe(true);
});

test('spare bits are given up where states fit two words without them', () => {
  // 16 fields of 3 bits and one of 9 are 57 bits, and 74 with a spare bit each.
  const layout = layoutFor([...Array(16).fill(8), 300]);
  expect(layout.words).toBe(2);
  // 21 fields of 3 bits leave a single bit of 64.
  expect(layoutFor(Array(21).fill(8)).words).toBe(3);
});

test('bits that are over go first to the fields that have grown of late', () => {
  const counts = [...Array(16).fill(8), 300];
  const heat = counts.map((_, c) => (c >= 12 ? 1 : 0));
  const { maskOf } = layoutFor(counts, heat);
  expect([...maskOf].filter((mask, c) => c < 12 && mask > 7)).toEqual([]);
  expect([...maskOf].filter((mask, c) => c >= 12 && mask > (c < 16 ? 7 : 511)).length).toBeGreaterThan(2);
});

test('in states of more than two words the narrow fields share the first words, which then have few values', () => {
  const layout = layoutFor([...Array(40).fill(2), 1000, 1000, 1000]);
  expect(layout.words).toBe(3);
  expect([...layout.wordOf.slice(-3)]).toEqual([2, 2, 1]);
});
