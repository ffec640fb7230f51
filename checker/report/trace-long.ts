/**
 * A trace step by step, for whoever wants to know everything: each statement with its number, what it read or wrote, what
 * was special about it, and what it changed elsewhere.
 *
 *       2 CPU1  entry_set(): WRITE_ONCE(ste1.data[0], S2_TRANS)
 *                 writes ste1->data[0] = 0x1d
 *                 early (1)
 *                 => SMMU1 may cache STE 1: S2_TRANS
 *
 * What was done before the first step has no number. Nothing is folded.
 */
import type { Trace } from '../outcome.ts';
import type { Access, Line } from '../system.ts';
import { type Numbers, numbersOf, remarksOf, why } from './trace-why.ts';
import { printable, wrap } from './wrap.ts';

/** Within the 80 columns of a mail. */
const WIDTH = 80;

/** The trace with a line end after each line, none wider than 80. `title` stands on top. */
export function traceLong(trace: Trace, title: readonly string[]): string {
  const numbers = numbersOf(trace);
  const names = [
    ...(trace.prelude ?? []).map(({ agent }) => agent),
    ...trace.steps.map(({ agent, column = agent }) => column),
  ];
  const label = Math.min(12, Math.max(0, ...names.map(({ length }) => length)));
  const digits = String(trace.steps.length).length;
  const show = (no: string, column: string, lines: readonly Line[], effects: readonly string[]) =>
    shown(`${no.padStart(digits)} ${column.padEnd(label)}  `, lines, effects, numbers);
  const steps = trace.steps.flatMap(({ agent, column = agent, lines, effects }, i) => [
    ...(i === trace.repeats ? ['repeats for ever:'] : []),
    ...show(
      String(i + 1),
      column,
      lines,
      effects.map((e) => (e.column === column ? e.text : `${e.column}: ${e.text}`)),
    ),
  ]);
  const head = [...title, ...(trace.found === undefined ? [] : [`found by ${trace.found}`])];
  const paragraphs = [
    head.flatMap((text) => wrap(printable(text), WIDTH)),
    [...(trace.prelude ?? []).flatMap(({ agent, lines }) => show('', agent, lines, [])), ...steps],
    wrap(printable(trace.ending), WIDTH),
    ...why(trace, WIDTH),
  ];
  const body = paragraphs.filter(({ length }) => length > 0).flatMap((p, i) => (i === 0 ? p : ['', ...p]));
  return body.map((line) => `${line.trimEnd()}\n`).join('');
}

/** A step: its number and agent before the first line only. */
function shown(
  head: string,
  lines: readonly Line[],
  effects: readonly string[],
  numbers: Numbers,
): readonly string[] {
  const indent = ' '.repeat(head.length);
  const put = (text: string, before: string, hang: string): readonly string[] =>
    wrap(printable(text), WIDTH - before.length, hang).map((l, i) => (i === 0 ? before : indent) + l);
  const statements = lines.flatMap((line, i) => {
    const place = line.fn === undefined ? '' : `${printable(line.fn)}${isFunction(line.fn) ? '()' : ''}: `;
    const below = [...(line.accesses ?? []).flatMap(accessText), ...remarksOf(line, numbers)];
    return [
      ...put(`${place}${line.text}`, i === 0 ? head : indent, '    '),
      ...below.flatMap((text) => put(text, `${indent}  `, '    ')),
    ];
  });
  const changed = effects.flatMap((text) => put(text, `${indent}=> `, '     '));
  return statements.length > 0 ? [...statements, ...changed] : [head.trimEnd(), ...changed];
}

const isFunction = (fn: string): boolean => /^[a-z_][a-z0-9_]*$/.test(fn);

function accessText({ kind, place, value, order }: Access): readonly string[] {
  const ordered = order === undefined ? '' : ` (${order})`;
  if (kind === 'read') return [`reads ${place} == ${value}${ordered}`];
  if (kind === 'write') return [`writes ${place} = ${value}${ordered}`];
  return [];
}
