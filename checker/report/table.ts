/** The verdict table: what was found against what was expected, one row per variant and memory model. */
import type { Effort, Outcome } from '../outcome.ts';
import { exitCode } from './exit-code.ts';
import { type Align, type GridCell, grid } from './grid.ts';
import { type FinishedJob, jobName, type Result } from './job.ts';
import { expectationWords, judgeJob, resultWords, verdictReasons } from './judge.ts';
import { count, duration, memory, rate } from './numbers.ts';
import type { Paint } from './paint.ts';

const align: readonly Align[] = [
  'left',
  'left',
  'left',
  'left',
  'left',
  'right',
  'right',
  'right',
  'right',
  'right',
];
const titles = [
  '',
  'variant',
  'model',
  'verdict',
  'expected',
  'states',
  'transitions',
  'states/s',
  'memory',
  'time',
];

/** What to say besides of a job that is not as expected. */
type Hints = (job: FinishedJob) => readonly string[];

/** The table and, below it, a sentence for each job that is not as expected. */
export function verdictTable(jobs: readonly FinishedJob[], paint: Paint, hints: Hints = () => []): string {
  const header = titles.map((text) => ({ text, paint: paint.faint }));
  const rows = jobs.map((job, i) => row(job, jobs[i - 1], paint));
  const [head = '', ...lines] = grid([header, ...rows], align);
  const body = lines.flatMap((line, i) => [...specTitle(jobs[i], jobs[i - 1], paint), line]);
  const surprises = jobs
    .filter((job) => judgeJob(job) !== exitCode.asExpected)
    .flatMap((job) => surprise(job, hints));
  const notes = [
    ...(jobs.some(isReduced) ? ['* of states that are alike by a symmetry one was counted'] : []),
    ...(jobs.some(hasOdds)
      ? [`odds: that states were missed because others had the same 64-bit fingerprint`]
      : []),
  ];
  return [
    head,
    ...body,
    ...notes,
    ...engines(jobs),
    ...(surprises.length > 0 ? ['', ...surprises] : []),
    '',
  ].join('\n');
}

function specTitle(
  job: FinishedJob | undefined,
  above: FinishedJob | undefined,
  paint: Paint,
): readonly string[] {
  return job === undefined || job.spec === above?.spec
    ? []
    : [paint.strong(`${job.spec.name}: ${job.spec.title}`)];
}

function row(job: FinishedJob, above: FinishedJob | undefined, paint: Paint): readonly GridCell[] {
  const good = judgeJob(job) === exitCode.asExpected;
  const tint = good ? paint.good : paint.bad;
  const repeated = job.variant === above?.variant && job.spec === above.spec;
  return [
    { text: good ? 'ok' : '!!', paint: tint },
    { text: repeated ? '' : job.variant.name },
    { text: job.model },
    { text: resultWords(job), paint: tint },
    good
      ? { text: 'as expected', paint: paint.faint }
      : { text: expectationWords(job.expected), paint: paint.bad },
    ...(job.result.kind === 'outcome' ? effortCells(job.result.outcome) : []),
  ];
}

/** Who found what, if it was not the explicit engine alone. */
function engines(jobs: readonly FinishedJob[]): readonly string[] {
  const used = (engine: Effort['engine']) =>
    jobs.filter(({ result }) => result.kind === 'outcome' && result.outcome.effort.engine === engine).length;
  const alone = used('symbolic');
  const both = used('symbolic, then explicit');
  if (alone + both === 0) return [];
  const traces =
    both === 0 ? '' : `; in ${both} of them the explicit engine found the trace, and the counts are its`;
  return [`engine: symbolic in ${alone + both} of ${jobs.length} jobs${traces}`];
}

const hasOdds = ({ result }: FinishedJob): boolean =>
  result.kind === 'outcome' &&
  result.outcome.verdict.kind === 'holds' &&
  result.outcome.verdict.odds !== undefined;

const isReduced = ({ result }: FinishedJob): boolean =>
  result.kind === 'outcome' && result.outcome.symmetry !== undefined;

function effortCells({ effort, symmetry }: Outcome): readonly GridCell[] {
  const { seconds, bytes } = effort;
  const { states, transitions } = effort.exactly ?? effort;
  const mark = symmetry === undefined ? '' : '*';
  const texts = [
    count(states) + mark,
    count(transitions),
    effort.engine === 'symbolic' ? '-' : rate(effort.states, seconds),
    memory(bytes),
    duration(seconds),
  ];
  return texts.map((text) => ({ text }));
}

/** What is not as expected, and why. */
function surprise(job: FinishedJob, hints: Hints): readonly string[] {
  const { result } = job;
  if (result.kind === 'not run') return [];
  const head = `${jobName(job)}: expected ${expectationWords(job.expected)}, found ${resultWords(job)}`;
  const reasons =
    result.kind === 'fault'
      ? [result.message]
      : [...verdictReasons(result.outcome.verdict), ...hints(job), ...coveredSoFar(result)];
  return [head, ...reasons.map((reason) => `    ${reason.replaceAll('\n', '\n    ')}`)];
}

/** How far an incomplete job came. */
function coveredSoFar({
  outcome,
  statements,
  witnesses,
}: Extract<Result, { kind: 'outcome' }>): readonly string[] {
  if (outcome.verdict.kind !== 'incomplete') return [];
  const { effort, covered, witnessesReached } = outcome;
  const executed = statements.filter(({ id }) => covered.includes(id)).length;
  return [
    `covered: ${extent(effort)}, ${executed} of ${statements.length} ` +
      `statements, ${witnessesReached.length} of ${witnesses.length} witnesses`,
  ];
}

function extent({ states, depth }: Effort): string {
  return depth === null ? 'states that were not counted' : `${count(states)} states to depth ${depth}`;
}

/** The last line of a run: `33 jobs: 33 as expected, in 12.3 s`. */
export function summary(jobs: readonly FinishedJob[], seconds: number, paint: Paint): string {
  const codes = jobs.map(judgeJob);
  const parts = summaryWords.flatMap(([code, words]) => {
    const amount = codes.filter((it) => it === code).length;
    return amount === 0 ? [] : [`${amount} ${words}`];
  });
  const tint = codes.every((code) => code === exitCode.asExpected) ? paint.good : paint.bad;
  return tint(
    `${jobs.length} job${jobs.length === 1 ? '' : 's'}: ${parts.join(', ')}; ${duration(seconds)} in all`,
  );
}

const summaryWords = [
  [exitCode.asExpected, 'as expected'],
  [exitCode.broken, 'broke an invariant unexpectedly'],
  [exitCode.deadlock, 'deadlocked unexpectedly'],
  [exitCode.endless, 'never ended unexpectedly'],
  [exitCode.vacuous, 'vacuous or without the expected violation'],
  [exitCode.incomplete, 'incomplete'],
  [exitCode.fault, 'failed with a model bug'],
  [exitCode.interrupted, 'interrupted or not run'],
] as const;
