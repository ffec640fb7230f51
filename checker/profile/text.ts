/** A profile as text of at most 100 columns. */
import { count, duration, memory } from '../report/numbers.ts';
import { advice } from './advice.ts';
import type { ComponentProfile, Profile } from './profile.ts';
import type { Tally } from './walk.ts';

const WIDTH = 98;
/** Rows of a table, of those that there may be dozens of. */
const ROWS = 8;
/** Components that multiply less than that are not shown one by one. */
const NEGLIGIBLE = 1.01;

export function profileText(profile: Profile, title: string): string {
  const sections = [
    overview(profile, title),
    componentTable(profile),
    makers(profile),
    agentTable(profile),
    slowTable(profile),
    distances(profile),
    help(profile),
  ];
  return `${sections.filter((it) => it !== '').join('\n\n')}\n`;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function overview({ effort, stopped, words, components, functions }: Profile, title: string): string {
  const { states, transitions, depth, seconds, bytes, slowCalls, lookups } = effort;
  const slow = functions.reduce((sum, it) => sum + it.seconds, 0);
  const needs = components.reduce((sum, { needs: bits }) => sum + bits, 0);
  return [
    `Profile of ${title}`,
    `  ${count(states)} states, ${count(transitions)} transitions, depth ${depth}, in ${duration(seconds)}` +
      ` and ${memory(bytes)} (${count(bytes / states)} bytes a state)`,
    `  a state needs ${needs} bits and has ${32 * words}`,
    `  the model ran ${count(slowCalls)} times for ${count(lookups)} look-ups (hit rate ` +
      `${(1 - slowCalls / lookups).toFixed(5)}), which took ${percent(slow / seconds)} of the time`,
    ...(stopped === null ? [] : wrapped(stopped, '  ')),
  ].join('\n');
}

function componentTable({ components, constants }: Profile): string {
  const shown = components.filter(({ factor }) => factor >= NEGLIGIBLE).slice(0, ROWS);
  const rest = components.length - shown.length;
  const rows = shown.map((it) => [
    it.name,
    count(it.values),
    String(it.needs),
    `${it.factor.toFixed(2)}x`,
    fieldsOf(it),
  ]);
  const others = [
    ...(rest > 0 ? [`${rest} more multiply less`] : []),
    ...(constants.length > 0 ? [`${constants.length} never change`] : []),
  ];
  return [
    'What multiplies: so many times fewer states without the component, or without a field of it',
    ...grid(['component', 'values', 'bits', 'states', 'fields'], rows, 'lrrrl'),
    ...(others.length > 0 ? [`  (${others.join(', ')})`] : []),
  ].join('\n');
}

function fieldsOf({ fields }: ComponentProfile): string {
  // A record tells enough of its own fields.
  const told = fields.filter(({ path, factor }) => factor >= NEGLIGIBLE && !path.includes('.')).slice(0, 4);
  return told.map(({ path, factor }) => `.${path} ${factor.toFixed(2)}x`).join(', ');
}

/** Of the components with most values: who made them first. */
function makers({ components }: Profile): string {
  const large = components
    .filter(({ values }) => values >= 16)
    .toSorted((a, b) => b.values - a.values)
    .slice(0, 3);
  if (large.length === 0) return '';
  const rows = large.flatMap(({ name, values, makers: made }) =>
    made.slice(0, 3).map(([who, n], i) => [i === 0 ? name : '', percent(n / values), who]),
  );
  return ['Who made the values', ...grid(['component', 'share', 'step or reaction'], rows, 'lrl')].join('\n');
}

function agentTable({ agents, steps, states, effort }: Profile): string {
  const row = ({ name, share, found, free }: Tally): readonly string[] => [
    percent(share),
    percent(found),
    free === null ? '' : percent(free),
    name,
  ];
  const head = ['transitions', 'new states', 'free', 'agent'];
  const sampled = states < effort.states ? `, from ${count(states)} states` : '';
  return [
    `Whose steps${sampled}; free: come to the same before and after any step of the others`,
    ...grid(head, agents.slice(0, ROWS).map(row), 'rrrl'),
    '',
    ...grid([...head.slice(0, 3), 'step'], steps.slice(0, ROWS).map(row), 'rrrl'),
  ].join('\n');
}

function slowTable({ functions }: Profile): string {
  const slow = functions.reduce((sum, it) => sum + it.seconds, 0);
  const rows = functions
    .slice(0, ROWS)
    .map(({ kind, name, calls, seconds, reads }) => [
      count(calls),
      seconds.toFixed(2),
      percent(seconds / slow),
      ((1000 * seconds) / calls).toFixed(2),
      String(reads.length),
      `${kind} ${name}`.trim(),
    ]);
  return [
    'Where slow code runs: once for each combination of values that a function reads',
    ...grid(['calls', 'seconds', 'share', 'ms/call', 'reads', 'function'], rows, 'rrrrrl'),
  ].join('\n');
}

const BARS = ' ▁▂▃▄▅▆▇█';

/** A bar for each distance, or for several where there are too many. */
function distances({ levels }: Profile): string {
  if (levels.length < 3) return '';
  const each = Math.ceil(levels.length / (WIDTH - 4));
  const bars = Array.from({ length: Math.ceil(levels.length / each) }, (_, i) =>
    levels.slice(i * each, (i + 1) * each).reduce((sum, n) => sum + n, 0),
  );
  const most = Math.max(...bars);
  const widest = Math.max(...levels);
  return [
    `Distance from the start: ${levels.length} levels${each > 1 ? `, ${each} to a bar` : ''}; the widest is ` +
      `${levels.indexOf(widest)} with ${count(widest)} states`,
    `  ${bars.map((n) => BARS[Math.ceil((8 * n) / most)]!).join('')}`,
  ].join('\n');
}

function help(profile: Profile): string {
  const paragraphs = advice(profile).flatMap(({ text, about = [] }) => [
    ...wrapped(text, '  - '),
    ...about.map((it) => cut(`      ${it}`)),
  ]);
  return ['What usually helps', ...paragraphs].join('\n');
}

/** Lines of a table: `l` and `r` say to which side each column goes. The last column is cut where it is too long. */
function grid(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  sides: string,
): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, c) => Math.max(...all.map((row) => row[c]!.length)));
  return all.map((row) => {
    const cells = row.map((cell, c) =>
      sides[c] === 'r' ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!),
    );
    return cut(`  ${cells.join('  ')}`.trimEnd());
  });
}

function cut(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`;
}

/** Lines that begin with `first`, and below it as far to the right. */
function wrapped(text: string, first: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    if (line.length + word.length > WIDTH && line.trim() !== first.trim()) {
      lines.push(line.trimEnd());
      line = ' '.repeat(first.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
