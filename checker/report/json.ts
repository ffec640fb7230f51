/** `<spec>.json`: what the runs of a spec found. results/README.md documents it; change both together. */
import { misfit } from '../files/shape.ts';
import type { Effort, Occurred, Outcome, Verdict } from '../outcome.ts';
import type { Expectation, Spec } from '../spec.ts';
import type { Statement } from '../system.ts';
import type { FinishedJob, Search } from './job.ts';
import { judgeJob } from './judge.ts';
import { at, Common } from './lists.ts';
import { traceFile } from './names.ts';
import { sharedShape, writtenRunShape } from './result-shape.ts';
import { heddleVersion } from './version.ts';

/** Goes up when a field changes its meaning or goes away. */
export const resultSchema = 1;

/** A verdict as it is written: the trace is a file of its own. */
export type WrittenVerdict =
  | Exclude<Verdict, { readonly trace: unknown }>
  | { readonly kind: 'violated'; readonly invariant: string; readonly why: string; readonly trace: string }
  | { readonly kind: 'deadlock' | 'endless'; readonly why: string; readonly trace: string }
  | { readonly kind: 'fault'; readonly message: string };

/** One job. Nothing in it depends on the clock or the machine, so that a run that finds the same writes the same. */
export interface WrittenRun {
  readonly variant: string;
  readonly about: string;
  readonly model: string;
  /** Absent: the explicit engine. */
  readonly engine?: Effort['engine'];
  readonly search: Search['search'];
  readonly maxStates: number | null;
  readonly memoryLimit?: number;
  readonly workers?: number;
  readonly fingerprintSeed?: number;
  readonly random?: Search['random'];
  readonly expected: Expectation;
  readonly verdict: WrittenVerdict;
  /** The exit code that this run alone would have. */
  readonly exitCode: number;
  readonly effort?: {
    readonly states: number;
    readonly transitions: number;
    readonly exactly?: Effort['exactly'];
    /** Null if the engine does not know it. */
    readonly depth: number | null;
    readonly values: Readonly<Record<string, number>>;
  };
  readonly coverage?: {
    readonly statements: number;
    readonly executed: number;
    readonly missed: readonly Statement[];
    /** All statements: their places in the file's `statements`, as `0-4 7`. Those not missed were executed. */
    readonly of?: string;
    /** Reorderings that occurred: their places in the file's `reorderings`. Absent: none. */
    readonly reorderings?: string;
  };
  readonly witnesses?: { readonly reached: readonly string[]; readonly missed: readonly string[] };
  readonly symmetry?: Outcome['symmetry'];
}

export interface WrittenResults {
  readonly schema: typeof resultSchema;
  readonly heddle: string;
  readonly spec: string;
  readonly title: string;
  readonly source: string;
  readonly runs: readonly WrittenRun[];
  /** What the runs' `coverage.of` and `.reorderings` name places in. */
  readonly statements?: readonly Statement[];
  readonly reorderings?: readonly Occurred[];
}

/** A run with what others share in its file. */
export interface Run extends WrittenRun {
  readonly all?: readonly Statement[];
  readonly occurred?: readonly Occurred[];
}

/** A finished job as it is written. */
export function writtenRun(
  job: FinishedJob,
  { search, maxStates, memoryLimit, workers, fingerprintSeed, random }: Search,
): Run {
  const { variant, model, expected } = job;
  const verdict = writtenVerdict(job);
  const bounds = {
    search,
    maxStates,
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(workers === undefined ? {} : { workers }),
    ...(fingerprintSeed === undefined ? {} : { fingerprintSeed }),
    ...(random === undefined ? {} : { random }),
  };
  const engine = job.result.kind === 'outcome' ? job.result.outcome.effort.engine : undefined;
  const how = engine === undefined ? bounds : { engine, ...bounds };
  const about = { variant: variant.name, about: variant.about, model, ...how, expected };
  const { result } = job;
  const shared =
    result.kind === 'outcome' ? { all: result.statements, occurred: result.outcome.reorderings ?? [] } : {};
  return { ...about, verdict, exitCode: judgeJob(job), ...findings(job), ...shared };
}

