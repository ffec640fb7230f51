/** `heddle check`: runs the jobs, prints counterexamples, the table and the summary, and writes the files. */
import { type Known, knownOf, nameOf } from '../gate/baseline.ts';
import { type Case, caseOf } from '../gate/case.ts';
import { type Changes, changesOf, codeOfChanges } from '../gate/changes.ts';
import { gateFiles } from '../gate/files.ts';
import { junitText } from '../gate/junit.ts';
import { type Locate, nowhere } from '../gate/locate.ts';
import { jobsOfShard, shardText } from '../gate/shard.ts';
import { coverageText } from '../report/coverage-text.ts';
import { type ExitCode, exitCode, mostSerious } from '../report/exit-code.ts';
import { prepareFolder } from '../report/folder.ts';
import { type FinishedJob, type Job, jobName, type Search, wasInterrupted } from '../report/job.ts';
import { judgeJob } from '../report/judge.ts';
import { junitFile, shardFile, traceFile } from '../report/names.ts';
import { paintFor } from '../report/paint.ts';
import { hints } from '../report/place-of-statement.ts';
import { summary, verdictTable } from '../report/table.ts';
import { traceText } from '../report/trace-text.ts';
import type { Spec } from '../spec.ts';
import { readBaseline } from './baseline-file.ts';
import type { CiRequest } from './ci-options.ts';
import { traceOf, traceTitle } from './counterexample.ts';
import type { Engine } from './engine.ts';
import { changesText, formatted, tellGithub } from './gate-output.ts';
import { type Io, untilInterrupted } from './io.ts';
import { type Keep, type KeepRequest, keepOf } from './keep.ts';
import { type Output, type OutputFile, output } from './output.ts';
import { noProgress, plainProgress, progressLine } from './progress.ts';
import { runJobs } from './run-jobs.ts';
import { selectJobs } from './select.ts';

/** Which counterexamples are printed; all of them are in files. `auto`: all if few jobs were asked for. */
export type ShownTraces = 'auto' | 'all' | 'unexpected' | 'none';

export interface CheckRequest extends Search, CiRequest {
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
  const { selectors, model } = request;
  const known = request.baseline === null ? null : readBaseline(request.baseline);
  const all = selectJobs(specs, selectors, model);
  const named = request.shard === null ? all : jobsOfShard(all, request.shard, known ?? []);
  const kept = keepOf(named, request.keeping, engine.sources?.() ?? 'unknown', io);
  const jobs = kept === null ? named : [kept.job];
  prepareFolder(request.out);
  const started = io.now();
  const files = output(request.out, request);
  const finished = await untilInterrupted(io, (signal) => {
    return runAll(
      jobs,
      { ...request, ...(kept === null ? {} : { keep: kept.keep }) },
      io,
      engine,
      files,
      signal,
    );
  });
  const cases = finished.map((job) => caseOf(job, request));
  const changes = known === null ? null : changesSince(known, cases, all, request);
  const locate = (request.ci || request.format === 'sarif' ? engine.locate?.() : null) ?? nowhere;
  const paint = paintFor(io.stdout.isTerminal && !request.ci, io.env);
  files.finish(filesOf(cases, all, request, locate, changes));
  const failed = request.ci ? tellGithub(cases, locate, changes, io) : null;
  if (request.format === 'table') {
    if (request.coverage) for (const job of finished) io.stdout.write(`${coverageText(job)}\n`);
    const told = changes === null ? '' : changesText(changes, request.baseline!);
    io.stdout.write(`${verdictTable(finished, paint, hints)}\n${whereFilesAre(finished, request)}\n${told}`);
  } else {
    io.stdout.write(formatted(request.format, cases, locate, changes, request.traces === 'all'));
  }
  explainFaults(finished, [...files.failures(), ...(failed === null ? [] : [failed])], io);
  if (request.format === 'table')
    io.stdout.write(`${summary(finished, (io.now() - started) / 1000, paint)}\n`);
  return mostSerious([
    ...finished.map(judgeJob),
    ...(changes === null ? [] : [codeOfChanges(changes)]),
    ...files.failures().map(() => exitCode.usage),
  ]);
}

/** What is gone is what the specs asked for do not declare any more. A part of a run does not know; the whole does. */
function changesSince(
  known: readonly Known[],
  cases: readonly Case[],
  all: readonly Job[],
  { selectors, model, shard }: CheckRequest,
): Changes {
  const declared = new Set(all.map(jobName));
  const specs = new Set(all.map(({ spec }) => spec.name));
  const isWhole = selectors.every((selector) => !selector.includes('/'));
  return changesOf(known, knownOf(cases), (job) => {
    const isAskedFor =
      (selectors.length === 0 || specs.has(job.spec)) && (model === 'all' || job.model === model);
    return shard === null && isWhole && isAskedFor && !declared.has(nameOf(job));
  });
}

function filesOf(
  cases: readonly Case[],
  all: readonly Job[],
  { ci, shard }: CheckRequest,
  locate: Locate,
  changes: Changes | null,
): readonly OutputFile[] {
  return [
    ...(ci ? gateFiles(cases, locate, changes) : [{ name: junitFile, text: junitText(cases) }]),
    ...(shard === null ? [] : [{ name: shardFile, text: shardText(shard, all, cases) }]),
  ];
}

function runAll(
  jobs: readonly Job[],
  request: CheckRequest & { readonly keep?: Keep },
  io: Io,
  engine: Engine,
  files: Output,
  signal: AbortSignal,
): Promise<readonly FinishedJob[]> {
  /** What is in no file is at least to be read here. */
  const unkept = new Set<FinishedJob>();
  const finished = (job: FinishedJob) => {
    const isLost = unkept.has(job) && request.format === 'table';
    if (isLost || isShown(job, request, jobs.length)) printTrace(job, io);
  };
  const others = Math.min(request.jobs, jobs.length) - 1;
  const progress = request.ci ? noProgress : progressLine(io.stderr);
  const count = request.ci ? plainProgress(io, jobs.length) : () => {};
  const { keep } = request;
  return runJobs(jobs, {
    engine,
    search: request,
    signal,
    progress,
    found: (job) => {
      if (!files.add(job)) unkept.add(job);
      count();
    },
    finished,
    others: others > 0 ? (engine.runner?.(others) ?? null) : null,
    ...(keep === undefined ? {} : { keep }),
    ...(request.profile && request.format === 'table'
      ? { profiled: (text: string) => void io.stdout.write(`${text}\n`) }
      : {}),
  });
}

function isShown(job: FinishedJob, { traces, ci, format }: CheckRequest, jobs: number): boolean {
  if (format !== 'table') return false;
  if (traces === 'all' || traces === 'none') return traces === 'all';
  return (traces === 'auto' && jobs <= few && !ci) || judgeJob(job) !== exitCode.asExpected;
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

function explainFaults(finished: readonly FinishedJob[], failures: readonly string[], io: Io): void {
  if (finished.some(wasInterrupted))
    io.stderr.write('heddle: interrupted; the table shows what was covered\n');
  for (const failure of failures) io.stderr.write(`heddle: ${failure}\n`);
  if (io.env.HEDDLE_DEBUG !== '1') return;
  for (const { result } of finished) if (result.kind === 'fault') io.stderr.write(`${result.stack}\n`);
}
