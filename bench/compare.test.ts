import { expect, test } from 'vitest';
import { disagreements } from './compare.ts';
import type { Result } from './contest.ts';
import type { Explored } from './explored.ts';
import { type EngineName, isReduction } from './ours.ts';
import type { Peer } from './peer.ts';
import { rumur } from './rumur.ts';
import { spin, spinReduced } from './spin.ts';

const good: Explored = {
  states: 10,
  transitions: 20,
  holds: true,
  why: 'holds',
  steps: null,
  bytes: null,
  exploring: null,
  nodes: null,
  memo: null,
};

/** What an engine of ours, or another checker, is said to have found. */
function result(who: EngineName | Peer, ...found: readonly Partial<Explored>[]): Result {
  const cost = { cpu: 1, wall: 1, peak: null };
  return {
    ...cost,
    name: typeof who === 'string' ? who : who.name,
    isReduction: typeof who === 'string' ? isReduction(who) : who.isReduction,
    runs: found.length,
    found: found.map((it) => ({ ...good, ...it })),
    peer: typeof who === 'string' ? null : { is: who, built: cost },
  };
}

const heddle = result('heddle', {}, {});

test('equal counts agree; SPIN counts one transition more', () => {
  const others = [result('naive twin', {}), result(spin, { transitions: 21 }), result(rumur, {})];
  expect(disagreements([heddle, ...others], 10)).toEqual([]);
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
    result(spin, {}),
    'SPIN, all interleavings has 20 transitions, expected 21',
  ],
  ['a state that Rumur lost', result(rumur, { states: 9 }), 'Rumur has 9 states, heddle 10'],
  [
    'another verdict',
    result('naive twin', { holds: false, why: 'violated' }),
    'naive twin does not find that it holds: violated',
  ],
  [
    'a reduction that adds states',
    result(spinReduced, { states: 11 }),
    'SPIN, partial-order reduction has more states than heddle: 11',
  ],
])('%s is a disagreement', (_, other, sentence) => {
  expect(disagreements([heddle, other], null)).toEqual([sentence]);
});

test('a reduction may have fewer states', () => {
  expect(disagreements([heddle, result('heddle, symmetry', { states: 5 })], 10)).toEqual([]);
  expect(disagreements([heddle, result('heddle, symbolic', { states: 5 })], 10)).toHaveLength(1);
  expect(disagreements([heddle, result(spinReduced, { states: 5 })], 10)).toEqual([]);
});

test('a second run of heddle that differs from the first is a disagreement', () => {
  expect(disagreements([result('heddle', {}, { states: 11 })], null)).toEqual([
    'heddle has 11 states, heddle 10',
  ]);
});

test('a count that other checkers agreed on is held', () => {
  expect(disagreements([heddle], 11)).toEqual(['heddle has 10 states, not 11']);
});

test('an engine that takes no single transitions is held to the states', () => {
  const other = result('naive twin', { transitions: null });
  expect(disagreements([heddle, other], 10)).toEqual([]);
  expect(disagreements([heddle, result('naive twin', { transitions: null, states: 9 })], 10)).toHaveLength(1);
});
