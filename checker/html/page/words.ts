/** Verdicts in words and marks; nothing is told by colour alone. */
import type { WrittenRun } from '../../report/json.ts';
import { expectationWords } from '../../report/judge.ts';
import { traceId } from '../data.ts';

export type Kind = WrittenRun['verdict']['kind'];

/** In the order in which counts and filters name them. */
export const kinds: readonly Kind[] = [
  'holds',
  'violated',
  'deadlock',
  'endless',
  'vacuous',
  'incomplete',
  'fault',
];

const marks: Readonly<Record<Kind, string>> = {
  holds: '✓',
  violated: '✗',
  deadlock: '⊘',
  endless: '∞',
  vacuous: '○',
  incomplete: '…',
  fault: '!',
};

export function markOf(kind: Kind): string {
  return marks[kind] ?? '?';
}

export function verdictOf({ verdict }: WrittenRun): string {
  if (verdict.kind === 'violated') return `violated: ${verdict.invariant}`;
  if (verdict.kind === 'fault') return 'model bug';
  if (verdict.kind === 'holds' && verdict.odds !== undefined)
    return `holds, odds ${verdict.odds.toExponential(1)}`;
  return verdict.kind;
}

export function isExpected({ exitCode }: WrittenRun): boolean {
  return exitCode === 0;
}

export function expectedOf({ expected }: WrittenRun): string {
  return expectationWords(expected);
}

/** Why the verdict is what it is, one sentence each. */
export function reasonsOf({ verdict }: WrittenRun): readonly string[] {
  if (verdict.kind === 'vacuous') return verdict.reasons;
  if (verdict.kind === 'fault') return [verdict.message];
  return 'why' in verdict ? [verdict.why] : [];
}

/** The link to the run's trace, if the file has it. */
export function traceOf({ verdict }: WrittenRun): string | null {
  return 'trace' in verdict ? traceId(verdict.trace) : null;
}

export function statesOf({ effort }: WrittenRun): string {
  if (!effort) return '';
  return effort.exactly ? BigInt(effort.exactly.states).toLocaleString('en-US') : grouped(effort.states);
}

export function coverageOf({ coverage }: WrittenRun): string {
  return coverage ? `${coverage.executed}/${coverage.statements}` : '';
}

/** 1162332 as 1,162,332. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 step`, `2,000 steps`. */
export function counted(value: number, what: string): string {
  return `${grouped(value)} ${what}${value === 1 ? '' : 's'}`;
}
