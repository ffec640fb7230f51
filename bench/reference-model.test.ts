import { expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import { naive } from '../checker/explore/naive.ts';
import { referenceModel, type Size } from './reference-model.ts';

// The figures are those of three other checkers on their own versions of the model.
test.each<[Size, number, number]>([
  [{ k: 2, p: 1, m: 3 }, 43_032, 156_100],
  [{ k: 3, p: 1, m: 2 }, 109_201, 382_585],
])('the reference model of size %o has %d states and %d transitions', (size, states, transitions) => {
  for (const search of ['bfs', 'dfs'] as const) {
    const { verdict, effort } = checkNow(referenceModel(size), { search });
    expect(verdict).toEqual({ kind: 'holds' });
    expect(effort).toMatchObject({ states, transitions });
  }
});

test('the naive twin agrees on a small size with store buffers', () => {
  const system = referenceModel({ k: 1, p: 2, m: 2, tso: true });
  const { states, transitions } = naive(system);
  expect(checkNow(system, { search: 'bfs' }).effort).toMatchObject({ states, transitions });
});

const two = { k: 2, p: 2, m: 2 };
test.each<[string, Size, number]>([
  ['writing the STE before the version', { ...two, wrongA: true }, 8],
  ['reading the version before clearing the PTE', { ...two, wrongU: true }, 9],
  ['leaving out the barrier', { ...two, tso: true, nobar: true }, 12],
])('%s leaves a stale entry, in %3$d steps', (_, size, steps) => {
  const { verdict } = checkNow(referenceModel(size), { search: 'bfs' });
  if (verdict.kind !== 'violated') throw new Error(verdict.kind);
  expect(verdict.trace.steps).toHaveLength(steps);
  expect(checkNow(referenceModel(size), { search: 'dfs' }).verdict.kind).toBe('violated');
});
