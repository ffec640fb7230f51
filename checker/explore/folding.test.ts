import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldingOf } from './folding.ts';

const word = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
const states = fc
  .integer({ min: 1, max: 11 })
  .chain((width) =>
    fc.tuple(
      fc.constant(width),
      fc.array(fc.array(word, { minLength: width, maxLength: width }), { maxLength: 60 }),
    ),
  );

test('states of any width have equal keys if and only if they are equal, and come back from them', () => {
  fc.assert(
    fc.property(states, ([width, list]) => {
      const folding = foldingOf(width);
      const keys = folding.keysOf(Int32Array.from(list.flat()), list.length).slice(0, 2 * list.length);
      const keyOf = (i: number) => `${width === 1 ? keys[2 * i] : [...keys.slice(2 * i, 2 * i + 2)]}`;
      const flat = new Int32Array(width);
      for (const [i, state] of list.entries()) {
        folding.unfold(keys[2 * i]!, keys[2 * i + 1]!, flat);
        expect([...flat]).toEqual(state);
        for (const [j, other] of list.entries()) {
          expect(keyOf(i) === keyOf(j)).toBe(`${state}` === `${other}`);
        }
      }
    }),
    { seed: 20260101, numRuns: 100 },
  );
});

test('the state of zeros has the key of zeros, whatever the width', () => {
  for (const width of [1, 2, 3, 4, 5, 8, 9]) {
    const keys = foldingOf(width).keysOf(new Int32Array(width), 1);
    expect([keys[0], width === 1 ? 0 : keys[1]]).toEqual([0, 0]);
  }
});

test('a word that many states share is stored once', () => {
  const folding = foldingOf(4);
  const words = Int32Array.from({ length: 4 * 20_000 }, (_, i) => ((i & 3) < 2 ? 5 : i >> 2));
  folding.keysOf(words, 20_000);
  // The pairs of the second half: 8 bytes each, and a table of 16 bytes a slot that is at least a quarter full.
  expect(folding.bytes()).toBeLessThan(20_000 * (16 + 64) + 20_000);
});

test('more pairs than the first tables hold keep their numbers', () => {
  const folding = foldingOf(3);
  const words = Int32Array.from({ length: 3 * 5000 }, (_, i) => Math.imul(i, 0x9e3779b1));
  const keys = folding.keysOf(words, 5000).slice();
  expect(folding.keysOf(words, 5000).slice()).toEqual(keys);
  expect(new Set(Array.from({ length: 5000 }, (_, i) => keys[2 * i])).size).toBe(5000);
});
