/** What differs between two sets of what is known of jobs: a baseline and a run, or the results of two runs. */
import { type ExitCode, exitCode, mostSerious } from '../report/exit-code.ts';
import { count } from '../report/numbers.ts';
import { counted, type Known, nameOf } from './baseline.ts';

export interface Changes {
  /** Jobs whose verdict is another one. */
  readonly verdicts: readonly Changed[];
  /** Jobs of which only counts are others. */
  readonly counts: readonly Recounted[];
  /** Jobs that were not known, and jobs that are gone. */
  readonly added: readonly Known[];
  readonly gone: readonly Known[];
  /** Jobs that were compared and are as they were. */
  readonly same: number;
}

interface About {
  readonly name: string;
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
}

export interface Changed extends About {
  readonly before: string;
  readonly after: string;
}

export interface Recounted extends About {
  readonly differences: readonly { readonly what: string; readonly before: string; readonly after: string }[];
}

/** From `before` to `after`. `isGone` tells which of the jobs that `after` lacks are missed; those of which nothing was to
 *  be found out are not. */
export function changesOf(
  before: readonly Known[],
  after: readonly Known[],
  isGone: (job: Known) => boolean = () => true,
): Changes {
  const was = new Map(before.map((job) => [nameOf(job), job]));
  const is = new Map(after.map((job) => [nameOf(job), job]));
  const both = after.flatMap((job) => {
    const old = was.get(nameOf(job));
    return old === undefined ? [] : [[old, job] as const];
  });
  const verdicts = both
    .filter(([old, job]) => old.verdict !== job.verdict)
    .map(([old, job]) => ({ ...about(job), before: old.verdict, after: job.verdict }));
  const counts = both
    .filter(([old, job]) => old.verdict === job.verdict)
    .map(([old, job]) => ({ ...about(job), differences: differences(old, job) }))
    .filter((it) => it.differences.length > 0);
  return {
    verdicts,
    counts,
    added: after.filter((job) => !was.has(nameOf(job))),
    gone: before.filter((job) => !is.has(nameOf(job)) && isGone(job)),
    same: both.length - verdicts.length - counts.length,
  };
}

function about(job: Known): About {
  const { spec, variant, model } = job;
  return { name: nameOf(job), spec, variant, model };
}

function differences(before: Known, after: Known): Recounted['differences'] {
  if (before.search !== after.search) return [];
  return counted.flatMap((what) => {
    const [old, now] = [before[what], after[what]];
    if (old === undefined || now === undefined || String(old) === String(now)) return [];
    return [{ what, before: count(old), after: count(now) }];
  });
}

/** Whether nothing at all is to be told. */
export function isUnchanged({ verdicts, counts, added, gone }: Changes): boolean {
  return verdicts.length + counts.length + added.length + gone.length === 0;
}

/** The exit code that the changes deserve: a verdict that changed counts as one that was not expected, a job that is gone
 *  as one that is vacuous; counts and new jobs are told only. */
export function codeOfChanges({ verdicts, gone }: Changes): ExitCode {
  return mostSerious([
    ...verdicts.map(({ after }) => codeIfUnexpected(after)),
    ...gone.map(() => exitCode.vacuous),
  ]);
}

function codeIfUnexpected(verdict: string): ExitCode {
  const kind = verdict.split(':')[0] ?? '';
  const codes: Readonly<Record<string, ExitCode>> = {
    violated: exitCode.broken,
    deadlock: exitCode.deadlock,
    endless: exitCode.endless,
    incomplete: exitCode.incomplete,
    fault: exitCode.fault,
  };
  return codes[kind] ?? exitCode.vacuous;
}

/** So many lines of each kind are told; the rest is a number. */
const most = 20;

/** The changes in lines, the serious ones first; none if there are none. */
export function changeLines(changes: Changes): readonly string[] {
  const { verdicts, counts, added, gone } = changes;
  return [
    ...told('changed', verdicts, ({ name, before, after }) => `${name}: ${before} -> ${after}`),
    ...told('gone', gone, (job) => `${nameOf(job)}: ${job.verdict}`),
    ...told('added', added, (job) => `${nameOf(job)}: ${job.verdict}`),
    ...told('counts', counts, ({ name, differences: all }) => {
      return `${name}: ${all.map(({ what, before, after }) => `${what} ${before} -> ${after}`).join(', ')}`;
    }),
  ];
}

function told<T>(kind: string, all: readonly T[], words: (it: T) => string): readonly string[] {
  const lines = all.slice(0, most).map((it) => `${kind.padEnd(8)} ${words(it)}`);
  return all.length > most ? [...lines, `${kind.padEnd(8)} ... and ${all.length - most} more`] : lines;
}

/** The changes in one line: `baseline: 2 verdicts changed, 1 job gone, 440 as they were`. */
export function changeSummary({ verdicts, counts, added, gone, same }: Changes): string {
  const parts = [
    some(verdicts.length, 'verdict', 'changed'),
    some(gone.length, 'job', 'gone'),
    some(added.length, 'job', 'added'),
    some(counts.length, 'job', 'with other counts'),
    `${same} as ${same === 1 ? 'it was' : 'they were'}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function some(amount: number, noun: string, what: string): string {
  return amount === 0 ? '' : `${amount} ${noun}${amount === 1 ? '' : 's'} ${what}`;
}
