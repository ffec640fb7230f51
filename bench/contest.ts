/** Runs contenders on one subject, by turns, and says what it cost each of them. */
import type { Explored } from './explored.ts';
import { type EngineName, explore, isReduction } from './ours.ts';
import { type Peer, type PeerName, withVerifiers } from './peer.ts';
import { describe, type Subject } from './subject.ts';
import { type Cost, median, type Timed } from './timed.ts';

export type Name = EngineName | PeerName;

/** One contender on one subject. The cost is the median of its runs, CPU, wall and peak each by itself. */
export interface Result extends Cost {
  readonly name: Name;
  readonly runs: number;
  /** What each run found; they have to agree. */
  readonly found: readonly Explored[];
  /** May leave out states that a verdict does not need. */
  readonly isReduction: boolean;
  /** Of another checker: which, and what it took to build its verifier. */
  readonly peer: { readonly is: Peer; readonly built: Cost } | null;
}

export interface Contest {
  readonly subject: Subject;
  /** About so many states are to be expected. */
  readonly states: number;
  /** Ours, and how often each runs. */
  readonly engines: readonly (readonly [EngineName, runs: number])[];
  readonly peers: readonly (readonly [Peer, runs: number])[];
}

type Sample = Explored & Timed;

interface Contender {
  readonly name: Name;
  readonly runs: number;
  readonly isReduction: boolean;
  readonly peer: Result['peer'];
  run(): Sample;
}

/** All results on one subject; `tell` hears of each run. */
export function hold(contest: Contest, tell: (text: string) => void): readonly Result[] {
  const { subject, states, engines, peers } = contest;
  // If a source has changed since the last run, the bundle is made anew here, so that no run pays for it.
  explore('heddle', { kind: 'reference', k: 1, p: 1, m: 1 });
  const ours = engines.map(
    ([name, runs]): Contender => ({
      name,
      runs,
      isReduction: isReduction(name),
      peer: null,
      run: () => explore(name, subject),
    }),
  );
  if (subject.kind !== 'reference') return byTurns(subject, ours, tell);
  const kinds = peers.map(([peer]) => peer);
  return withVerifiers(kinds, subject, states, (verifiers) => {
    const theirs = peers.map(([is, runs], i): Contender => {
      const { built, run } = verifiers[i]!;
      return { name: is.name, runs, isReduction: is.isReduction, peer: { is, built }, run };
    });
    return byTurns(subject, [...ours, ...theirs], tell);
  });
}

/** First run of each, second run of each, and so on: what else the machine does then meets all of them alike. */
function byTurns(
  subject: Subject,
  contenders: readonly Contender[],
  tell: (text: string) => void,
): readonly Result[] {
  const samples = contenders.map((): Sample[] => []);
  for (let turn = 0; turn < Math.max(0, ...contenders.map(({ runs }) => runs)); turn++) {
    for (const [i, { name, runs, run }] of contenders.entries()) {
      if (turn >= runs) continue;
      const sample = run();
      samples[i]!.push(sample);
      tell(`${describe(subject)}: ${name} ${turn + 1}/${runs}, ${sample.cpu.toFixed(2)} s`);
    }
  }
  return contenders.map(({ name, runs, isReduction: reduces, peer }, i) => {
    const found = samples[i]!;
    const peaks = found.flatMap(({ peak }) => peak ?? []);
    return {
      name,
      runs,
      isReduction: reduces,
      peer,
      found,
      cpu: median(found.map(({ cpu }) => cpu)),
      wall: median(found.map(({ wall }) => wall)),
      peak: peaks.length === 0 ? null : median(peaks),
    };
  });
}
