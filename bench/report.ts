/** The bench's results as a Markdown document. */
import { count, memory, rate } from '../checker/report/numbers.ts';
import type { Result } from './contest.ts';
import { describe, type Subject } from './subject.ts';
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

- CPU and wall: medians of ${runs} runs, by turns (naive twin: 1), of a whole process as bash's \`time\` counts it. For heddle
  that is Node with tsx, start-up included; for SPIN the built verifier (\`gcc -O2 -DSAFETY\`), and in the last row all of it.
- exploring: CPU seconds of that without start-up.
- states/s, transitions/s: by the CPU time of the whole process.
- bytes/state: what heddle's visited set, parents and tables hold; SPIN's states and hash table.
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

export const head = [
  'who',
  'CPU s',
  'wall s',
  'exploring',
  'CPU / heddle',
  'states/s',
  'transitions/s',
  'bytes/state',
  'memo hits',
  'slow code',
  'peak memory',
] as const;

/** One subject's heading and table. */
export function section(subject: Subject, results: readonly Result[]): string {
  const heddle = results[0]!;
  const { states, transitions } = heddle.found[0]!;
  const title = `### ${describe(subject)}: ${count(states)} states, ${count(transitions)} transitions`;
  return `${title}\n\n${table(head, rows(results, heddle))}\n`;
}

function rows(results: readonly Result[], heddle: Result): Rows {
  const ran = results.map((it) => row(it, it.name, it.cpu, it.wall, heddle.cpu));
  const best = results.filter(({ built }) => built !== null).toSorted((a, b) => a.cpu - b.cpu)[0];
  if (best?.built == null) return ran;
  const { cpu, wall } = best.built;
  const whole = row(
    best,
    'the faster SPIN, spin -a and gcc included',
    best.cpu + cpu,
    best.wall + wall,
    heddle.cpu,
  );
  return [...ran, whole];
}

function row(
  { found }: Result,
  name: string,
  cpu: number,
  wall: number,
  heddleCpu: number,
): readonly string[] {
  const { states, transitions, bytes, memo, peak } = found[0]!;
  const exploring = found.flatMap((it) => it.exploring ?? []);
  const slow = found.flatMap((it) => it.memo?.slow ?? []);
  return [
    name,
    cpu.toFixed(2),
    wall.toFixed(2),
    exploring.length === 0 ? '' : median(exploring).toFixed(2),
    (cpu / heddleCpu).toFixed(2),
    rate(states, cpu),
    rate(transitions, cpu),
    bytes === null ? '' : count(bytes / states),
    memo === null ? '' : memo.hits.toFixed(5),
    slow.length === 0 ? '' : `${(100 * median(slow)).toFixed(0)} %`,
    memory(peak),
  ];
}
