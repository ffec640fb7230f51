import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { anyCase } from '../explore/any-case.ts';
import { check, checkNow } from '../explore/check.ts';
import type { CheckOptions } from '../explore/options.ts';
import type { Case } from '../explore/random-toy.ts';
import type { Outcome } from '../outcome.ts';
import { poolOf } from './pool.ts';
import { teamOf } from './team.ts';
import { build, type Counters, type Source } from './test-systems.ts';

const entry = new URL('./test-worker.mjs', import.meta.url);
const pools = new Map([2, 3].map((workers) => [workers, poolOf(entry, workers)]));

afterAll(() => {
  for (const pool of pools.values()) pool.close();
});

/** What so many workers find that take over after `pilot` states. */
function found(source: Source, workers = 2, options: Partial<CheckOptions> = {}, pilot = 2) {
  const team = teamOf(pools.get(workers)!, source, { pilot, waits: true });
  return check(build(source), { search: 'bfs', ...options }, team);
}

/** All of an outcome that does not depend on the clock and on who did how much. */
function told({ verdict, effort, witnessesReached, covered }: Outcome) {
  const { states, transitions, depth, values } = effort;
  return { verdict, states, transitions, depth, values, witnessesReached, covered };
}

function toldByOne(source: Source, options: Partial<CheckOptions> = {}) {
  return told(checkNow(build(source), { search: 'bfs', ...options }));
}

/** Two agents that fill two counters each: (2 * top + 1) ** 2 states. */
function two(top: number, then?: Counters['then']): Counters {
  return { kind: 'counters', agents: 2, length: 2, top, ...(then === undefined ? {} : { then }) };
}

test('two and three workers find what one finds, on random systems', async () => {
  const seen = new Set<string>();
  const agree = async (workers: number, random: Case) => {
    const source: Source = { kind: 'random', random };
    const outcome = await found(source, workers);
    expect(told(outcome)).toEqual(toldByOne(source));
    seen.add(`${outcome.verdict.kind} by ${outcome.effort.workers ?? 1}`);
  };
  const some = fc.asyncProperty(fc.constantFrom(2, 3), anyCase, agree);
  await fc.assert(some, { seed: 20260103, numRuns: 40 });
  // They did take over, and had to leave violations to the main thread.
  expect([...seen]).toEqual(expect.arrayContaining(['holds by 2', 'holds by 3', 'violated by 1']));
});

test('two workers count the states of two counters as anyone can', async () => {
  const { effort, verdict } = await found(two(60));
  // Each agent goes through 121 values, and the last state is reached by their 240 steps.
  expect(effort).toMatchObject({ workers: 2, states: 121 ** 2, transitions: 2 * 120 * 121, depth: 240 });
  expect(verdict).toEqual({
    kind: 'vacuous',
    reasons: ['The witness "never" was never reached.', 'The statement "never" of toy was never executed.'],
  });
});

test('fields that overflow under way change nothing', async () => {
  // 2 agents with 12 counters up to 5: 24 fields of 3 bits, of which the pilot has met next to nothing.
  const source: Counters = { kind: 'counters', agents: 2, length: 12, top: 5 };
  for (const workers of [2, 3]) {
    const outcome = await found(source, workers);
    expect(outcome.effort.workers).toBe(workers);
    expect(told(outcome)).toEqual(toldByOne(source));
    expect(outcome.effort.states).toBe(61 ** 2);
  }
});

test('states of many words are whole, too', async () => {
  const source: Counters = { kind: 'counters', agents: 2, length: 30, top: 3 };
  const outcome = await found(source, 3, {}, 5000);
  expect(outcome.effort).toMatchObject({ workers: 3, states: 91 ** 2 });
  expect(told(outcome)).toEqual(toldByOne(source));
});

test('the visited set grows from next to nothing', async () => {
  const outcome = await found({ kind: 'counters', agents: 3, length: 2, top: 20 });
  expect(outcome.effort).toMatchObject({ workers: 2, states: 41 ** 3, transitions: 3 * 40 * 41 ** 2 });
});

