import { describe, expect, test } from 'vitest';
import type { Verdict } from '../outcome.ts';
import { checkNow } from './check.ts';
import type { Search } from './frontier.ts';
import { toy } from './toy.ts';

const searches: readonly Search[] = ['bfs', 'dfs'];

/** 0 -> 1 -> 2 -> 3 -> 1, and from 0 also to an end, 9. */
const wraps = (mustEnd: boolean) =>
  toy({
    start: { n: 0 },
    agents: {
      A: ({ n }) => {
        const step = (to: number) => ({ text: `n = ${to}`, set: { n: to } });
        if (n === 9) return [];
        return n === 0 ? [step(9), step(1)] : [step(n === 3 ? 1 : n + 1)];
      },
    },
    mustEnd,
  });

function endless(verdict: Verdict): Extract<Verdict, { kind: 'endless' }> {
  if (verdict.kind !== 'endless') throw new Error(`not endless but ${verdict.kind}`);
  return verdict;
}

const textsOf = (verdict: Verdict) => endless(verdict).trace.steps.map(({ lines }) => lines[0]!.text);

describe.each(searches)('%s', (search) => {
  test('a cycle that is never left is endless: the way into it, and once around', () => {
    const { verdict } = checkNow(wraps(true), { search });
    expect(textsOf(verdict)).toEqual(['n = 1', 'n = 2', 'n = 3', 'n = 1']);
    expect(endless(verdict).trace.repeats).toBe(1);
    expect(endless(verdict).why).toBe(
      'No end can be reached any more: A goes round the last 3 steps for ever.',
    );
  });

  test('only a system that must end is blamed for it', () => {
    expect(checkNow(wraps(false), { search }).verdict).toEqual({ kind: 'holds' });
  });

  test('a poll that another agent could end is no run that never ends', () => {
    const system = toy({
      start: { flag: 0, done: 0 },
      agents: {
        A: (s) => (s.done ? [] : s.flag ? [{ set: { done: 1 } }] : [{ text: 'polls' }]),
        B: (s) => (s.flag ? [] : [{ set: { flag: 1 } }]),
      },
      mustEnd: true,
    });
    expect(checkNow(system, { search }).verdict).toEqual({ kind: 'holds' });
  });

  test('the one to blame is shown, and not only one that polls meanwhile', () => {
    // A polls for a flag that B, which goes in circles after one step, never sets.
    const system = toy({
      start: { b: 0 },
      agents: {
        A: () => [{ text: 'polls' }],
        B: (s) => [{ text: `b = ${s.b === 1 ? 2 : 1}`, set: { b: s.b === 1 ? 2 : 1 } }],
      },
      mustEnd: true,
    });
    expect(textsOf(checkNow(system, { search }).verdict)).toEqual(['b = 1', 'polls', 'b = 2', 'b = 1']);
  });

  test('a deadlock wins, and an unfinished exploration says nothing', () => {
    const stuck = { ...wraps(true), stuck: () => 'at 9' };
    expect(checkNow(stuck, { search }).verdict.kind).toBe('deadlock');
    expect(checkNow(wraps(true), { search, maxStates: 3 }).verdict.kind).toBe('incomplete');
  });
});

test('breadth first, the cycle is entered at the nearest state that recurs', () => {
  // Both ways lead into cycles; the one by way of 10 is nearer.
  const next: Readonly<Record<number, readonly number[]>> = { 0: [1, 10], 1: [2], 2: [3], 3: [3], 10: [10] };
  const system = toy({
    start: { n: 0 },
    agents: { A: (s) => next[s.n]!.map((n) => ({ text: `${n}`, set: { n } })) },
    mustEnd: true,
  });
  expect(textsOf(checkNow(system, { search: 'bfs' }).verdict)).toEqual(['10', '10']);
});

test('without kept traces the verdict stays', () => {
  const { verdict } = checkNow(wraps(true), { search: 'bfs', keepTraces: false });
  expect(endless(verdict).trace.steps).toEqual([]);
});