function writtenVerdict(job: FinishedJob): WrittenVerdict {
  const { result } = job;
  if (result.kind === 'fault') return { kind: 'fault', message: result.message };
  if (result.kind === 'not run') return { kind: 'incomplete', bound: 'interrupted', why: 'not run' };
  const { verdict } = result.outcome;
  return 'trace' in verdict ? { ...verdict, trace: `${traceFile(job)}.json` } : verdict;
}

function findings({
  result,
}: FinishedJob): Pick<WrittenRun, 'effort' | 'coverage' | 'witnesses' | 'symmetry'> {
  if (result.kind !== 'outcome') return {};
  const { effort, covered, witnessesReached, symmetry } = result.outcome;
  const { states, transitions, exactly, depth, values } = effort;
  const missed = result.statements.filter(({ id }) => !covered.includes(id));
  const { length } = result.statements;
  return {
    effort: { states, transitions, ...(exactly === undefined ? {} : { exactly }), depth, values },
    coverage: { statements: length, executed: length - missed.length, missed },
    witnesses: {
      reached: witnessesReached,
      missed: result.witnesses.filter((name) => !witnessesReached.includes(name)),
    },
    ...(symmetry === undefined ? {} : { symmetry }),
  };
}

/** The text of `<spec>.json`: the runs in the spec's order, where `fresh` ones replace `earlier` ones of the same
 *  variant and model. Earlier ones that the spec no longer has are dropped. */
export function resultsText(spec: Spec, fresh: readonly Run[], earlier: readonly Run[]): string {
  return textOf(spec, mergedRuns(spec, fresh, earlier));
}

/** The runs of that text. */
export function mergedRuns(spec: Spec, fresh: readonly Run[], earlier: readonly Run[]): readonly Run[] {
  const find = (runs: readonly Run[], variant: string, model: string) =>
    runs.filter((run) => run.variant === variant && run.model === model);
  return spec.variants.flatMap(({ name, expect }) =>
    Object.keys(expect).flatMap((model) =>
      [...find(fresh, name, model), ...find(earlier, name, model)].slice(0, 1),
    ),
  );
}

/** `<spec>.json` with these runs. */
export function textOf({ name, title, source }: Spec, runs: readonly Run[]): string {
  const [statements, reorderings] = [new Common<Statement>(), new Common<Occurred>()];
  const written = runs.map((run) => withPlaces(run, statements, reorderings));
  const results: WrittenResults = {
    schema: resultSchema,
    heddle: heddleVersion,
    spec: name,
    title,
    source,
    runs: written,
    ...(statements.all.length === 0 ? {} : { statements: statements.all }),
    ...(reorderings.all.length === 0 ? {} : { reorderings: reorderings.all }),
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}

/** The run as it is written, what it shares put into the common lists. */
function withPlaces(
  { all, occurred = [], ...run }: Run,
  statements: Common<Statement>,
  reorderings: Common<Occurred>,
): WrittenRun {
  const { coverage } = run;
  if (coverage === undefined || all === undefined) return run;
  const { statements: amount, executed, missed } = coverage;
  const places = occurred.length === 0 ? {} : { reorderings: reorderings.ranges(occurred) };
  return {
    ...run,
    coverage: { statements: amount, executed, missed, of: statements.ranges(all), ...places },
  };
}

/** A run of the file, with what it shares. */
export function withShared(run: WrittenRun, { statements, reorderings = [] }: WrittenResults): Run {
  const { of, reorderings: places = '' } = run.coverage ?? {};
  if (of === undefined || statements === undefined) return run;
  return { ...run, all: at(statements, of), occurred: at(reorderings, places) };
}

/** The runs in an earlier `<spec>.json`; none if it is not one of this schema and version, and none that somebody has
 *  changed into something else. */
export function earlierRuns(text: string): readonly Run[] {
  try {
    const results = JSON.parse(text) as Partial<WrittenResults> | null;
    const same = results?.schema === resultSchema && results.heddle === heddleVersion;
    if (!same || !Array.isArray(results.runs)) return [];
    const sound = misfit(sharedShape, results) === null;
    const runs = results.runs.filter((run) => misfit(writtenRunShape, run) === null);
    return sound ? runs.map((run) => withShared(run, results as WrittenResults)) : runs;
  } catch {
    return [];
  }
}
