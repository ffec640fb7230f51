/** Jobs here and elsewhere at once. */
import { expect, test } from 'vitest';
import type { Runner } from '../jobs/runner.ts';
import type { FinishedJob, Job, Result } from '../report/job.ts';
import { engine } from './engine.ts';
import { runJobs } from './run-jobs.ts';
import { counters } from './toy-spec.ts';

const search = { search: 'bfs', maxStates: null } as const;
const progress = { show: () => {}, clear: () => {} };

/** Jobs named 0, 1, … */
function jobsOf(count: number): readonly Job[] {
  const expected = { kind: 'holds' } as const;
  const variants = Array.from({ length: count }, (_, i) => ({
    name: String(i),
    about: '',
    expect: { sc: expected },
    build: () => counters({ upTo: 1 }),
  }));
  const spec = { name: 'toy', title: '', source: '', variants };
  return variants.map((variant) => ({ spec, variant, model: 'sc', expected }));
}

test('jobs are taken elsewhere while one goes on here, and are told in their order', async () => {
  let goOn = (): void => {};
  const wait = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const jobs = jobsOf(4);
  const elsewhere: string[] = [];
  const notRun: Result = { kind: 'not run' };
  const others: Runner = {
    atOnce: 2,
    run: async ({ variant }) => {
      elsewhere.push(variant);
      if (elsewhere.length === 3) setTimeout(goOn, 20);
      return notRun;
    },
    close: async () => void elsewhere.push('closed'),
  };
  const found: string[] = [];
  const told: string[] = [];
  const name = ({ variant }: FinishedJob): string => variant.name;
  const finished = await runJobs(jobs, {
    engine: { check: async (...args) => wait.then(() => engine.check(...args)) },
    search,
    others,
    signal: new AbortController().signal,
    progress,
    found: (job) => found.push(name(job)),
    finished: (job) => told.push(name(job)),
  });
  expect(elsewhere).toEqual(['1', '2', '3', 'closed']);
  expect(found).toEqual(['1', '2', '3', '0']);
  expect(told).toEqual(['0', '1', '2', '3']);
  expect(finished.map(name)).toEqual(told);
  expect(finished.map(({ result }) => result.kind)).toEqual(['outcome', 'not run', 'not run', 'not run']);
});
