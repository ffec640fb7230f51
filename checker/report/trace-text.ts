/**
 * A trace as a kernel comment: side by side columns, one per agent, as the comments in arm-smmu-v3.c and
 * Documentation/memory-barriers.txt draw a race.
 *
 *     * [CPU0]              | [CPU1]
 *     * fn():               |
 *     *   statement;        |
 *     *     // aside        |
 *     *                     | => what the step changed there
 *
 * A row belongs to one step and time flows down. Of a run that never ends, `repeats for ever:` stands above the steps
 * that lead back to where they began. A trace that would need columns too narrow to read is shown as
 * one stream instead, with the agent's name before each line.
 */
import type { Trace } from '../outcome.ts';
import { type Block, blocksOf, columnsInUse, type Piece } from './trace-blocks.ts';
import { columnWidths, separator } from './trace-columns.ts';
import { why } from './trace-why.ts';
import { cuts, printable, wrap } from './wrap.ts';

const start = ' * ';

/** Within the 80 columns of a mail. */
const room = 80 - start.length;

/** For a reader who has never seen such a trace. */
const LEGEND = '(Time flows down; == is what was read, => what changed elsewhere.)';

/** The trace as a comment that can be pasted into kernel code or a mail, at most 80 wide, with a line end after
 *  each line. `title` and what the trace shows stand on top, and below it how it came about. */
export function traceText(trace: Trace, title: readonly string[]): string {
  const head = [...title, ...(trace.found === undefined ? [] : [`found by ${trace.found}`])];
  const ending = prose([trace.ending]);
  const paragraphs = [
    prose(head),
    ending,
    [LEGEND],
    sideBySide(trace) ?? oneStream(trace),
    ...why(trace, room),
  ];
  const body = paragraphs
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
  return ['/*', ...body.map((line) => (start + line).trimEnd()), ' */', ''].join('\n');
}

function prose(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => wrap(printable(text), room));
}

/** The rows of the side by side form, or null if there is no room for it. */
function sideBySide(trace: Trace): readonly string[] | null {
  const blocks = blocksOf(trace, false);
  const columns = columnsInUse(trace, blocks);
  const titles = new Map(columns.map((column) => [column, [titlePiece(column)]]));
  const all: readonly Block[] = [{ cells: titles }, ...blocks];
  const needs = columns.map((column, i) => need(all, column, i === columns.length - 1));
  const rows = (widths: readonly number[]) => all.flatMap((block) => blockRows(block, columns, widths));
  const widths = columnWidths(room, needs, (candidate) => cost(all, columns, candidate));
  return widths && rows(widths);
}

/** As many rows as one would take rather than break a word. */
const CUT = 3;

/** How long the trace is in columns of these widths, with what broken words cost. */
function cost(blocks: readonly Block[], columns: readonly string[], widths: readonly number[]): number {
  let sum = 0;
  for (const { heading, cells } of blocks) {
    if (heading !== undefined) sum += headingRows(heading, columns, widths).length;
    let height = 0;
    columns.forEach((column, i) => {
      let own = 0;
      for (const piece of cells.get(column) ?? []) {
        const { rows, broken } = measured(piece, widths[i] ?? room);
        own += rows;
        sum += CUT * broken;
      }
      height = Math.max(height, own);
    });
    sum += height;
  }
  return sum;
}

/** Every split of the room is tried, and each piece has few widths. */
const measures = new WeakMap<Piece, Map<number, { readonly rows: number; readonly broken: number }>>();

function measured(piece: Piece, width: number) {
  const known = measures.get(piece) ?? new Map<number, { readonly rows: number; readonly broken: number }>();
  measures.set(piece, known);
  const { text, first, hang } = piece;
  const found = known.get(width) ?? {
    rows: pieceLines(piece, width).length,
    broken: cuts(text, width - first.length, hang.slice(first.length)),
  };
  known.set(width, found);
  return found;
}

function titlePiece(column: string): Piece {
  return { text: `[${printable(column)}]`, first: '', hang: '' };
}

/** The width at which nothing in the column wraps. Headings count only in the last column: elsewhere they may
 *  reach over the columns to the right, which are empty in their row. */
function need(blocks: readonly Block[], column: string, last: boolean): number {
  const lengths = blocks.flatMap(({ heading, cells }) => [
    ...(last && heading?.column === column ? [heading.text.length] : []),
    ...(cells.get(column) ?? []).map((piece) => piece.first.length + piece.text.length),
  ]);
  return Math.max(...lengths);
}

function blockRows(block: Block, columns: readonly string[], widths: readonly number[]): readonly string[] {
  const cells = columns.map((column, i) =>
    (block.cells.get(column) ?? []).flatMap((piece) => pieceLines(piece, widths[i] ?? room)),
  );
  const height = Math.max(0, ...cells.map((lines) => lines.length));
  const rows = Array.from({ length: height }, (_, row) =>
    joinRow(
      cells.map((lines) => lines[row] ?? ''),
      widths,
    ),
  );
  const headed = block.heading ? [...headingRows(block.heading, columns, widths), ...rows] : rows;
  return block.banner === undefined ? headed : [block.banner, ...headed];
}

function headingRows(
  heading: { readonly column: string; readonly text: string },
  columns: readonly string[],
  widths: readonly number[],
): readonly string[] {
  const index = columns.indexOf(heading.column);
  const grid = joinRow([], widths);
  const offset = joinRow([], widths.slice(0, index)).length + (index > 0 ? separator.length : 0);
  const end = offset + heading.text.length;
  if (end <= grid.length) return [`${grid.slice(0, offset)}${heading.text} ${grid.slice(end + 1)}`];
  const lines = wrap(heading.text, widths[index] ?? room, '  ');
  return lines.map((line) =>
    joinRow(
      columns.map((_, i) => (i === index ? line : '')),
      widths,
    ),
  );
}

function joinRow(texts: readonly string[], widths: readonly number[]): string {
  return widths.map((width, i) => (texts[i] ?? '').padEnd(width)).join(separator);
}

/** A piece in lines of at most `width`, each with its prefix. */
function pieceLines(piece: Piece, width: number): readonly string[] {
  const prefix = piece.first.length;
  const lines = wrap(piece.text, width - prefix, piece.hang.slice(prefix));
  return lines.map((line, i) => (i === 0 ? piece.first : piece.hang.slice(0, prefix)) + line);
}

/** One event after the other, with the agent's name before each; asides stand below theirs without a name. */
function oneStream(trace: Trace): readonly string[] {
  const blocks = blocksOf(trace, true);
  const label = Math.max(...columnsInUse(trace, blocks).map((column) => column.length + 2));
  return blocks.flatMap(({ heading, cells, banner }) => [
    ...(banner === undefined ? [] : [banner]),
    ...(heading ? labelled(heading.column, wrap(heading.text, room - label, '  '), label) : []),
    ...[...cells].flatMap(([column, pieces]) =>
      pieces.flatMap((piece) => labelled(piece.aside ? '' : column, pieceLines(piece, room - label), label)),
    ),
  ]);
}

function labelled(column: string, lines: readonly string[], width: number): readonly string[] {
  return lines.map((line, i) => (i === 0 && column !== '' ? `${column}: ` : '').padEnd(width) + line);
}
