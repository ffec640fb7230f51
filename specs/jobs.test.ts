/** Jobs in threads tell what jobs told here, of the specs as they are. */
import { availableParallelism } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { findSpec, findVariant } from '../checker/cli/select.ts';
import { check } from '../checker/explore/check.ts';
import type { Task } from '../checker/jobs/runner.ts';
import { taskResult } from '../checker/jobs/task.ts';
import { threadRunner } from '../checker/jobs/threads.ts';
import type { Result } from '../checker/report/job.ts';
import { specs } from './index.ts';

const runner = threadRunner(
  new URL('./job-worker.mjs', import.meta.url),
  Math.min(2, availableParallelism()),
);
const search = { search: 'bfs', maxStates: null } as const;
const { signal } = new AbortController();

afterAll(() => runner.close());

function told(result: Result) {
  if (result.kind !== 'outcome') return result;
  const { seconds, slowSeconds, bytes, ...effort } = result.outcome.effort;
  return { ...result, outcome: { ...result.outcome, effort } };
}

const taskOf = (spec: string, variant: string, model: string): Task => ({ spec, variant, model, search });

test('jobs that run at the same time in threads have the results that they have here', async () => {
  const tasks = [
    taskOf('unmap-vs-attach', 'v7.1', 'armv8'),
    taskOf('unmap-vs-attach', 'no barrier on CPU1', 'armv8'),
    taskOf('irq-locks', 'v9', 'sc'),
    taskOf('termination', 'v9, everything', 'sc'),
  ];
  const results = await Promise.all(tasks.map((task) => runner.run(task, { signal })));
  for (const [i, { spec, variant, model }] of tasks.entries()) {
    const build = () => findVariant(findSpec(specs, spec), variant).build(model);
    expect(told(results[i]!)).toEqual(told(await taskResult(build, check, search, { signal })));
  }
});

test('a job that cannot be built is a fault of its own', async () => {
  const result = await runner.run(taskOf('unmap-vs-attach', 'no such variant', 'sc'), { signal });
  expect(result).toMatchObject({ kind: 'fault', message: expect.stringContaining('There is no variant') });
});

test('a job in a thread stops when it is told to, and says what it covered', async () => {
  const controller = new AbortController();
  const running = runner.run(taskOf('cmdq', 'full queue, MSI', 'armv8'), {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  const verdict = { kind: 'incomplete', bound: 'interrupted' };
  expect(await running).toMatchObject({ kind: 'outcome', outcome: { verdict } });
  expect(await runner.run(taskOf('cmdq', 'v7.1, MSI', 'armv8'), controller)).toEqual({ kind: 'not run' });
});
