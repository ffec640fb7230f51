/** No text makes the parsers or translators fail but by an error that says where: damaged litmus tests, seeded. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { litmusTest } from './litmus-test.ts';
import { LitmusSyntaxError, Unsupported } from './unsupported.ts';

const folder = new URL('../../specs/litmus/', import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.litmus'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Pieces that a grammar may stumble over. */
const TOKENS = [
  '{',
  '}',
  '(',
  ')',
  '(*',
  '*)',
  '*',
  ';',
  ',',
  '|',
  '[',
  ']',
  '=',
  '#',
  ':',
  '~',
  '"',
  '&x',
  '-1',
  '\\/',
];
const WORDS = [
  'exists',
  'if',
  'while',
  'int',
  'P0',
  'x',
  'r1',
  'X0',
  'LDR',
  'CAS WZR,W1,[X0]',
  'smp_mb()',
  '99999999999',
];

const damage = fc.record({
  permille: fc.noBias(fc.nat(1_000)),
  length: fc.nat(12),
  with: fc.constantFrom('', '', ' ', '\n', '\0', 'é', ...TOKENS, ...WORDS),
});
const damaged = fc
  .tuple(fc.constantFrom(...texts), fc.array(damage, { minLength: 1, maxLength: 4 }))
  .map(([text, damages]) =>
    damages.reduce((all, d) => {
      const at = Math.floor((d.permille / 1_000) * all.length);
      return all.slice(0, at) + d.with + all.slice(at + d.length);
    }, text),
  );

test('a damaged test is read, or refused with line, column and what was expected', () => {
  const fates = { read: 0, syntax: 0, unsupported: 0 };
  for (const text of fc.sample(damaged, { numRuns: 2_000, seed: 3 })) {
    try {
      litmusTest(text);
      fates.read++;
    } catch (error) {
      if (error instanceof LitmusSyntaxError) {
        expect(error.message, text).toMatch(/^line \d+, column \d+: Expected /);
        fates.syntax++;
      } else {
        expect(error, text).toBeInstanceOf(Unsupported);
        fates.unsupported++;
      }
    }
  }
  expect(fates.read).toBeGreaterThan(100);
  expect(fates.syntax).toBeGreaterThan(100);
  expect(fates.unsupported).toBeGreaterThan(0);
});
