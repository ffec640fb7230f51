/** Workers tell what one thread tells, of the specs as they are. */
import { afterAll, expect, test } from 'vitest';
import { findSpec, findVariant } from '../checker/cli/select.ts';
import { check, checkNow } from '../checker/explore/check.ts';
import type { Outcome } from '../checker/outcome.ts';
import { poolOf } from '../checker/parallel/pool.ts';
import { teamOf } from '../checker/parallel/team.ts';
import { specs } from './index.ts';

const pool = poolOf(new URL('./worker.mjs', import.meta.url), 2);

afterAll(() => pool.close());

function told({ verdict, effort, witnessesReached, covered, reorderings }: Outcome) {
  const { states, transitions, depth, values } = effort;
  return { verdict, states, transitions, depth, values, witnessesReached, covered, reorderings };
}

test.each([
  ['unmap-vs-attach', 'v7.1', 'armv8', 2],
  ['unmap-vs-attach', 'no barrier on CPU1', 'armv8', 1],
  ['write-entry', 'S2 to abort', 'armv8', 2],
  ['flush-queue', 'timer', 'tso', 2],
  ['termination', 'v7-1-one-page', 'sc', 1],
])('%s/%s (%s)', async (spec, variant, model, workers) => {
  const system = findVariant(findSpec(specs, spec), variant).build(model);
  const team = teamOf(pool, { spec, variant, model }, { pilot: 20, waits: true });
  const outcome = await check(system, { search: 'bfs', symmetry: false }, team);
  expect(outcome.effort.workers ?? 1).toBe(workers);
  expect(told(outcome)).toEqual(told(checkNow(system, { search: 'bfs', symmetry: false })));
});
