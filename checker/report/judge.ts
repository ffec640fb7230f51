/** Compares what was found with what was expected. */
import { match, P } from 'ts-pattern';
import type { Verdict } from '../outcome.ts';
import type { Expectation } from '../spec.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { type FinishedJob, wasInterrupted } from './job.ts';

/** The exit code that `verdict` deserves where `expected` was expected. */
export function judge(expected: Expectation, verdict: Verdict): ExitCode {
  return match([expected, verdict] as const)
    .returnType<ExitCode>()
    .with([P._, { kind: 'incomplete', bound: 'interrupted' }], () => exitCode.interrupted)
    .with([P._, { kind: 'incomplete' }], () => exitCode.incomplete)
    .with([P._, { kind: 'vacuous' }], () => exitCode.vacuous)
    .with([{ kind: 'holds' }, { kind: 'holds' }], () => exitCode.asExpected)
    .with([{ kind: 'deadlock' }, { kind: 'deadlock' }], () => exitCode.asExpected)
    .with([{ kind: 'endless' }, { kind: 'endless' }], () => exitCode.asExpected)
    .with([{ kind: 'violated' }, { kind: 'violated' }], ([{ by }, { invariant }]) =>
      by === invariant ? exitCode.asExpected : exitCode.broken,
    )
    .with([P._, { kind: 'violated' }], () => exitCode.broken)
    .with([P._, { kind: 'deadlock' }], () => exitCode.deadlock)
    .with([P._, { kind: 'endless' }], () => exitCode.endless)
    .with([P._, { kind: 'holds' }], () => exitCode.vacuous)
    .exhaustive();
}

/** The exit code that a finished job deserves. */
export function judgeJob(job: FinishedJob): ExitCode {
  if (wasInterrupted(job)) return exitCode.interrupted;
  return job.result.kind === 'outcome' ? judge(job.expected, job.result.outcome.verdict) : exitCode.fault;
}

/** An expectation in a few words, as tables show it. */
export function expectationWords(expected: Expectation): string {
  return expected.kind === 'violated' ? `violated: ${expected.by}` : expected.kind;
}

/** A verdict in a few words, in the same form as an expectation. */
export function verdictWords(verdict: Verdict): string {
  if (verdict.kind === 'holds' && verdict.odds !== undefined)
    return `holds, odds ${verdict.odds.toExponential(1)}`;
  return verdict.kind === 'violated' ? `violated: ${verdict.invariant}` : verdict.kind;
}

/** What came of a job in a few words. */
export function resultWords({ result }: FinishedJob): string {
  if (result.kind === 'outcome') return verdictWords(result.outcome.verdict);
  return result.kind === 'fault' ? 'model bug' : 'not run';
}

/** Why the verdict is what it is, one sentence each; nothing for `holds`. */
export function verdictReasons(verdict: Verdict): readonly string[] {
  if (verdict.kind === 'holds') return [];
  return verdict.kind === 'vacuous' ? verdict.reasons : [verdict.why];
}
