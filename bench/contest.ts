/** Runs contenders on one subject, by turns, and says what it cost each of them. */
import { fileURLToPath } from 'node:url';
import type { Explored } from './explored.ts';
import { type Kind, runPan, withPan } from './spin.ts';
import { describe, type Subject } from './subject.ts';
import { type Cost, median, type Timed, timed } from './timed.ts';

export type Name = 'heddle' | 'naive twin' | 'SPIN, all interleavings' | 'SPIN, partial-order reduction';

/** One contender on one subject. The cost is the median of its runs, CPU and wall each by itself. */
export interface Result extends Cost {
  readonly name: Name;
  readonly runs: number;
  /** What each run found; they have to agree. */
  readonly found: readonly Explored[];
  /** What it took to build the program that ran, if one was built. */
  readonly built: Cost | null;
}

export interface Contest {
  readonly subject: Subject;
  readonly runs: number;
  readonly withSpin: boolean;
  /** The twin runs once: it takes long, and the order of magnitude is what matters. */
  readonly withTwin: boolean;
}

type Sample = Explored & Cost;

interface Contender {
  readonly name: Name;
  readonly runs: number;
  readonly built: Cost | null;
  run(): Sample;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const exploreOne = fileURLToPath(new URL('explore.mjs', import.meta.url));

/** Explores `subject` in a process of its own. */
export function explore(who: 'heddle' | 'naive', subject: Subject): Explored & Timed {
  const command = [process.execPath, exploreOne, who, JSON.stringify(subject)];
  const run = timed(command, root);
  return { ...(JSON.parse(run.stdout) as Explored), ...run };
}

/** All results on one subject; `tell` hears of each run. */
export function hold(contest: Contest, tell: (text: string) => void): readonly Result[] {
  const { subject, runs, withSpin, withTwin } = contest;
  const ours: Contender[] = [{ name: 'heddle', runs, built: null, run: () => explore('heddle', subject) }];
  if (withTwin) ours.push({ name: 'naive twin', runs: 1, built: null, run: () => explore('naive', subject) });
  if (subject.kind !== 'reference' || !withSpin) return byTurns(subject, ours, tell);
  const spin = <T>(name: Name, kind: Kind, use: (it: Contender) => T): T =>
    withPan(subject, kind, (pan) => use({ name, runs, built: pan.built, run: () => runPan(pan) }));
  return spin('SPIN, all interleavings', 'full', (full) =>
    spin('SPIN, partial-order reduction', 'reduced', (reduced) =>
      byTurns(subject, [...ours, full, reduced], tell),
    ),
  );
}

/** First run of each, second run of each, and so on: what else the machine does then meets all of them alike. */
function byTurns(
  subject: Subject,
  contenders: readonly Contender[],
  tell: (text: string) => void,
): readonly Result[] {
  const samples = contenders.map((): Sample[] => []);
  for (let turn = 0; turn < Math.max(...contenders.map(({ runs }) => runs)); turn++) {
    for (const [i, { name, runs, run }] of contenders.entries()) {
      if (turn >= runs) continue;
      const sample = run();
      samples[i]!.push(sample);
      tell(`${describe(subject)}: ${name} ${turn + 1}/${runs}, ${sample.cpu.toFixed(2)} s`);
    }
  }
  return contenders.map(({ name, runs, built }, i) => ({
    name,
    runs,
    built,
    found: samples[i]!,
    cpu: median(samples[i]!.map(({ cpu }) => cpu)),
    wall: median(samples[i]!.map(({ wall }) => wall)),
  }));
}
