/** A case is a job as the gates' formats see it: made from one that was just run, or read back from an output folder.
 *  The formats are functions of cases, so that `heddle merge` writes what one long run would have written. */
import type { Effort, Trace } from '../outcome.ts';
import { type ExitCode, exitCode } from '../report/exit-code.ts';
import type { FinishedJob, Search } from '../report/job.ts';
import { type Run, writtenRun } from '../report/json.ts';
import { expectationWords } from '../report/judge.ts';
import { slug } from '../report/slug.ts';

export interface Case {
  readonly spec: string;
  readonly title: string;
  readonly run: Run;
  /** The counterexample, if the verdict has one. */
  readonly trace: Trace | null;
  /** What the run took; null if nobody has kept it. */
  readonly cost: Cost | null;
}

/** What depends on the clock and the machine, and is written to junit.xml only. */
export type Cost = Pick<Effort, 'seconds' | 'bytes' | 'slowCalls' | 'lookups'>;

/** A finished job as a case. */
export function caseOf(job: FinishedJob, search: Search): Case {
  const { spec, result } = job;
  const run = writtenRun(job, search);
  const base = { spec: spec.name, title: spec.title, run };
  if (result.kind !== 'outcome') return { ...base, trace: null, cost: null };
  const { verdict, effort } = result.outcome;
  const { seconds, bytes, slowCalls, lookups } = effort;
  return {
    ...base,
    trace: 'trace' in verdict ? verdict.trace : null,
    cost: { seconds, bytes, slowCalls, lookups },
  };
}

/** How messages call a case: `spec/variant (model)`. */
export function caseName({ spec, run }: Case): string {
  return `${spec}/${run.variant} (${run.model})`;
}

/** A name of the case without spaces: `spec/variant-in-short/model`. */
export function caseSlug({ spec, run }: Case): string {
  return `${spec}/${slug(run.variant)}/${slug(run.model)}`;
}

export function codeOf({ run }: Case): ExitCode {
  return run.exitCode as ExitCode;
}

export function isAsExpected(it: Case): boolean {
  return codeOf(it) === exitCode.asExpected;
}

/** Whether nobody has waited for a verdict. */
export function wasNotRun(it: Case): boolean {
  const { verdict } = it.run;
  return verdict.kind === 'incomplete' && verdict.bound === 'interrupted' && it.run.effort === undefined;
}

/** What came of the case in a few words, in the form of an expectation. */
export function foundWords(it: Case): string {
  const { verdict } = it.run;
  if (wasNotRun(it)) return 'not run';
  if (verdict.kind === 'fault') return 'model bug';
  if (verdict.kind === 'holds' && verdict.odds !== undefined)
    return `holds, odds ${verdict.odds.toExponential(1)}`;
  return verdict.kind === 'violated' ? `violated: ${verdict.invariant}` : verdict.kind;
}

export function expectedWords({ run }: Case): string {
  return expectationWords(run.expected);
}

/** Why the verdict is what it is, one sentence each; nothing for `holds`. */
export function reasonsOf({ run: { verdict } }: Case): readonly string[] {
  if (verdict.kind === 'holds') return [];
  if (verdict.kind === 'fault') return [verdict.message];
  return verdict.kind === 'vacuous' ? verdict.reasons : [verdict.why];
}

/** Cases by spec, in the order of first mention. */
export function bySpec(cases: readonly Case[]): readonly (readonly [string, readonly Case[]])[] {
  const specs = [...new Set(cases.map(({ spec }) => spec))];
  return specs.map((spec) => [spec, cases.filter((it) => it.spec === spec)] as const);
}
