/** The parts of the bench: each holds its contests and makes its section. */
import { disagreements } from './compare.ts';
import { type Contest, hold } from './contest.ts';
import { flagshipTable, growthTable, symbolicTable, workersTable } from './own-tables.ts';
import type { Peer } from './peer.ts';
import { atMost, type Entry, flagship, growth, references, shared, symbolic, symbolicOnly } from './plan.ts';
import { type Held, section, summary } from './report.ts';
import { spin } from './spin.ts';
import { describe } from './subject.ts';
import { findWrong } from './wrong.ts';

export interface Bench {
  readonly runs: number;
  /** Leaves out what is not small. */
  readonly quick: boolean;
  /** Goes on to what is very large. */
  readonly scale: boolean;
  /** Those that are installed. */
  readonly peers: readonly Peer[];
  /** What is not as it has to be: filled by the parts. */
  readonly faults: string[];
  tell(text: string): void;
}

interface Holds {
  readonly title: string;
  hold(bench: Bench): string;
}

export const parts = {
  reference: {
    title: 'The reference model: heddle, SPIN, Rumur and TLC on the same states',
    hold(bench) {
      const held = holdAll(bench, references, (entry) => ({
        engines: [...withTwin(bench, entry), ...withSymmetry(entry)],
        peers: bench.peers.map((peer) => [peer, peer === spin || !isLong(entry) ? bench.runs : 1] as const),
      }));
      return [summary(held), ...held.map(section)].join('\n');
    },
  },
  growth: {
    title: 'Growth: what a state costs at each power of ten',
    hold: (bench) =>
      growthTable(
        holdAll(bench, growth, ({ magnitude }) => ({
          engines: [['heddle', magnitude === '10^8' ? 1 : bench.runs]],
          peers: [],
        })),
      ),
  },
  workers: {
    title: 'Two workers',
    hold: (bench) =>
      workersTable(
        holdAll(bench, shared, () => ({
          engines: [
            ['heddle', bench.runs],
            ['heddle, two workers', bench.runs],
          ],
          peers: [],
        })),
      ),
  },
  symbolic: {
    title: 'The symbolic engine',
    hold(bench) {
      const both = holdAll(bench, symbolic, (entry) => ({
        engines: [
          ['heddle', isLong(entry) ? 1 : bench.runs],
          ['heddle, symbolic', bench.runs],
        ],
        peers: [],
      }));
      const alone = holdAll({ ...bench, scale: !bench.quick }, symbolicOnly, () => ({
        engines: [['heddle, symbolic', 1]],
        peers: [],
      }));
      return symbolicTable([...both, ...alone]);
    },
  },
  flagship: {
    title: "The driver's model: unmap-vs-attach v7.1",
    hold: (bench) =>
      flagshipTable(holdAll(bench, flagship, (entry) => ({ engines: withTwin(bench, entry), peers: [] }))),
  },
  wrong: {
    title: 'Wrong variants, which have to be found',
    hold({ quick, peers, faults }) {
      const { text, missed } = findWrong(
        ['heddle', 'heddle, two workers', 'heddle, symmetry', 'heddle, symbolic'],
        peers,
        quick,
      );
      faults.push(...missed);
      return text;
    },
  },
} as const satisfies Readonly<Record<string, Holds>>;

export type Part = keyof typeof parts;

const isLong = ({ magnitude }: Entry): boolean => magnitude === '10^7' || magnitude === '10^8';

/** Fewer states, if there are two unmappers to be exchanged; once, for it is not the same that is done. */
function withSymmetry({ subject }: Entry): Contest['engines'] {
  return subject.kind === 'reference' && subject.k > 1 ? [['heddle, symmetry', 1]] : [];
}

/** The twin runs once: it takes long, and the order of magnitude is what matters. */
function withTwin({ runs }: Bench, entry: Entry): Contest['engines'] {
  return entry.withTwin
    ? [
        ['heddle', runs],
        ['naive twin', 1],
      ]
    : [['heddle', runs]];
}

function holdAll(
  { quick, scale, faults, tell }: Bench,
  entries: readonly Entry[],
  who: (entry: Entry) => Pick<Contest, 'engines' | 'peers'>,
): readonly Held[] {
  const shown = entries.filter(
    ({ magnitude }) =>
      (magnitude === 'small' || !quick) && (scale || (magnitude !== '10^8' && magnitude !== 'beyond')),
  );
  return shown.map((entry) => {
    const { subject, magnitude } = entry;
    const states = entry.states ?? atMost[magnitude];
    const results = hold({ subject, states, ...who(entry) }, tell);
    faults.push(...disagreements(results, entry.states).map((what) => `${describe(subject)}: ${what}`));
    return { entry, results };
  });
}
