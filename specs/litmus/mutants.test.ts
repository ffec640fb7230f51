import { expect, test } from 'vitest';
import { mutants } from './mutants-list.ts';
import { occurrences } from './mutants-run.ts';

test('every mutant replaces a text that occurs exactly once', () => {
  const stale = mutants.filter((m) => occurrences(m) !== 1);
  expect(stale.map((m) => `${m.rule}: ${occurrences(m)} in ${m.file}`)).toEqual([]);
});

test('no two mutants are the same, and each is called something else', () => {
  expect(new Set(mutants.map((m) => `${m.file}: ${m.find} -> ${m.replace}`)).size).toBe(mutants.length);
  expect(new Set(mutants.map((m) => m.rule)).size).toBe(mutants.length);
  expect(mutants.filter((m) => m.find === m.replace)).toEqual([]);
});
