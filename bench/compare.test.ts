import { expect, test } from 'vitest';
import { disagreements } from './compare.ts';
import type { Name, Result } from './contest.ts';
import type { Explored } from './explored.ts';

const good: Explored = {
  states: 10,
  transitions: 20,
  holds: true,
  why: 'holds',
  steps: null,
  bytes: null,
  peak: 0,
  exploring: null,
  memo: null,
};

function result(name: Name, ...found: readonly Partial<Explored>[]): Result {
  return {
    name,
    runs: found.length,
    found: found.map((it) => ({ ...good, ...it })),
    built: null,
    cpu: 1,
    wall: 1,
  };
}

const heddle = result('heddle', {}, {});

test('equal counts agree; SPIN counts one transition more', () => {
  const spin = result('SPIN, all interleavings', { transitions: 21 });
  expect(disagreements([heddle, result('naive twin', {}), spin], 10)).toEqual([]);
});

test.each<[string, Result, string]>([
  ['another count of states', result('naive twin', { states: 9 }), 'naive twin has 9 states, heddle 10'],
  [
    'a transition lost',
    result('naive twin', { transitions: 19 }),
    'naive twin has 19 transitions, expected 20',
  ],
  [
    'SPIN without its entry into the initial state',
    result('SPIN, all interleavings', {}),
    'SPIN, all interleavings has 20 transitions, expected 21',
  ],
  [
    'another verdict',
    result('naive twin', { holds: false, why: 'violated' }),
    'naive twin does not find that it holds: violated',
  ],
  [
    'a reduction that adds states',
    result('SPIN, partial-order reduction', { states: 11 }),
    'SPIN, partial-order reduction has more states than heddle: 11',
  ],
])('%s is a disagreement', (_, other, sentence) => {
  expect(disagreements([heddle, other], null)).toEqual([sentence]);
});

test('a reduction may have fewer states', () => {
  expect(disagreements([heddle, result('SPIN, partial-order reduction', { states: 5 })], 10)).toEqual([]);
});

test('a second run of heddle that differs from the first is a disagreement', () => {
  expect(disagreements([result('heddle', {}, { states: 11 })], null)).toEqual([
    'heddle has 11 states, heddle 10',
  ]);
});

test('a count that other checkers agreed on is held', () => {
  expect(disagreements([heddle], 11)).toEqual(['heddle has 10 states, not 11']);
});
