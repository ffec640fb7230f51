/** `--checkpoint` and `--resume`: which job is kept where, and what it goes on from. */
import { resolve } from 'node:path';
import type { Program } from '../checkpoint/about.ts';
import {
  type Keeping,
  type Kept,
  openCheckpoint,
  preparePlace,
  refuseForeign,
  type Written,
} from '../checkpoint/keeper.ts';
import { type Job, jobName } from '../report/job.ts';
import { count, duration, memory } from '../report/numbers.ts';
import { heddleVersion } from '../report/version.ts';
import { UsageError } from '../system.ts';
import type { Io } from './io.ts';

/** What the user asked for. */
export interface KeepRequest {
  readonly checkpoint?: string;
  /** Seconds. */
  readonly checkpointEvery: number;
  readonly resume?: string;
}

/** What the job is checked with. */
export interface Keep {
  readonly checkpoint: Keeping;
  readonly resume?: Kept;
}

/** The one job that is kept or taken up, of those that were named; null if all of them are to be run as usual. */
export function keepOf(
  jobs: readonly Job[],
  { checkpoint, checkpointEvery, resume }: KeepRequest,
  sources: string,
  io: Io,
): { readonly job: Job; readonly keep: Keep } | null {
  const file = checkpoint ?? resume;
  if (file === undefined) return null;
  const kept = resume === undefined ? undefined : openCheckpoint(resume);
  const job = kept === undefined ? onlyOf(jobs) : keptJob(jobs, kept);
  const run = { spec: job.spec.name, variant: job.variant.name, model: job.model };
  const program: Program = { heddle: heddleVersion, sources };
  if (kept !== undefined) refuseForeign(kept, run, program);
  if (kept === undefined || resolve(file) !== resolve(kept.file)) preparePlace(file);
  // The line of progress stands there already.
  const tell = (what: string) =>
    io.stderr.write(`${io.stderr.isTerminal ? '\r\x1b[K' : ''}heddle: ${what}\n`);
  const keeping: Keeping = {
    file,
    every: checkpointEvery,
    run,
    program,
    onWritten: (written) => tell(wordsOf(written)),
    onFailure: tell,
  };
  return { job, keep: { checkpoint: keeping, ...(kept === undefined ? {} : { resume: kept }) } };
}

function onlyOf(jobs: readonly Job[]): Job {
  if (jobs.length === 1) return jobs[0]!;
  throw new UsageError(
    `--checkpoint keeps one job, and ${jobs.length} were named: name one variant and one memory model, as in ` +
      `${jobs[0]!.spec.name}/'${jobs[0]!.variant.name}' --model ${jobs[0]!.model}.`,
  );
}

function keptJob(jobs: readonly Job[], { file, summary }: Kept): Job {
  const { spec, variant, model } = summary.run;
  const name = `${spec}/${variant} (${model})`;
  const job = jobs.find((it) => jobName(it) === name);
  if (job !== undefined) return job;
  throw new UsageError(`${file} is of ${name}, which is none of the ${jobs.length} jobs that were named.`);
}

function wordsOf({ file, states, bytes, seconds }: Written): string {
  return `kept ${count(states)} states in ${file} (${memory(bytes)}, ${duration(seconds)})`;
}
