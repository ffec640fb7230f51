import { expect, test } from 'vitest';
import { layoutFor, pack } from '../intern/layout.ts';
import { collisionOdds, Fingerprints } from './fingerprints.ts';

const narrow = layoutFor([200, 200, 50]);
const wide = layoutFor([200_000, 2000, 5000]);

function state(layout: typeof narrow, ids: readonly number[]): Int32Array {
  const words = new Int32Array(layout.words);
  pack(layout, ids, words, 0);
  return words;
}

test('two million states that differ in little have different fingerprints', () => {
  const set = new Fingerprints(1);
  for (let a = 0; a < 200; a++) {
    for (let b = 0; b < 200; b++) {
      for (let c = 0; c < 50; c++) set.add(narrow, state(narrow, [a, b, c]), 0);
    }
  }
  // The odds of a collision are 4 * 10^12 / 2^65, about 10^-7.
  expect(set.count).toBe(200 * 200 * 50);
  expect(set.add(narrow, state(narrow, [199, 199, 49]), 0)).toBe(false);
  expect(set.add(narrow, state(narrow, [0, 0, 0]), 0)).toBe(false);
});

test('a state has the same fingerprint in another layout', () => {
  const set = new Fingerprints(1);
  expect(wide.words).toBeGreaterThan(narrow.words);
  expect(set.add(narrow, state(narrow, [17, 3, 42]), 0)).toBe(true);
  expect(set.add(wide, state(wide, [17, 3, 42]), 0)).toBe(false);
  expect(set.add(wide, state(wide, [17, 42, 3]), 0)).toBe(true);
});

test('a full set keeps what it has', () => {
  const set = new Fingerprints(1, 2);
  const added = [0, 1, 2, 2, 1].map((id) => set.add(narrow, state(narrow, [id, 0, 0]), 0));
  expect(added).toEqual([true, true, true, true, false]);
  expect([set.count, set.full]).toEqual([2, true]);
});

test('the odds grow with the square of the states', () => {
  expect(collisionOdds(2 ** 30)).toBe(2 ** -5);
  expect(collisionOdds(1_000_000)).toBeCloseTo(2.7e-8, 9);
});
