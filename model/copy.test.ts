import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyOf } from './copy.ts';

test('a copy is equal, and shares nothing that could be changed', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const copy = copyOf(value);
      expect(copy).toEqual(value);
      const seen = new Set<unknown>();
      const walk = (part: unknown, visit: (object: object) => void): void => {
        if (typeof part !== 'object' || part === null) return;
        visit(part);
        for (const inner of Object.values(part)) walk(inner, visit);
      };
      walk(value, (object) => seen.add(object));
      walk(copy, (object) => expect(seen).not.toContain(object));
    }),
    { seed: 20260101, numRuns: 200 },
  );
});

test('the copy of a frozen value can be changed', () => {
  const frozen = Object.freeze({ list: Object.freeze([1, 2]) });
  const copy = copyOf(frozen) as { list: number[] };
  copy.list.push(3);
  expect([copy.list, frozen.list]).toEqual([
    [1, 2, 3],
    [1, 2],
  ]);
});
