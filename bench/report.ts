/** The bench's results as a Markdown document: words, and the tables on the same states. */
import { count, memory, rate } from '../checker/report/numbers.ts';
import type { Result } from './contest.ts';
import type { Explored } from './explored.ts';
import type { Entry } from './plan.ts';
import { describe } from './subject.ts';
import { median } from './timed.ts';

export type Rows = readonly (readonly string[])[];

/** Where and how the times were taken. */
export interface Setting {
  readonly date: string;
  readonly cores: number;
  readonly versions: readonly string[];
  /** Processes that wanted to run: the one-minute average before and after. */
  readonly load: readonly [before: number, after: number];
  readonly runs: number;
}

/** The first lines: what the columns mean, and what the times are worth. */
export function preface({ date, cores, versions, load, runs }: Setting): string {
  const [before, after] = load.map((it) => it.toFixed(1));
  return `# Bench

${date}, ${cores} cores, ${versions.join(', ')}. Load ${before} before and ${after} after. Above ${cores - 1} others were
running, wall times mean little and CPU times are too long, each contender's alike.

- CPU and wall: medians of ${runs} runs, by turns, of a whole process: heddle with Node's start-up, the others' verifiers
  without what it takes to make them, which is the column "build". At 10^7 states SPIN runs twice at most, without its
  reduction, which has nothing to reduce here; Rumur runs once there, and the naive twin and heddle with symmetry anywhere.
  Heddle's figures in the tables of growth and of symbols are those of the first table.
- SPIN: \`gcc -O2 -DSAFETY\`, a hash table of about a slot for each state, nothing hashed away. Rumur: \`gcc -O3
  -march=native\`, one thread, no symmetry reduction. Both on models of ours with the same states as heddle's.
- TLC: quoted, not run here: one worker on a TLA+ version of the model with the same states, on a quiet machine of two
  cores.
- exploring: CPU seconds without start-up. states/s, transitions/s: by the CPU time of the whole process.
- bytes/state: what heddle's visited set, parents and tables hold; SPIN's states and hash table. peak: of the process.
- memo hits: look-ups answered without the model. slow code: share of the exploration's wall time in the model's functions.
`;
}

/** A Markdown table, padded so that it can be read as it is; the first column is text, the others are numbers. */
export function table(head: readonly string[], rows: Rows): string {
  const widths = head.map((text, c) => Math.max(text.length, 3, ...rows.map((row) => row[c]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (row: readonly string[]): string =>
    line(row.map((text, c) => (c === 0 ? text.padEnd(widths[c]!) : text.padStart(widths[c]!))));
  const rule = line(widths.map((width, c) => (c === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [padded(head), rule, ...rows.map(padded)].join('\n');
}

/** What one contest brought; the first result is heddle's. */
export interface Held {
  readonly entry: Entry;
  readonly results: readonly Result[];
}

const summaryHead = [
  'size',
  'states',
  'heddle, CPU s',
  'SPIN',
  'heddle/SPIN',
  'Rumur',
  'heddle/Rumur',
  'TLC, quoted',
  'heddle/TLC',
  'bytes/state',
  'peak/state',
] as const;

/** Heddle against the others, a row for each size: SPIN by its better kind, and nothing else added to anybody. */
export function summary(held: readonly Held[]): string {
  const rows = held.map(({ entry: { subject, tlc }, results }) => {
    const [heddle] = results;
    const first = heddle!.found[0]!;
    const ratio = (other: number | null): string => (other === null ? '' : (heddle!.cpu / other).toFixed(2));
    const seconds = (value: number | null): string => value?.toFixed(2) ?? '';
    const fastest = (tool: string): number | null => {
      const times = results.filter(({ peer }) => peer?.is.tools.includes(tool)).map(({ cpu }) => cpu);
      return times.length === 0 ? null : Math.min(...times);
    };
    const [spin, rumur] = [fastest('spin'), fastest('rumur')];
    const [theirs, ours] = [[spin, rumur, tlc].map(seconds), [spin, rumur, tlc].map(ratio)];
    return [
      describe(subject),
      count(first.states),
      seconds(heddle!.cpu),
      ...theirs.flatMap((time, i) => [time, ours[i]!]),
      bytesPerState(first),
      peakPerState(heddle!),
    ];
  });
  return `${table(summaryHead, rows)}\n`;
}

export const head = [
  'who',
  'CPU s',
  'wall s',
  'build',
  'exploring',
  'CPU / heddle',
  'states/s',
  'transitions/s',
  'bytes/state',
  'peak',
  'memo hits',
  'slow code',
] as const;

/** One subject's heading and table. */
export function section({ entry: { subject }, results }: Held): string {
  const heddle = results[0]!;
  const { states, transitions } = heddle.found[0]!;
  const title = `### ${describe(subject)}: ${count(states)} states, ${count(transitions ?? 0)} transitions`;
  return `${title}\n\n${table(
    head,
    results.map((it) => row(it, heddle)),
  )}\n`;
}

function row({ name, found, cpu, wall, peak, peer }: Result, heddle: Result): readonly string[] {
  const { states, transitions } = found[0]!;
  const exploring = found.flatMap((it) => it.exploring ?? []);
  return [
    name,
    cpu.toFixed(2),
    wall.toFixed(2),
    peer?.built.cpu.toFixed(2) ?? '',
    exploring.length === 0 ? '' : median(exploring).toFixed(2),
    (cpu / heddle.cpu).toFixed(2),
    rate(states, cpu),
    transitions === null ? '' : rate(transitions, cpu),
    bytesPerState(found[0]!),
    peak === null ? '' : memory(peak),
    ...memoOf(found),
  ];
}

/** Only where the states are most of what a process has. */
export function peakPerState({ peak, found }: Result): string {
  const { states } = found[0]!;
  return peak === null || states < 500_000 ? '' : count(peak / states);
}

export function bytesPerState({ bytes, states }: Explored): string {
  return bytes === null ? '' : count(bytes / states);
}

/** Hits and the share of slow code. */
export function memoOf(found: readonly Explored[]): readonly [string, string] {
  const memos = found.flatMap(({ memo }) => memo ?? []);
  if (memos.length === 0) return ['', ''];
  return [memos[0]!.hits.toFixed(5), `${(100 * median(memos.map(({ slow }) => slow))).toFixed(0)} %`];
}
