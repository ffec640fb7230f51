/** Which subjects, at which sizes, against whom. */
import type { Flagship, Subject } from './subject.ts';

export interface Entry {
  readonly subject: Subject;
  /** Exact count of distinct states on which SPIN, Rumur and TLC agreed, where they ran. */
  readonly states: number | null;
  readonly withTwin: boolean;
  /** About 10^6 states. */
  readonly isLarge: boolean;
}

/** What start-up costs, then about 10^5 and 10^6 states. */
export const reference: readonly Entry[] = [
  { subject: { kind: 'reference', k: 1, p: 1, m: 1 }, states: null, withTwin: true, isLarge: false },
  { subject: { kind: 'reference', k: 3, p: 1, m: 2 }, states: 109_201, withTwin: true, isLarge: false },
  { subject: { kind: 'reference', k: 2, p: 3, m: 2 }, states: 747_267, withTwin: false, isLarge: true },
  {
    subject: { kind: 'reference', k: 2, p: 3, m: 2, tso: true },
    states: 946_252,
    withTwin: false,
    isLarge: true,
  },
];

/** A size that the twin can do, then about 10^5 and 10^6 states. */
export const flagship: readonly Entry[] = [
  ...sizes('sc', [1, 1, 3], [2, 2, 2], [2, 1, 3]),
  ...sizes('tso', [1, 1, 3], [2, 2, 2], [2, 1, 3]),
  ...sizes('armv8', [1, 2, 2], [2, 1, 2], [2, 3, 2]),
];

type Counts = readonly [unmappers: number, pages: number, smmus: number];

function sizes(memory: Flagship['memory'], small: Counts, middle: Counts, large: Counts): readonly Entry[] {
  return [small, middle, large].map(([unmappers, pages, smmus], i) => ({
    subject: { kind: 'flagship', memory, unmappers, pages, smmus },
    states: null,
    withTwin: i === 0,
    isLarge: i === 2,
  }));
}
