import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  FIELD_GET,
  FIELD_PREP,
  GENMASK,
  masked,
  pointeeOf,
  qwordOf,
  united,
  word,
  wordValue,
} from './qword.ts';

const qwords = fc.record({
  bits: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  pointer: fc.constantFrom(null, '&table', '#3'),
});

test('a word survives being a value', () => {
  fc.assert(
    fc.property(qwords, (q) => {
      expect(qwordOf(wordValue(q))).toEqual(q);
    }),
    { seed: 1 },
  );
});

test('a mask and its complement share a word out', () => {
  const address = GENMASK(51, 6);
  fc.assert(
    fc.property(qwords, fc.constantFrom(address, address | 1n, 1n, 0n), (q, mask) => {
      const [a, b] = [masked(q, mask, address), masked(q, GENMASK(63, 0) & ~mask, address)];
      expect(united(a, b)).toEqual(q);
    }),
    { seed: 2 },
  );
});

test('a plain number stays one, and so does a plain pointer', () => {
  expect([word(5n), word(0n, '&t'), word(5n, '&t')]).toEqual([5, '&t', '&t|0x5']);
});

test('fields are put and got', () => {
  expect(FIELD_GET(GENMASK(29, 28), FIELD_PREP(GENMASK(29, 28), 2) | 1n)).toBe(2);
});

test('a word points to an object, not to an IPA, nor by its flags', () => {
  expect([pointeeOf('&t|0x5'), pointeeOf('&t'), pointeeOf('#3'), pointeeOf(5)]).toEqual([
    't',
    't',
    null,
    null,
  ]);
});

test('a word cannot point to two things', () => {
  expect(() => united({ bits: 0n, pointer: '&a' }, { bits: 0n, pointer: '&b' })).toThrow('&a and to &b');
});
