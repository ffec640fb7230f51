/** Which subjects, at which sizes, against whom. */
import type { Flagship, Subject } from './subject.ts';

/** About how many states: what a run costs, and how often it is worth repeating. */
export type Magnitude = 'small' | '10^6' | '10^7' | '10^8' | 'beyond';

export interface Entry {
  readonly subject: Subject;
  /** Exact count of distinct states on which SPIN, Rumur and TLC agreed, where they ran. */
  readonly states: number | null;
  readonly magnitude: Magnitude;
  readonly withTwin: boolean;
  /** CPU seconds of TLC with one worker on its own version of the model, as measured when the model was made, on a
   *  quiet machine of two cores. Quoted: it is not run here. */
  readonly tlc: number | null;
}

function reference(
  [k, p, m, tso]: readonly [k: number, p: number, m: number, tso: 0 | 1],
  magnitude: Magnitude,
  states: number | null = null,
  tlc: number | null = null,
): Entry {
  const subject: Subject = { kind: 'reference', k, p, m, tso: tso === 1 };
  return { subject, states, magnitude, tlc, withTwin: magnitude === 'small' };
}

const about1e5 = reference([3, 1, 2, 0], 'small', 109_201, 4.4);
const about1e6 = [
  reference([2, 3, 2, 0], '10^6', 747_267, 19.4),
  reference([2, 3, 2, 1], '10^6', 946_252, 27.5),
];
const about1e7 = [
  reference([3, 1, 3, 0], '10^7', 10_336_302, 208),
  reference([2, 4, 2, 0], '10^7', 11_796_083),
];

const about1e8 = reference([2, 3, 3, 0], '10^8', 156_937_256);

/** What start-up costs, then about 10^5, 10^6 and 10^7 states. */
export const references: readonly Entry[] = [
  reference([1, 1, 1, 0], 'small', 11),
  about1e5,
  ...about1e6,
  ...about1e7,
];

/** One size for each power of ten. */
export const growth: readonly Entry[] = [about1e5, about1e6[1]!, about1e7[0]!, about1e8];

/** What two workers have to share. */
export const shared: readonly Entry[] = [about1e7[0]!];

/** What both engines can do, and then what takes sets of states. */
export const symbolic: readonly Entry[] = [about1e5, about1e6[1]!, ...about1e7];
export const symbolicOnly: readonly Entry[] = [
  about1e8,
  reference([3, 1, 4, 0], 'beyond', 1_140_938_085),
  reference([2, 4, 3, 0], 'beyond', 9_793_581_720),
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
    magnitude: i === 2 ? '10^6' : 'small',
    withTwin: i === 0,
    tlc: null,
  }));
}

/** Where nothing better is known of how many states to expect. */
export const atMost: Readonly<Record<Magnitude, number>> = {
  small: 2e5,
  '10^6': 1e6,
  '10^7': 1.2e7,
  '10^8': 2e8,
  beyond: 1e10,
};