test('twenty runs tell the same', async () => {
  const source = two(12);
  const first = told(await found(source, 3));
  for (let i = 1; i < 20; i++) expect(told(await found(source, 2 + (i % 2)))).toEqual(first);
});

test('a violation is told with the trace that one thread finds', async () => {
  const outcome = await found(two(9, 'breaks'));
  expect(outcome.effort.workers).toBeUndefined();
  expect(outcome.verdict).toMatchObject({ kind: 'violated', why: 'all counters are full' });
  expect(told(outcome)).toEqual(toldByOne(two(9, 'breaks')));
});

test('a deadlock is told with the trace that one thread finds', async () => {
  const outcome = await found(two(9, 'stops'));
  expect(outcome.verdict).toMatchObject({ kind: 'deadlock', why: 'nobody counts on' });
  expect(told(outcome)).toEqual(toldByOne(two(9, 'stops')));
});

test('a bound in states is kept as by one thread', async () => {
  for (const maxStates of [150, 361, 360]) {
    const outcome = await found(two(9), 2, { maxStates });
    expect(told(outcome)).toEqual(toldByOne(two(9), { maxStates }));
    expect(outcome.effort.workers).toBe(maxStates === 361 ? 2 : undefined);
  }
});

test('a bug of the model is told with the way to it, as by one thread', async () => {
  const alone = () => checkNow(build(two(9, 'throws')), { search: 'bfs' });
  const message = expect.stringContaining('it counts no further');
  expect(alone).toThrow(expect.objectContaining({ name: 'ModelBug', message }));
  await expect(found(two(9, 'throws'))).rejects.toThrow(errorOf(alone));
});

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

test('if a worker breaks down, the main thread finishes', async () => {
  for (const then of ['throws in a worker', 'exits in a worker'] as const) {
    const outcome = await found(two(9, then));
    expect(outcome.effort.workers).toBeUndefined();
    expect(told(outcome)).toEqual(toldByOne(two(9)));
  }
  // And there are workers again for the next.
  expect((await found(two(9))).effort.workers).toBe(2);
});

test('a worker that cannot build the system is a fault', async () => {
  await expect(found(two(9, 'cannot be built'))).rejects.toThrow('no system here');
});

test('runs whose order matters stay with one thread', async () => {
  let ends = 0;
  const withEnds = await found(two(9), 2, { onTerminal: () => (ends += 1) });
  expect([withEnds.effort.workers, ends]).toEqual([undefined, 1]);
  expect((await found(two(9), 2, { search: 'dfs' })).effort.workers).toBeUndefined();
});

test('a limit of memory ends the workers, and they tell how far they were', async () => {
  const memoryLimit = process.memoryUsage.rss() + 60 * 2 ** 20;
  const outcome = await found({ kind: 'counters', agents: 4, length: 2, top: 100 }, 2, { memoryLimit });
  expect(outcome.effort.workers).toBe(2);
  expect(outcome.verdict).toMatchObject({ kind: 'incomplete', bound: 'memory' });
  expect(outcome.verdict).toHaveProperty('why', expect.stringMatching(/^the memory limit of .* was reached/));
});

test('an abort ends the workers, and they tell how far they were', async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const outcome = await found({ kind: 'counters', agents: 4, length: 2, top: 100 }, 2, {
    signal: controller.signal,
    onProgress: ({ states, frontier, depth }) => {
      expect([frontier < states, depth > 0]).toEqual([true, true]);
      seen.push(states);
      if (seen.length === 2) controller.abort();
    },
  });
  const { states, workers } = outcome.effort;
  expect([workers, states > seen[0]!]).toEqual([2, true]);
  expect(outcome.verdict).toMatchObject({ kind: 'incomplete', bound: 'interrupted' });
  const numbers = /^interrupted: (\d+) states were found .*, (\d+) of them were expanded, (\d+) were not; /;
  const [, all, expanded, open] = numbers.exec((outcome.verdict as { why: string }).why)!.map(Number);
  expect([all, expanded! + open!]).toEqual([states, states]);
});
