/** The parts of the bench: each holds its contests and makes its section. */
import { disagreements } from './compare.ts';
import { type Contest, hold, type Result } from './contest.ts';
import { flagshipTable, growthTable, symbolicTable, workersTable } from './own-tables.ts';
import type { Peer } from './peer.ts';
import { atMost, type Entry, flagship, growth, references, shared, symbolic, symbolicOnly } from './plan.ts';
import { type Held, section, summary } from './report.ts';
import { spin, spinReduced } from './spin.ts';
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
  /** What heddle cost, by subject: a later part that asks for it alone need not measure it again. */
  readonly measured: Map<string, Result>;
  tell(text: string): void;
}

interface Holds {
  readonly title: string;
  /** The section; empty if there is nothing to show. */
  hold(bench: Bench): string;
}

export const parts = {
  reference: {
    title: 'The reference model: heddle, SPIN, Rumur and TLC on the same states',
    hold(bench) {
      const held = holdAll(bench, references, (entry) => ({
        engines: [...withTwin(bench, entry), ...withSymmetry(entry)],
        peers: bench.peers.flatMap((peer) => {
          const runs = isLong(entry) ? runsWhereLong(peer, bench.runs) : bench.runs;
          return runs === 0 ? [] : [[peer, runs] as const];
        }),
      }));
      return [summary(held), ...held.map(section)].join('\n');
    },
  },
  growth: {
    title: 'Growth: what a state costs at each power of ten',
    hold: (bench) =>
      growthTable(
        holdAll(
          bench,
          growth,
          (entry) => ({ engines: [['heddle', ourRuns(bench, entry)]], peers: [] }),
          false,
        ),
      ),
  },
  workers: {
    title: 'Two workers',
    hold(bench) {
      const held = holdAll(bench, shared, () => ({
        engines: [
          ['heddle', bench.runs],
          ['heddle, two workers', bench.runs],
        ],
        peers: [],
      }));
      return held.length === 0 ? '' : workersTable(held);
    },
  },
  symbolic: {
    title: 'The symbolic engine',
    hold(bench) {
      const both = holdAll(
        bench,
        symbolic,
        (entry) => ({
          engines: [
            ['heddle', ourRuns(bench, entry)],
            ['heddle, symbolic', bench.runs],
          ],
          peers: [],
        }),
        false,
      );
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

/** What takes long is repeated less: SPIN's reduction, which has had nothing to reduce at 10^6 states, not at all. */
function runsWhereLong(peer: Peer, runs: number): number {
  if (peer === spinReduced) return 0;
  return peer === spin ? Math.min(runs, 2) : 1;
}

function ourRuns({ runs }: Bench, { magnitude }: Entry): number {
  return magnitude === '10^8' ? 1 : runs;
}

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
  { quick, scale, faults, measured, tell }: Bench,
  entries: readonly Entry[],
  who: (entry: Entry) => Pick<Contest, 'engines' | 'peers'>,
  isAnew = true,
): readonly Held[] {
  const isShown = ({ magnitude }: Entry): boolean => {
    if (magnitude === '10^8' || magnitude === 'beyond') return scale;
    return magnitude === 'small' || !quick;
  };
  return entries.filter(isShown).map((entry) => {
    const { subject, magnitude } = entry;
    const { engines, peers } = who(entry);
    const known = isAnew ? undefined : measured.get(describe(subject));
    const open = known === undefined ? engines : engines.filter(([name]) => name !== 'heddle');
    const states = entry.states ?? atMost[magnitude];
    const held = hold({ subject, states, engines: open, peers }, tell);
    const results = known === undefined ? held : [known, ...held];
    faults.push(...disagreements(results, entry.states).map((what) => `${describe(subject)}: ${what}`));
    if (results[0]!.name === 'heddle') measured.set(describe(subject), results[0]!);
    return { entry, results };
  });
}
