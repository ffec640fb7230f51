/** Many reports at a glance: how many agree with herd7, and everything that does not. */
import { basename } from 'node:path';
import type { Report } from '../../model/litmus/examine.ts';
import type { Answer, Comparison, Expected } from '../../model/litmus/verdicts.ts';
import { compare } from '../../model/litmus/verdicts.ts';
import type { MemoryModel } from '../../model/machine.ts';
import type { Verdicts } from './files.ts';
import { whyStronger } from './reasons.ts';

/** A file with what is said of it. */
export interface Examined {
  readonly file: string;
  readonly report: Report;
}

/** What becomes of a file in a summary. */
export type Fate = Comparison | 'unsupported' | 'incomplete' | 'answered';

/** `verdicts` null: nothing is compared. */
export function fateOf({ file, report }: Examined, verdicts: Verdicts | null, model: MemoryModel): Fate {
  if (report.kind !== 'answered') return report.kind;
  const expected = verdicts?.(file);
  return (expected && compare(expected, answerOf(report), model)) ?? 'answered';
}

const answerOf = (report: Extract<Report, { kind: 'answered' }>): Answer => ({
  observation: report.observation,
  outcomes: report.outcomes.length,
});

const WORDS: Readonly<Record<Fate, string>> = {
  agreed: 'agreed',
  stronger: 'stronger (a weaker model allows what is forbidden here)',
  disagreed: 'disagreed',
  answered: 'without a verdict to compare with',
  incomplete: 'incomplete',
  unsupported: 'unsupported',
};

/** What a run took: by the clock, and of all processors. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Starts to measure; what it gives says what it took so far. */
export function stopwatch(now: () => number = () => performance.now()): () => Cost {
  const [start, cpu] = [now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

export function summaryText(
  examined: readonly Examined[],
  verdicts: Verdicts | null,
  model: MemoryModel,
  { seconds, cpuSeconds }: Cost,
): string {
  const fates = new Map<Fate, Examined[]>();
  for (const one of examined) {
    const fate = fateOf(one, verdicts, model);
    fates.set(fate, [...(fates.get(fate) ?? []), one]);
  }
  const of = (fate: Fate): readonly Examined[] => fates.get(fate) ?? [];
  const order = (Object.keys(WORDS) as Fate[]).filter((fate) => of(fate).length > 0);
  const states = examined.reduce(
    (sum, { report }) => sum + (report.kind === 'answered' ? report.states : 0),
    0,
  );
  const answered = verdicts === null ? 'answered' : WORDS.answered;
  return [
    `${examined.length} tests under ${model}: ${order
      .map((fate) => `${of(fate).length} ${fate === 'answered' ? answered : WORDS[fate]}`)
      .join(', ')}; ${states} states, ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU)`,
    ...of('disagreed').flatMap((one) => disagreement(one, verdicts?.(one.file), model)),
    ...of('incomplete').map(
      ({ file, report }) => `  incomplete: ${file}: ${'why' in report ? report.why : ''}`,
    ),
    ...byReason(of('unsupported')),
    ...(model === 'armv8' && verdicts !== null ? compared(examined, of('stronger'), verdicts) : []),
    '',
  ].join('\n');
}

function disagreement(
  { file, report }: Examined,
  expected: Expected | undefined,
  model: MemoryModel,
): readonly string[] {
  if (report.kind !== 'answered' || expected === undefined) return [];
  const [name, herd] =
    expected.armv8.length > 0 ? (['armv8', expected.armv8] as const) : (['lkmm', expected.lkmm] as const);
  const show = ({ observation, outcomes }: Answer): string => `${observation} with ${outcomes} outcomes`;
  return [
    `  disagreed: ${file}: herd7 (${name}) ${herd.map(show).join(' or ')}, here (${model}) ${show(answerOf(report))}:`,
    ...report.outcomes.map((outcome) => `    ${outcome}`),
  ];
}

/** How Armv8 relates to the kernel's memory model: it forbids whatever that forbids, and more for reasons. */
function compared(
  examined: readonly Examined[],
  stronger: readonly Examined[],
  verdicts: Verdicts,
): readonly string[] {
  const forbidden = examined.filter(({ file, report }) => {
    const lkmm = verdicts(file)?.lkmm ?? [];
    return report.kind === 'answered' && lkmm.length > 0 && lkmm.every((a) => a.observation === 'Never');
  });
  const allowed = forbidden.filter(({ report }) => 'observation' in report && report.observation !== 'Never');
  const reasons = new Map<string, string[]>();
  for (const { file } of stronger) {
    const why = whyStronger(file, verdicts(file)!.lkmm);
    reasons.set(why, [...(reasons.get(why) ?? []), basename(file, '.litmus')]);
  }
  return [
    ...(forbidden.length === 0
      ? []
      : [`  forbidden by the LKMM: ${forbidden.length}, of which here allowed: ${allowed.length}`]),
    ...allowed.map(({ file }) => `    ${file}`),
    ...[...reasons]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([why, names]) => `  stronger: ${names.length} because ${why}: ${names.join(', ')}`),
  ];
}

function byReason(examined: readonly Examined[]): readonly string[] {
  const files = new Map<string, string[]>();
  for (const { file, report } of examined) {
    if (report.kind === 'unsupported') files.set(report.reason, [...(files.get(report.reason) ?? []), file]);
  }
  return [...files]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, names]) => `  unsupported: ${names.length} for ${reason}: ${few(names)}`);
}

const few = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, ...`;

/** The tests that took longest, with their states. */
export function slowest(examined: readonly Examined[], count: number): string {
  const timed = examined.flatMap(({ file, report }) =>
    report.kind === 'unsupported'
      ? []
      : [{ file, seconds: report.seconds, states: 'states' in report ? report.states : '?' }],
  );
  const first = timed.sort((a, b) => b.seconds - a.seconds).slice(0, count);
  return [
    `the slowest ${first.length}:`,
    ...first.map(({ file, seconds, states }) => `  ${seconds.toFixed(2)} s, ${states} states: ${file}`),
  ].join('\n');
}
