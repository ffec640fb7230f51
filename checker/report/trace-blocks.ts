/**
 * What a trace shows, before anything has a width: blocks from top to bottom, each with texts for one or more
 * columns. Time flows down, and no two steps share a row.
 */
import type { Trace, TraceStep } from '../outcome.ts';
import type { Line } from '../system.ts';
import { type Pending, pendingOf } from './trace-pending.ts';
import { type Numbers, numbersOf, remarksOf } from './trace-why.ts';
import { printable } from './wrap.ts';

/** A text with what comes before its first line and before each line that it is wrapped into. */
export interface Piece {
  readonly text: string;
  readonly first: string;
  readonly hang: string;
  /** A remark on the piece before it, not an event of its own. */
  readonly aside?: true;
}

export interface Block {
  /** The kernel function that the column's agent enters here; it has a row of its own. */
  readonly heading?: { readonly column: string; readonly text: string };
  readonly cells: ReadonlyMap<string, readonly Piece[]>;
  /** A line of its own above the block, across all columns. */
  readonly banner?: string;
}

/** What the blocks of a step are made of. */
type Shown = Pick<TraceStep, 'lines' | 'effects'> & { readonly column: string; readonly repeats?: true };

/** Which function the column of each agent is in, so that a heading is shown only when it changes. */
type Headings = Map<string, string>;

/** What stands above the steps that lead back to where they began. */
const REPEATS = 'repeats for ever:';

/** The blocks of a trace. In one `stream`, unlike side by side, a heading is said again when the agent changes. */
export function blocksOf(trace: Trace, stream: boolean): readonly Block[] {
  const headings: Headings = new Map();
  const numbers = numbersOf(trace);
  const waiting = pendingOf(trace, numbers);
  const prelude = (trace.prelude ?? []).map(({ agent, lines }) => ({ column: agent, lines, effects: [] }));
  const after = trace.steps.flatMap(({ agent, column = agent, lines, effects }, i): readonly Shown[] => {
    const passed = waiting.before.get(i);
    const pending = passed === undefined ? [] : [{ column, lines: passed, effects: [] }];
    const [first, ...others] = [...pending, { column, lines, effects }];
    return [i === trace.repeats ? { ...first!, repeats: true } : first!, ...others];
  });
  const shown: readonly Shown[] = [...prelude, ...after];
  return shown.flatMap((step, i) => {
    if (step.repeats || (stream && shown[i - 1]?.column !== step.column)) headings.clear();
    const blocks = stepBlocks(step, headings, numbers, waiting);
    return step.repeats ? [{ cells: new Map(), banner: REPEATS }, ...blocks] : blocks;
  });
}

/** The columns that have something to show, in the trace's order; agents that it does not list come last. */
export function columnsInUse(trace: Trace, blocks: readonly Block[]): readonly string[] {
  const used = new Set(blocks.flatMap((block) => [...block.cells.keys()]));
  const listed = trace.columns.filter((column) => used.has(column));
  return [...listed, ...[...used].filter((column) => !trace.columns.includes(column))];
}

function stepBlocks(step: Shown, headings: Headings, numbers: Numbers, waiting: Pending): readonly Block[] {
  const runs = runsOfOneFunction(step.lines);
  return (runs.length > 0 ? runs : [[]]).flatMap((lines, run) => {
    const fn = lines[0]?.fn;
    const entered = fn !== undefined && headings.get(step.column) !== fn ? fn : undefined;
    if (entered !== undefined) headings.set(step.column, entered);
    const indent = headings.has(step.column) ? '  ' : '';
    const own = lines.flatMap((line) => linePieces(line, indent, numbers, waiting.told.has(line)));
    const cells = withEffects(step.column, own, run === 0 ? step.effects : []);
    if (cells.size === 0) return [];
    return [
      entered === undefined
        ? { cells }
        : { heading: { column: step.column, text: headingText(entered) }, cells },
    ];
  });
}

/** The lines of a step, cut where the function changes; a line without a function stays with the one before. */
function runsOfOneFunction(lines: readonly Line[]): readonly (readonly Line[])[] {
  const runs: Line[][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last && (line.fn === undefined || line.fn === last[0]?.fn)) last.push(line);
    else runs.push([line]);
  }
  return runs;
}

function linePieces(line: Line, indent: string, numbers: Numbers, wasPending: boolean): readonly Piece[] {
  const statement = { text: printable(line.text), first: indent, hang: `${indent}  ` };
  const slashes = `${indent}  // `;
  const arrives =
    wasPending && !line.reorderings?.some(({ kind }) => kind === 'late') ? ['reaches memory'] : [];
  const notes = [...remarksOf(line, numbers), ...arrives].map(
    (note) => ({ text: printable(note), first: slashes, hang: slashes, aside: true }) as const,
  );
  return [statement, ...notes];
}

/** Effects stand in the row of the first statement of the step that caused them. */
function withEffects(
  agent: string,
  own: readonly Piece[],
  effects: TraceStep['effects'],
): ReadonlyMap<string, readonly Piece[]> {
  const cells = new Map<string, readonly Piece[]>();
  if (own.length > 0) cells.set(agent, own);
  for (const effect of effects) {
    const piece = { text: printable(effect.text), first: '=> ', hang: '   ' };
    cells.set(effect.column, [...(cells.get(effect.column) ?? []), piece]);
  }
  return cells;
}

/** `fn():` for a kernel function, `CMDQ:` for anything else. */
function headingText(fn: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(fn) ? `${fn}():` : `${printable(fn)}:`;
}
