/** Runs jobs, several at once where there are threads for them. A job that fails does not take the others with it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckOptions } from '../explore/options.ts';
import type { Runner } from '../jobs/runner.ts';
import { optionsOf, resultOf } from '../jobs/task.ts';
import { checkProfiled } from '../profile/profiled.ts';
import { profileText } from '../profile/text.ts';
import { type FinishedJob, type Job, jobName, type Result, type Search } from '../report/job.ts';
import { UsageError } from '../system.ts';
import type { Engine } from './engine.ts';
import type { Keep } from './keep.ts';
import type { ProgressLine } from './progress.ts';

export interface JobOptions {
  readonly engine: Pick<Engine, 'check' | 'team'>;
  readonly search: Search;
  /** If there is one job that is kept or taken up. */
  readonly keep?: Keep;
  /** Others who take jobs while this thread does. */
  readonly others?: Runner | null;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Called with the profile of each job that has an outcome, if profiles are wanted. */
  profiled?(text: string): void;
  /** Called with each job as soon as it is finished. */
  found?(job: FinishedJob): void;
  /** Called with each job in their order. */
  finished(job: FinishedJob): void;
}

/** Milliseconds after which it pays to start threads. */
const WORTH_THREADS = 250;

/** Every job with its result; the ones after an interruption are `not run`. */
export async function runJobs(jobs: readonly Job[], options: JobOptions): Promise<readonly FinishedJob[]> {
  const { others = null, progress } = options;
  const done: FinishedJob[] = [];
  let next = 0;
  let told = 0;

  /** Takes one job after the other, until all are taken. */
  async function lane(run: (job: Job, at: string) => Promise<Result>): Promise<void> {
    for (let i = next++; i < jobs.length; i = next++) {
      const job = jobs[i]!;
      const finished = { ...job, result: await run(job, `${i + 1}/${jobs.length}`) };
      progress.clear();
      done[i] = finished;
      options.found?.(finished);
      for (let one = done[told]; one !== undefined; one = done[++told]) options.finished(one);
    }
  }

  const here = lane((job, at) => runHere(job, at, options));
  const elsewhere = Array.from({ length: others?.atOnce ?? 0 }, async () => {
    await Promise.race([here, sleep(WORTH_THREADS, undefined, { ref: false })]);
    await lane((job, at) => runElsewhere(job, at, others!, options));
  });
  try {
    await Promise.all([here, ...elsewhere]);
  } finally {
    await others?.close();
  }
  return done;
}

async function runElsewhere(
  job: Job,
  at: string,
  runner: Runner,
  { search, signal, progress }: JobOptions,
): Promise<Result> {
  const task = { spec: job.spec.name, variant: job.variant.name, model: job.model, search };
  return runner.run(task, { signal, onProgress: (numbers) => progress.show(job, at, numbers) });
}

async function runHere(
  job: Job,
  at: string,
  { engine, search, keep, signal, progress, profiled }: JobOptions,
): Promise<Result> {
  // A job that takes no time would not let the Ctrl-C through.
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) return { kind: 'not run' };
  progress.show(job, at, null);
  const options: CheckOptions = {
    ...optionsOf(search),
    signal,
    ...keep,
    onProgress: (numbers) => progress.show(job, at, numbers),
  };
  /** Only the job itself tells whether a checkpoint is one of it. */
  const theUsers: UsageError[] = [];
  const result = await resultOf(
    () => job.variant.build(job.model),
    async (system) => {
      try {
        if (profiled === undefined) return await engine.check(system, options, teamFor(job, search, engine));
        return await checkProfiled(system, options, engine.check, (profile) => {
          progress.clear();
          profiled(profileText(profile, jobName(job)));
        });
      } catch (error) {
        progress.clear();
        if (keep !== undefined && error instanceof UsageError) theUsers.push(error);
        throw error;
      }
    },
  );
  for (const error of theUsers) throw error;
  return result;
}

function teamFor({ spec, variant, model }: Job, { workers = 1 }: Search, engine: Pick<Engine, 'team'>) {
  return workers > 1 ? engine.team?.({ spec: spec.name, variant: variant.name, model }, workers) : undefined;
}
