/** Runs jobs one after the other. A job that fails does not take the others with it. */
import type { CheckOptions } from '../explore/options.ts';
import { checkProfiled } from '../profile/profiled.ts';
import { profileText } from '../profile/text.ts';
import { type FinishedJob, type Job, jobName, type Result, type Search } from '../report/job.ts';
import { ModelBug, UsageError } from '../system.ts';
import type { Engine } from './engine.ts';
import type { Keep } from './keep.ts';
import type { ProgressLine } from './progress.ts';

export interface JobOptions {
  readonly engine: Pick<Engine, 'check' | 'team'>;
  readonly search: Search;
  /** If there is one job that is kept or taken up. */
  readonly keep?: Keep;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Called with the profile of each job that has an outcome, if profiles are wanted. */
  profiled?(text: string): void;
  /** Called with each job as soon as it is finished. */
  finished(job: FinishedJob): void;
}

/** Every job with its result; the ones after an interruption are `not run`. */
export async function runJobs(jobs: readonly Job[], options: JobOptions): Promise<readonly FinishedJob[]> {
  const done: FinishedJob[] = [];
  for (const [i, job] of jobs.entries()) {
    const result = await runJob(job, `${i + 1}/${jobs.length}`, options);
    options.progress.clear();
    done.push({ ...job, result });
    options.finished({ ...job, result });
  }
  return done;
}

async function runJob(
  job: Job,
  at: string,
  { engine, search, keep, signal, progress, profiled }: JobOptions,
): Promise<Result> {
  // A job that takes no time would not let the Ctrl-C through.
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) return { kind: 'not run' };
  progress.show(job, at, null);
  const options: CheckOptions = {
    search: search.search,
    signal,
    ...(search.maxStates === null ? {} : { maxStates: search.maxStates }),
    ...(search.memoryLimit === undefined ? {} : { memoryLimit: search.memoryLimit }),
    ...(search.fingerprintSeed === undefined ? {} : { fingerprintSeed: search.fingerprintSeed }),
    ...(search.random === undefined ? {} : { random: search.random }),
    ...(search.engine === undefined ? {} : { engine: search.engine }),
    ...(search.symmetry === undefined ? {} : { symmetry: search.symmetry }),
    ...keep,
    onProgress: (numbers) => progress.show(job, at, numbers),
  };
  try {
    const system = job.variant.build(job.model);
    const outcome =
      profiled === undefined
        ? await engine.check(system, options, teamFor(job, search, engine))
        : await checkProfiled(system, options, engine.check, (profile) => {
            progress.clear();
            profiled(profileText(profile, jobName(job)));
          });
    return {
      kind: 'outcome',
      outcome,
      statements: system.statements,
      witnesses: system.witnesses.map(({ name }) => name),
    };
  } catch (error) {
    progress.clear();
    // Only the job itself tells whether a checkpoint is one of it.
    if (keep !== undefined && error instanceof UsageError) throw error;
    return fault(error);
  }
}

function teamFor({ spec, variant, model }: Job, { workers = 1 }: Search, engine: Pick<Engine, 'team'>) {
  return workers > 1 ? engine.team?.({ spec: spec.name, variant: variant.name, model }, workers) : undefined;
}

/** Whatever a job throws is our own fault: the user's mistakes were found before any job was run. */
function fault(error: unknown): Result {
  if (!(error instanceof Error)) return { kind: 'fault', message: String(error), stack: '' };
  const message = error instanceof ModelBug ? error.message : `${error.name}: ${error.message}`;
  return { kind: 'fault', message, stack: error.stack ?? '' };
}
