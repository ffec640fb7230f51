import { expect, test } from 'vitest';
import type { Verdict } from '../outcome.ts';
import type { Expectation } from '../spec.ts';
import { mostSerious } from './exit-code.ts';
import { judge } from './judge.ts';
import { sampleTrace as trace } from './sample-trace.ts';

const expectations: readonly Expectation[] = [
  { kind: 'holds' },
  { kind: 'violated', by: 'S1' },
  { kind: 'deadlock' },
  { kind: 'endless' },
];

const verdicts: Readonly<Record<string, Verdict>> = {
  holds: { kind: 'holds' },
  S1: { kind: 'violated', invariant: 'S1', why: '', trace },
  S2: { kind: 'violated', invariant: 'S2', why: '', trace },
  deadlock: { kind: 'deadlock', why: '', trace },
  endless: { kind: 'endless', why: '', trace },
  vacuous: { kind: 'vacuous', reasons: [] },
  bounded: { kind: 'incomplete', bound: 'max-states', why: '' },
  interrupted: { kind: 'incomplete', bound: 'interrupted', why: '' },
};

test('every verdict against every expectation has the exit code of the table', () => {
  const codes = Object.entries(verdicts).map(([name, verdict]) => [
    name,
    ...expectations.map((expected) => judge(expected, verdict)),
  ]);
  // expected:        holds, violated by S1, deadlock, endless
  expect(codes).toEqual([
    ['holds', 0, 14, 14, 14],
    ['S1', 12, 0, 12, 12],
    ['S2', 12, 12, 12, 12],
    ['deadlock', 11, 11, 0, 11],
    ['endless', 13, 13, 13, 0],
    ['vacuous', 14, 14, 14, 14],
    ['bounded', 20, 20, 20, 20],
    ['interrupted', 130, 130, 130, 130],
  ]);
});

test('the most serious code wins, in the order 130, 1, 12, 11, 13, 14, 20', () => {
  expect(mostSerious([])).toBe(0);
  expect(mostSerious([0, 20])).toBe(20);
  expect(mostSerious([20, 14])).toBe(14);
  expect(mostSerious([14, 13])).toBe(13);
  expect(mostSerious([13, 11])).toBe(11);
  expect(mostSerious([11, 12])).toBe(12);
  expect(mostSerious([12, 1])).toBe(1);
  expect(mostSerious([1, 130])).toBe(130);
});
