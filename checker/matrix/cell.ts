/** From what an exploration found to an answer. */
import type { Trace } from '../outcome.ts';
import type { Result } from '../report/job.ts';
import type { Cell } from './matrix.ts';

/** A cell, and the counterexample if it has one. */
export interface Found {
  readonly cell: Cell;
  readonly trace: Trace | null;
  /** Ids of the statements that were executed. */
  readonly covered: readonly string[];
}

/** Null if the run was interrupted and tells nothing. */
export function foundIn(result: Result): Found | null {
  if (result.kind === 'not run') return null;
  if (result.kind === 'fault') {
    const verdict = isNoProgram(result.message) ? 'no program' : 'fault';
    return { cell: { verdict, why: firstLine(result.message) }, trace: null, covered: [] };
  }
  const { verdict, effort, covered } = result.outcome;
  const cost = { states: effort.states, transitions: effort.transitions };
  switch (verdict.kind) {
    case 'holds':
      return { cell: { verdict: 'redundant', ...cost }, trace: null, covered };
    case 'vacuous':
      return { cell: { verdict: 'vacuous', why: verdict.reasons.join(' '), ...cost }, trace: null, covered };
    case 'incomplete':
      if (verdict.bound === 'interrupted') return null;
      return { cell: { verdict: 'incomplete', why: verdict.why, ...cost }, trace: null, covered };
    default: {
      const by = verdict.kind === 'violated' ? verdict.invariant : verdict.kind;
      const { trace, why } = verdict;
      return {
        cell: { verdict: 'needed', by, why, ...cost, steps: trace.steps.length },
        trace,
        covered,
      };
    }
  }
}

/** What a change leaves is no program if it uses what it has not got. */
const isNoProgram = (message: string): boolean =>
  [
    'is read before it is given a value',
    'ends with interrupts off',
    'loops forever without touching memory',
  ].some((what) => message.includes(what));

const firstLine = (text: string): string => text.split('\n')[0]!;

/** A line that the unchanged spec never executes. */
export const notExecuted: Cell = {
  verdict: 'vacuous',
  unexecuted: true,
  why: 'never executed in this spec',
};
