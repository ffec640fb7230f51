/** A matrix as text: what each change comes to, by kernel function, and what that says in sentences. */
import { type Align, grid } from '../report/grid.ts';
import { count } from '../report/numbers.ts';
import type { Paint } from '../report/paint.ts';
import { wrap } from '../report/wrap.ts';
import type { Cell, Matrix, Row } from './matrix.ts';
import { lineOf } from './plan.ts';
import { sentences } from './sentences.ts';

const WIDTH = 100;
/** Room for a change's name beside the columns. */
const CHANGE = 44;

export function matrixText(matrix: Matrix, paint: Paint): string {
  const tried = byLine(matrix.rows.filter((row) => row.sort !== 'pair' && wasTried(row)));
  const pairs = matrix.rows.filter(({ sort }) => sort === 'pair');
  return [
    ...head(matrix, paint),
    ...table(matrix, tried, paint),
    ...pairLines(pairs, matrix.models),
    ...untried(matrix),
    '',
    ...sentences(matrix).flatMap((s) => wrap(`- ${s}`, WIDTH, '  ')),
    '',
  ].join('\n');
}

function head({ spec, variant, models, unchanged }: Matrix, paint: Paint): readonly string[] {
  const states = models.flatMap((m) => {
    const cell = unchanged[m];
    if (cell === undefined) return [];
    return [
      `${m}: ${cell.verdict === 'redundant' ? `holds in ${count(cell.states ?? 0)} states` : cellText(cell)}`,
    ];
  });
  return [
    paint.strong(`${spec}, "${variant}": what can go?`),
    ...wrap(`Unchanged, ${states.join('; ')}.`, WIDTH, '  '),
    ...wrap(
      'needed, N = a property breaks without it, by a counterexample of N steps; redundant = the spec holds ' +
        'without it, in every state.',
      WIDTH,
      '  ',
    ),
    '',
  ];
}

/** Rows of one function together, and of one line, each where the first of them stands. */
function byLine(rows: readonly Row[]): readonly Row[] {
  return grouped(rows, ({ fn }) => fn).flatMap((own) => grouped(own, ({ id }) => lineOf(id)).flat());
}

function grouped(rows: readonly Row[], key: (row: Row) => string): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups.values()];
}

/** The table, with a heading for each function and line. */
function table({ models }: Matrix, rows: readonly Row[], paint: Paint): readonly string[] {
  const align: readonly Align[] = ['left', ...models.map((): Align => 'left'), 'left'];
  const titles = ['', ...models, 'what breaks'].map((text) => ({ text, paint: paint.faint }));
  const lines: { text: string; paint?: (text: string) => string }[][] = [titles];
  /** Lines of the grid that are headings: they don't count for the widths. */
  const headings = new Map<number, string[]>();
  let fn = '';
  let at = '';
  for (const row of rows) {
    if (row.fn !== fn) headings.set(lines.length, ['', paint.strong(headingOf(row))]);
    if (lineOf(row.id) !== at)
      headings.set(lines.length, [
        ...(headings.get(lines.length) ?? []),
        ...wrap(`  ${row.text}`, WIDTH, '      '),
      ]);
    [fn, at] = [row.fn, lineOf(row.id)];
    const [first = '', ...rest] = wrap(`    ${row.change}`, CHANGE, '      ');
    const cells = models.map((m) => ({ text: cellText(row.cells[m]), paint: tint(row.cells[m], paint) }));
    lines.push([{ text: first }, ...cells, { text: breaks(row) }]);
    for (const line of rest) lines.push([{ text: line }]);
  }
  return grid(lines, align).flatMap((line, k) => [...(headings.get(k) ?? []), line]);
}

/** A kernel function; or a program, of what stands in none. */
export const headingOf = ({ fn, programs }: Pick<Row, 'fn' | 'programs'>): string =>
  programs.includes(fn) ? `${fn}:` : `${fn}():`;

function cellText(cell: Cell | undefined): string {
  if (cell === undefined) return '-';
  if (cell.verdict !== 'needed') return cell.unexecuted ? '-' : cell.verdict;
  return `needed, ${cell.steps ?? '?'}`;
}

function tint(cell: Cell | undefined, paint: Paint): (text: string) => string {
  if (cell?.verdict === 'needed') return paint.good;
  return cell?.verdict === 'fault' || cell?.verdict === 'incomplete' ? paint.bad : paint.faint;
}

const breaks = (row: Row): string =>
  [...new Set(Object.values(row.cells).flatMap(({ by }) => (by === undefined ? [] : [by])))].join(', ');

/** Whether the row's lines are executed at all, under some model. */
export const wasTried = ({ cells }: Row): boolean =>
  Object.values(cells).some((cell) => cell.unexecuted !== true);

function pairLines(pairs: readonly Row[], models: readonly string[]): readonly string[] {
  if (pairs.length === 0) return [];
  const broken = pairs.filter((row) => Object.values(row.cells).some(({ verdict }) => verdict === 'needed'));
  const open = pairs.filter((row) =>
    Object.values(row.cells).some(({ verdict }) => verdict === 'incomplete'),
  );
  const lines = broken.flatMap((row) => {
    const where = models.filter((m) => row.cells[m]?.verdict === 'needed').join(', ');
    const one = `${row.text} in ${row.fn}() ${row.change}: ${breaks(row)} breaks on ${where}.`;
    return wrap(`  ${one}`, WIDTH, '      ');
  });
  return [
    '',
    `Pairs of changes that are redundant alone: ${pairs.length} tried, ${broken.length} of them break something` +
      `${open.length > 0 ? `, ${open.length} are incomplete` : ''}.`,
    ...lines,
  ];
}

/** Lines that this spec has, and never executes. */
function untried({ rows }: Matrix): readonly string[] {
  const tried = new Set(rows.filter(wasTried).map(({ fn, text }) => `${text} in ${fn}()`));
  const never = rows.filter((row) => row.sort !== 'pair' && Object.keys(row.cells).length > 0);
  const lines = [...new Set(never.map(({ fn, text }) => `${text} in ${fn}()`))].filter((l) => !tried.has(l));
  if (lines.length === 0) return [];
  return ['', ...wrap(`Not tried, as never executed here: ${lines.join('; ')}.`, WIDTH, '  ')];
}
