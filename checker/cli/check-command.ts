/** `heddle check`: runs the jobs, prints counterexamples, the table and the summary, and writes the files. */
import { type ExitCode, exitCode, mostSerious } from '../report/exit-code.ts';
import { prepareFolder } from '../report/folder.ts';
import { type FinishedJob, type Job, type Search, wasInterrupted } from '../report/job.ts';
import { judgeJob } from '../report/judge.ts';
import { traceFile } from '../report/names.ts';
import { paintFor } from '../report/paint.ts';
import { summary, verdictTable } from '../report/table.ts';
import { traceText } from '../report/trace-text.ts';
import type { Spec } from '../spec.ts';
import { traceOf, traceTitle } from './counterexample.ts';
import type { Engine } from './engine.ts';
import type { Io } from './io.ts';
import { type Keep, type KeepRequest, keepOf } from './keep.ts';
import { type Output, output } from './output.ts';
import { progressLine } from './progress.ts';
import { runJobs } from './run-jobs.ts';
import { selectJobs } from './select.ts';

/** Which counterexamples are printed; all of them are in files. `auto`: all if few jobs were asked for. */
export type ShownTraces = 'auto' | 'all' | 'unexpected' | 'none';

export interface CheckRequest extends Search {
  readonly selectors: readonly string[];
  readonly model: string;
  readonly out: string;
  readonly traces: ShownTraces;
  /** Whether a profile of each job is printed. */
  readonly profile?: boolean;
  readonly keeping: KeepRequest;
  /** How many jobs run at once. */
  readonly jobs: number;
}

/** So few jobs that whoever asked for them wants to see every counterexample. */
const few = 3;

/** Runs the command; everything that the user may have got wrong is found before the first job. */
export async function checkCommand(
  specs: readonly Spec[],
  request: CheckRequest,
  io: Io,
  engine: Engine,
): Promise<ExitCode> {
  const named = selectJobs(specs, request.selectors, request.model);
  const kept = keepOf(named, request.keeping, engine.sources?.() ?? 'unknown', io);
  const jobs = kept === null ? named : [kept.job];
  prepareFolder(request.out);
  const started = io.now();
  const files = output(request.out, request);
  const finished = await withInterrupts(io, (signal) => {
    return runAll(
      jobs,
      { ...request, ...(kept === null ? {} : { keep: kept.keep }) },
      io,
      engine,
      files,
      signal,
    );
  });
  files.finish(finished);
  const paint = paintFor(io.stdout.isTerminal, io.env);
  io.stdout.write(`${verdictTable(finished, paint)}\n${whereFilesAre(finished, request)}\n`);
  explainFaults(finished, files, io);
  io.stdout.write(`${summary(finished, (io.now() - started) / 1000, paint)}\n`);
  return mostSerious([...finished.map(judgeJob), ...files.failures().map(() => exitCode.usage)]);
}

async function withInterrupts<T>(io: Io, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = io.onInterrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}

function runAll(
  jobs: readonly Job[],
  request: CheckRequest & { readonly keep?: Keep },
  io: Io,
  engine: Engine,
  files: Output,
  signal: AbortSignal,
): Promise<readonly FinishedJob[]> {
  const finished = (job: FinishedJob) => {
    if (isShown(job, request.traces, jobs.length)) printTrace(job, io);
  };
  const others = Math.min(request.jobs, jobs.length) - 1;
  const progress = progressLine(io.stderr);
  const { keep } = request;
  return runJobs(jobs, {
    engine,
    search: request,
    signal,
    progress,
    found: (job) => files.add(job),
    finished,
    others: others > 0 ? (engine.runner?.(others) ?? null) : null,
    ...(keep === undefined ? {} : { keep }),
    ...(request.profile ? { profiled: (text: string) => void io.stdout.write(`${text}\n`) } : {}),
  });
}

function isShown(job: FinishedJob, traces: ShownTraces, jobs: number): boolean {
  if (traces === 'all' || traces === 'none') return traces === 'all';
  return (traces === 'auto' && jobs <= few) || judgeJob(job) !== exitCode.asExpected;
}

function printTrace(job: FinishedJob, io: Io): void {
  const trace = traceOf(job);
  if (trace !== null) io.stdout.write(`${traceText(trace, traceTitle(job))}\n`);
}

function whereFilesAre(finished: readonly FinishedJob[], { out }: CheckRequest): string {
  const withTrace = finished.find((job) => traceOf(job) !== null);
  const folder = out.replace(/\/+$/, '');
  const traces = withTrace ? `; replay one: heddle trace '${folder}/${traceFile(withTrace)}.json'` : '';
  return `Written to ${folder}/${traces}`;
}

function explainFaults(finished: readonly FinishedJob[], files: Output, io: Io): void {
  if (finished.some(wasInterrupted))
    io.stderr.write('heddle: interrupted; the table shows what was covered\n');
  for (const failure of files.failures()) io.stderr.write(`heddle: ${failure}\n`);
  if (io.env.HEDDLE_DEBUG !== '1') return;
  for (const { result } of finished) if (result.kind === 'fault') io.stderr.write(`${result.stack}\n`);
}
