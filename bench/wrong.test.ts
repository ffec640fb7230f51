import { expect, test } from 'vitest';
import { missedBy, type Try } from './wrong.ts';

const found: Try = {
  who: 'heddle',
  isShortest: true,
  states: 10,
  transitions: 20,
  holds: false,
  why: 'no stale entry of CPU0 in SMMU1',
  steps: 12,
  bytes: null,
  exploring: null,
  nodes: null,
  memo: null,
  cpu: 1,
  wall: 1,
  peak: null,
};
const missed = (differs: Partial<Try>) =>
  missedBy({ ...found, ...differs }, { what: 'no barrier', steps: 12 });

test('a shortest counterexample to the invariant is what has to be found', () => {
  expect(missed({})).toEqual([]);
  expect(missed({ steps: 13 })).toEqual(['no barrier: heddle finds it in 13 steps, not 12']);
  expect(missed({ steps: null })).toEqual(['no barrier: heddle finds it in no steps, not 12']);
});

test('whoever does not look for a shortest one has to find any', () => {
  const spin = { who: 'SPIN, all interleavings', isShortest: false, steps: null } as const;
  expect(missed({ ...spin, why: 'assertion violated  !(tlb0&1) (at depth 36)' })).toEqual([]);
  expect(missed({ ...spin, why: 'max search depth too small' })).toHaveLength(1);
});

test('a verdict that it holds, or another end, is a miss', () => {
  expect(missed({ holds: true, why: 'holds' })).toEqual(['no barrier: heddle does not find it: holds']);
  expect(missed({ why: 'deadlock' })).toHaveLength(1);
});
