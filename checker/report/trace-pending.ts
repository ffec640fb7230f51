/** Stores that take effect after what comes later in their program: a reader looks for them where the program has them,
 *  so they are shown there as pending, and once more where they reach memory. */
import type { Trace } from '../outcome.ts';
import type { Line } from '../system.ts';
import type { Numbers } from './trace-why.ts';

export interface Pending {
  /** What is pending when a step begins, by the number of the step from 0; each is told once. */
  readonly before: ReadonlyMap<number, readonly Line[]>;
  /** The lines that were told as pending before. */
  readonly told: ReadonlySet<Line>;
}

interface Placed {
  readonly step: number;
  readonly column: string;
  readonly line: Line;
  /** Its number in program order; null of a line that does nothing to memory. */
  readonly nth: number | null;
}

export function pendingOf(trace: Trace, numbers: Numbers): Pending {
  const placed = placedLines(trace);
  const before = new Map<number, readonly Line[]>();
  const told = new Set<Line>();
  const met = new Set<number>();
  for (const [i, at] of placed.entries()) {
    const passed = placed.slice(i + 1).filter((other) => isPassed(other, at) && !told.has(other.line));
    passed.sort((a, b) => a.nth! - b.nth!);
    const own = passed.map(({ line }) => asPending(line, numberOf(at.line, line, numbers)));
    for (const { line } of passed) told.add(line);
    const known = [...told].map(({ text }) => text);
    const others = neverDone(at.line, numbers, met).filter(({ text }) => !known.includes(text));
    const lines = [...own, ...others];
    if (lines.length > 0) before.set(at.step, [...(before.get(at.step) ?? []), ...lines]);
  }
  return { before, told };
}

function placedLines({ steps }: Trace): readonly Placed[] {
  return steps.flatMap(({ agent, column = agent, lines }, step) =>
    lines.map((line) => ({ step, column, line, nth: nthOf(line) })),
  );
}

function nthOf({ accesses = [] }: Line): number | null {
  const numbers = accesses.flatMap(({ nth }) => (nth === undefined ? [] : [nth]));
  return numbers.length === 0 ? null : Math.min(...numbers);
}

/** Whether `at` took effect before the store `other`, which its program has first. What was read says more than a load
 *  that is still pending could. */
function isPassed(other: Placed, at: Placed): boolean {
  const { accesses = [] } = other.line;
  const isStore = accesses.length > 0 && accesses.every(({ kind }) => kind === 'write' || kind === 'other');
  return isStore && other.column === at.column && at.nth !== null && other.nth! < at.nth;
}

function asPending({ text, fn }: Line, number: number | undefined): Line {
  const notes = [number === undefined ? 'pending' : `pending (${number})`];
  return fn === undefined ? { text, notes } : { text, fn, notes };
}

function numberOf(line: Line, passed: Line, numbers: Numbers): number | undefined {
  const told = (line.reorderings ?? []).find(({ kind, other }) => kind === 'early' && other === passed.text);
  return told === undefined ? undefined : numbers.get(told);
}

/** What a line overtakes that has still not taken effect at the end. */
function neverDone(line: Line, numbers: Numbers, met: Set<number>): readonly Line[] {
  return (line.reorderings ?? []).flatMap((r): readonly Line[] => {
    const number = numbers.get(r);
    if (r.kind !== 'early' || number === undefined || met.has(number)) return [];
    met.add(number);
    return [asPending(r.fn === undefined ? { text: r.other } : { text: r.other, fn: r.fn }, number)];
  });
}
