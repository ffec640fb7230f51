import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { anyCase } from '../explore/any-case.ts';
import { check, checkNow } from '../explore/check.ts';
import type { CheckOptions } from '../explore/options.ts';
import type { Case } from '../explore/random-toy.ts';
import type { Outcome } from '../outcome.ts';
import { poolOf } from './pool.ts';
import { teamOf } from './team.ts';
import { build, type Source } from './test-systems.ts';

const entry = new URL('./test-worker.mjs', import.meta.url);
const pools = new Map([2, 3].map((workers) => [workers, poolOf(entry, workers)]));

afterAll(() => {
  for (const pool of pools.values()) pool.close();
});

/** What so many workers find that take over after `pilot` states. */
function found(
  source: Source,
  workers: number,
  options: Partial<CheckOptions> = {},
  pilot = 2,
): Promise<Outcome> {
  const team = teamOf(pools.get(workers)!, source, { pilot, waits: true });
  return check(build(source), { search: 'bfs', ...options }, team);
}

/** All of an outcome that does not depend on the clock and on who did how much. */
function told({ verdict, effort, witnessesReached, covered }: Outcome) {
  const { states, transitions, depth, values } = effort;
  return { verdict, states, transitions, depth, values, witnessesReached, covered };
}

test('two and three workers find what one finds, on random systems', async () => {
  const taken: Record<string, number> = {};
  const agree = async (workers: number, random: Case) => {
    const source: Source = { kind: 'random', random };
    const outcome = await found(source, workers);
    expect(told(outcome)).toEqual(told(checkNow(build(source), { search: 'bfs' })));
    const by = `${outcome.verdict.kind} by ${outcome.effort.workers ?? 1}`;
    taken[by] = (taken[by] ?? 0) + 1;
  };
  const some = fc.asyncProperty(fc.constantFrom(2, 3), anyCase, agree);
  await fc.assert(some, { seed: 20260103, numRuns: 100 });
  // They did take over, and had to leave violations and deadlocks to the main thread.
  expect(Object.keys(taken)).toEqual(expect.arrayContaining(['holds by 2', 'holds by 3', 'violated by 1']));
});
