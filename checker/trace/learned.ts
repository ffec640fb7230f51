/** Steps as an exploration learned them, to be confirmed on the model itself. */
import type { Edge } from '../explore/successors.ts';
import type { Tables } from '../intern/tables.ts';
import type { RecordedStep } from './replay.ts';

/** A learned step, with the numbers of the state that it leads to. */
export interface Learned extends Edge, RecordedStep {
  readonly ids: readonly number[];
}

export function learnedStep({ values }: Tables, edge: Edge, ids: readonly number[]): Learned {
  const arrived = (there: readonly unknown[]): boolean =>
    values.every((known, c) => known.find(there[c]) === ids[c]);
  return { ...edge, lines: edge.label.lines, ids, arrived };
}
