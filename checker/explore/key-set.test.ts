import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeySet } from './key-set.ts';

/** Inserts keys in batches, and says which positions were new. */
function added(set: KeySet, keys: readonly (readonly [number, number])[], batch: number): number[] {
  const fresh = new Int32Array(batch);
  const found: number[] = [];
  for (let from = 0; from < keys.length; from += batch) {
    const some = keys.slice(from, from + batch);
    const count = set.insert(Int32Array.from(some.flat()), some.length, Number.POSITIVE_INFINITY, fresh);
    for (let i = 0; i < count; i++) found.push(from + fresh[i]!);
  }
  return found;
}

const word = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());
const keys = fc.array(fc.tuple(word, word), { maxLength: 400 });

test('a key is new exactly when it comes first, in whatever batches', () => {
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 70 }), (list, batch) => {
      const seen = new Set(['0,0']);
      const first = list.flatMap((key, i) => (seen.has(`${key}`) ? [] : [seen.add(`${key}`) && i]));
      expect(added(new KeySet(), list, batch)).toEqual(first);
    }),
    { seed: 20260101, numRuns: 300 },
  );
});

test('a set that grows, is cut into segments and grows on forgets nothing', () => {
  const set = new KeySet();
  const list = Array.from({ length: 400_000 }, (_, i) => [Math.imul(i, 0x9e3779b1), i + 1] as const);
  expect(added(set, list, 64)).toHaveLength(400_000);
  expect(added(set, list, 64)).toEqual([]);
  // 400,000 keys of 8 bytes fill at most 0.7 of their slots, and at least 0.35.
  expect(set.bytes()).toBeGreaterThan((8 * 400_000) / 0.7);
  expect(set.bytes()).toBeLessThanOrEqual((8 * 400_000) / 0.34);
});

test('keys that differ in a single bit of either word are different', () => {
  const list = Array.from({ length: 32 }, (_, bit) => [
    [1 << bit, 7],
    [9, 1 << bit],
  ]).flat() as [number, number][];
  expect(added(new KeySet(), list, 64)).toHaveLength(64);
});

test('there is room for as many new keys as was said, and known ones need none', () => {
  const set = new KeySet();
  const fresh = new Int32Array(4);
  expect(set.insert(Int32Array.of(1, 1, 2, 2, 1, 1, 3, 3), 4, 2, fresh)).toBe(-3);
  expect([...fresh.slice(0, 2)]).toEqual([0, 1]);
  expect(set.insert(Int32Array.of(2, 2, 1, 1), 2, 0, fresh)).toBe(0);
});

test('a cleared set knows no key and keeps its room', () => {
  const set = new KeySet();
  const list = Array.from({ length: 1000 }, (_, i) => [i, 1] as const);
  added(set, list, 64);
  const bytes = set.bytes();
  set.clear();
  expect(added(set, list, 64)).toHaveLength(1000);
  expect(set.bytes()).toBe(bytes);
});

test('segments that are nearly full announce what they will ask for', () => {
  const set = new KeySet();
  const list = Array.from({ length: 170 }, (_, i) => [i, 1] as const);
  added(set, list.slice(0, 100), 64);
  expect(set.growth()).toBe(0);
  added(set, list, 64);
  expect(set.growth()).toBe(2 * set.bytes());
});
