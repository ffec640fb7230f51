import { describe, expect, test, vi } from 'vitest';
import { check, checkNow } from '../explore/check.ts';
import type { Search } from '../explore/frontier.ts';
import { KeySet } from '../explore/key-set.ts';
import { toy } from '../explore/toy.ts';
import { Visited } from '../explore/visited.ts';
import type { Verdict } from '../outcome.ts';
import { UsageError } from '../system.ts';

const searches: readonly Search[] = ['bfs', 'dfs'];

interface Processes {
  readonly a: 'idle' | 'wants' | 'in';
  readonly b: 'idle' | 'wants' | 'in';
  readonly taken: boolean;
}

/** Two processes that enter a critical section, through a lock or past it. */
function mutualExclusion(isLocked: boolean) {
  const process = (me: 'a' | 'b') => (s: Processes) => {
    if (s[me] === 'idle') return [{ text: 'want', statement: 'want', set: { [me]: 'wants' } }];
    if (s[me] === 'in') return [{ text: 'leave', statement: 'leave', set: { [me]: 'idle', taken: false } }];
    if (isLocked && s.taken) return [];
    return [{ text: 'enter', statement: 'enter', set: { [me]: 'in', taken: true } }];
  };
  return toy<Processes>({
    start: { a: 'idle', b: 'idle', taken: false },
    agents: { A: process('a'), B: process('b') },
    never: { exclusion: (s) => (s.a === 'in' && s.b === 'in' ? 'both are in' : null) },
    when: { exclusion: (s) => s.a === 'in' || s.b === 'in' },
    reach: { 'A is in while B waits': (s) => s.a === 'in' && s.b === 'wants' },
    statements: ['want', 'enter', 'leave'],
  });
}

describe.each(searches)('%s', (search) => {
  test('a lock gives mutual exclusion, in 8 states and 14 transitions', () => {
    const { verdict, effort, witnessesReached, covered } = checkNow(mutualExclusion(true), { search });
    expect(verdict).toEqual({ kind: 'holds' });
    // The lock is taken exactly while one is in: 9 pairs but (in, in). Each process can step, except that one which
    // wants while the other is in cannot: 8 * 2 - 2.
    expect(effort).toMatchObject({ states: 8, transitions: 14 });
    expect(witnessesReached).toEqual(['A is in while B waits']);
    expect(covered).toEqual(['enter', 'leave', 'want']);
  });

  test('without the lock both get in', () => {
    const { verdict } = checkNow(mutualExclusion(false), { search });
    expect(verdict).toMatchObject({ kind: 'violated', invariant: 'exclusion', why: 'both are in' });
  });

  test('an invariant that the initial state breaks is violated in no step', () => {
    const system = toy({
      start: { x: 0 },
      agents: {},
      never: { positive: (s) => (s.x === 0 ? 'zero' : null) },
    });
    const { verdict } = checkNow(system, { search });
    expect(verdict).toMatchObject({
      kind: 'violated',
      why: 'zero',
      trace: { steps: [], ending: 'positive: zero' },
    });
  });

  test('two locks taken in two orders deadlock', () => {
    const { verdict } = checkNow(philosophers(), { search });
    expect(verdict).toMatchObject({
      kind: 'deadlock',
      why: 'A holds 1, B holds 2',
      trace: { ending: 'A holds 1, B holds 2' },
    });
    expect((verdict as Extract<Verdict, { kind: 'deadlock' }>).trace.steps).toHaveLength(2);
  });

  test('a violation wins over a deadlock that was met earlier', () => {
    const system = toy({
      start: { at: 0 },
      agents: {
        A: (s) =>
          s.at === 0 ? [{ set: { at: 1 } }, { set: { at: 2 } }] : s.at === 2 ? [{ set: { at: 3 } }] : [],
      },
      never: { three: (s) => (s.at === 3 ? 'at 3' : null) },
      stuck: (s) => (s.at === 1 ? 'stuck at 1' : null),
    });
    expect(checkNow(system, { search }).verdict).toMatchObject({ kind: 'violated', invariant: 'three' });
  });

  test('a state without successors that is a proper end is no deadlock', () => {
    const system = toy({ start: { at: 0 }, agents: {}, stuck: (s) => (s.at > 0 ? 'waits' : null) });
    expect(checkNow(system, { search }).verdict).toEqual({ kind: 'holds' });
  });
});

/** Two processes, each of which takes two locks, in opposite orders. */
function philosophers() {
  return toy({
    start: { one: '', two: '' },
    agents: {
      A: (s) =>
        s.one === '' ? [{ set: { one: 'A' } }] : s.one === 'A' && s.two === '' ? [{ set: { two: 'A' } }] : [],
      B: (s) =>
        s.two === '' ? [{ set: { two: 'B' } }] : s.two === 'B' && s.one === '' ? [{ set: { one: 'B' } }] : [],
    },
    stuck: (s) => (s.one === 'A' && s.two === 'B' ? 'A holds 1, B holds 2' : null),
  });
}

