/** Wrong variants of the reference model: a contender that does not find them bad has not checked anything. */
import type { Name } from './contest.ts';
import type { Explored } from './explored.ts';
import { type EngineName, explore } from './ours.ts';
import { type Peer, withVerifiers } from './peer.ts';
import type { Size } from './reference-model.ts';
import { table } from './report.ts';
import { describe } from './subject.ts';
import type { Cost } from './timed.ts';

interface Wrong {
  readonly what: string;
  readonly size: Size;
  /** Of the shortest counterexample, on which Rumur, LTSmin and TLC agree where they ran. */
  readonly steps: number;
  /** Not for a quick look. */
  readonly isLarge?: boolean;
}

const two = { k: 2, p: 2, m: 2 };
const three = { k: 3, p: 1, m: 3 };

const variants: readonly Wrong[] = [
  { what: 'no barrier between PTE and version', size: { ...two, tso: true, nobar: true }, steps: 12 },
  { what: 'the STE written before the version', size: { ...two, wrongA: true }, steps: 8 },
  { what: 'the version read before the PTE is cleared', size: { ...two, wrongU: true }, steps: 9 },
  { what: 'no barrier, larger', size: { ...three, tso: true, nobar: true }, steps: 12, isLarge: true },
];

/** What one contender made of one variant. */
export interface Try extends Explored, Cost {
  readonly who: Name;
  /** Whether its counterexample has to be a shortest one. */
  readonly isShortest: boolean;
}

/** Runs them all; a sentence for each that was missed, or found in another way than the shortest. */
export function findWrong(
  engines: readonly EngineName[],
  peers: readonly Peer[],
  quick: boolean,
): { readonly text: string; readonly missed: readonly string[] } {
  const shown = variants.filter(({ isLarge = false }) => !(quick && isLarge));
  const tried = shown.map((variant) => ({ variant, tries: triesAt(variant.size, engines, peers) }));
  const missed = tried.flatMap(({ variant, tries }) => tries.flatMap((it) => missedBy(it, variant)));
  const names = tried[0]!.tries.map(({ who }) => who);
  const rows = tried.map(({ variant, tries }) => [
    variant.what,
    describe({ kind: 'reference', ...variant.size }),
    ...tries.map(cell),
  ]);
  return { text: `${table(['wrong variant', 'size', ...names], rows)}\n`, missed };
}

function triesAt(size: Size, engines: readonly EngineName[], peers: readonly Peer[]): readonly Try[] {
  const ours = engines.map((who) => ({
    who,
    isShortest: true,
    ...explore(who, { kind: 'reference', ...size }),
  }));
  return withVerifiers(peers, size, 1e6, (verifiers) => [
    ...ours,
    ...verifiers.map((verifier, i) => {
      const { name: who, isBreadthFirst: isShortest } = peers[i]!;
      return { who, isShortest, ...verifier.run() };
    }),
  ]);
}

export function missedBy(
  { who, why, holds, steps, isShortest }: Try,
  { what, steps: least }: Pick<Wrong, 'what' | 'steps'>,
): readonly string[] {
  // What SPIN calls an assertion is an invariant to the others.
  if (holds || !/stale|assertion violated/.test(why)) return [`${what}: ${who} does not find it: ${why}`];
  if (!isShortest || steps === least) return [];
  return [`${what}: ${who} finds it in ${steps ?? 'no'} steps, not ${least}`];
}

/** `12 steps, 0.15 s`, by CPU time. */
function cell({ holds, why, steps, cpu }: Try): string {
  if (holds) return why;
  return `${steps === null ? 'found' : `${steps} steps`}, ${cpu.toFixed(2)} s`;
}
