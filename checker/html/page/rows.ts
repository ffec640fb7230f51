/** What stands in the lanes: a row for each step, with what each lane shows of it. */
import type { Trace, TraceStep } from '../../outcome.ts';
import type { Label, Line } from '../../system.ts';

export interface Row {
  /** From 1; 0 for what was done before the initial state. */
  readonly step: number;
  /** The lane of whoever takes the step. */
  readonly lane: string;
  readonly lines: readonly ShownLine[];
  readonly effects: TraceStep['effects'];
  /** The steps from here on lead back to where they began. */
  readonly repeats: boolean;
}

/** A line, below the name of its function where the lane enters it. */
export interface ShownLine extends Line {
  readonly enters?: string;
}

/** The rows of a trace, from top to bottom. */
export function rowsOf(trace: Trace): readonly Row[] {
  const inside = new Map<string, string>();
  const lines = (lane: string, label: Pick<Label, 'lines'>): readonly ShownLine[] =>
    label.lines.map((line) => {
      if (line.fn === undefined || line.fn === inside.get(lane)) return line;
      inside.set(lane, line.fn);
      return { ...line, enters: line.fn };
    });
  const before = (trace.prelude ?? []).map(
    (label): Row => ({
      step: 0,
      lane: label.agent,
      lines: lines(label.agent, label),
      effects: [],
      repeats: false,
    }),
  );
  const steps = trace.steps.map((step, i): Row => {
    const lane = step.column ?? step.agent;
    const repeats = i === trace.repeats;
    return { step: i + 1, lane, lines: lines(lane, step), effects: step.effects, repeats };
  });
  return [...before, ...steps];
}

/** The lanes with something in them, in the trace's order; any that it does not list come last. */
export function lanesOf({ columns }: Trace, rows: readonly Row[]): readonly string[] {
  const used = new Set(rows.flatMap(({ lane, effects }) => [lane, ...effects.map(({ column }) => column)]));
  return [
    ...columns.filter((lane) => used.has(lane)),
    ...[...used].filter((lane) => !columns.includes(lane)),
  ];
}

/** The step in a few words, for who cannot see the lanes. */
export function stepWords(row: Row | undefined): string {
  if (!row) return 'initial state';
  const text = row.lines.map((line) => line.text).join('; ');
  return `${row.lane}: ${text || row.effects.map((effect) => effect.text).join('; ') || 'no text'}`;
}

/** What is to be said of a line besides its reorderings, which tell in full what a note may tell as well. */
export function notesOf({ notes = [], reorderings = [] }: Line): readonly string[] {
  return notes.filter((note) => !reorderings.some(({ other }) => other !== '' && note.includes(other)));
}