test('each reason for a vacuous verdict is given as a sentence', () => {
  const system = toy({
    start: { x: 0 },
    agents: { A: (s) => (s.x === 0 ? [{ statement: 'x = 1', set: { x: 1 } }] : []) },
    never: { a: () => null, b: () => null },
    when: { a: (s) => s.x === 2, b: (s) => s.x === 1 },
    reach: { two: (s) => s.x === 2, one: (s) => s.x === 1 },
    statements: ['x = 1', 'x = 2'],
  });
  expect(checkNow(system, { search: 'bfs' }).verdict).toEqual({
    kind: 'vacuous',
    reasons: [
      'The witness "two" was never reached.',
      'The statement "x = 2" of toy was never executed.',
      'The invariant "a" was never put to the test: its antecedent never held.',
    ],
  });
});

test('a violated invariant is never vacuous', () => {
  const system = toy({
    start: { x: 0 },
    agents: {},
    never: { zero: (s) => (s.x === 0 ? 'zero' : null) },
    reach: { one: (s) => s.x === 1 },
  });
  expect(checkNow(system, { search: 'bfs' }).verdict.kind).toBe('violated');
});

/** A counter that passes `bad` and goes on to `top`. */
function line(top: number, bad = -1) {
  return toy({
    start: { n: 0 },
    agents: { A: (s) => (s.n < top ? [{ set: { n: s.n + 1 } }] : []) },
    never: { bad: (s) => (s.n === bad ? `n is ${bad}` : null) },
  });
}

test('a limit on the states makes the verdict incomplete, and says what was covered', () => {
  const { verdict, effort } = checkNow(line(99), { search: 'bfs', maxStates: 50 });
  expect(verdict).toEqual({
    kind: 'incomplete',
    bound: 'max-states',
    why:
      'the limit of 50 states was reached: 50 states were found and satisfy every invariant, ' +
      '50 of them were expanded, 0 were not; the deepest is 49 steps from the initial state',
  });
  expect(effort.states).toBe(50);
});

test('a limit that is just enough does not matter', () => {
  expect(checkNow(line(49), { search: 'bfs', maxStates: 50 }).verdict).toEqual({ kind: 'holds' });
});

test('a violation within the limit wins over the limit', () => {
  expect(checkNow(line(99, 49), { search: 'bfs', maxStates: 50 }).verdict.kind).toBe('violated');
  expect(checkNow(line(99, 50), { search: 'bfs', maxStates: 50 }).verdict.kind).toBe('incomplete');
});

test('a limit below one state is a usage error', () => {
  expect(() => checkNow(line(1), { search: 'bfs', maxStates: 0 })).toThrow(UsageError);
});

test('an abort ends an exploration that would not end soon', async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const { verdict, effort } = await check(line(2 ** 40), {
    search: 'bfs',
    signal: stop.signal,
    onProgress: ({ states }) => {
      seen.push(states);
      stop.abort();
    },
  });
  expect(verdict).toMatchObject({ kind: 'incomplete', bound: 'interrupted' });
  // The slice that the abort ends may be long enough for another report.
  expect([1, 2]).toContain(seen.length);
  expect(effort.states).toBeGreaterThanOrEqual(seen[0]!);
});

test('timers run while an exploration is going on', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  const { verdict } = await check(line(2 ** 40), { search: 'dfs', signal: stop.signal });
  expect(verdict.kind).toBe('incomplete');
});

test.each([
  ['enlarge', KeySet.prototype],
  ['extend', Visited.prototype],
  ['relay', Visited.prototype],
] as const)('no memory to %s makes the verdict incomplete', (method, owner) => {
  const without = vi.spyOn(owner as unknown as Record<typeof method, () => void>, method);
  without.mockImplementation(() => {
    throw new RangeError('Array buffer allocation failed');
  });
  // A 33rd value overflows one of six fields in a word, a 257th state the first room.
  const system = toy({
    start: { n: 0, a: 0, b: 0, c: 0, d: 0, e: 0 },
    agents: { A: (s) => [{ set: { n: s.n + 1 } }] },
  });
  try {
    const { verdict } = checkNow(system, { search: 'bfs' });
    expect(verdict).toMatchObject({ kind: 'incomplete', bound: 'memory' });
    if (verdict.kind === 'incomplete')
      expect(verdict.why).toMatch(/^no memory for more states .Array buffer/);
  } finally {
    without.mockRestore();
  }
});
