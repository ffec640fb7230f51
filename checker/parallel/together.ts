/** From what the workers of a team have found to the outcome that one thread would have found. */
import type { Standing } from '../explore/team.ts';
import type { Effort, Outcome, Verdict } from '../outcome.ts';
import { coverageFrom, told, united } from '../property/coverage.ts';
import { verdictOf } from '../property/verdict.ts';
import type { Explored, Stop } from './crew.ts';
import type { Share } from './share.ts';
import type { Shared } from './shared.ts';

/** All shares have the same ending, which is not `again`. */
export function outcomeOf(standing: Standing, { shares, stop }: Explored, shared: Shared): Outcome {
  const { system, successors, judge } = standing;
  const covered = united([successors.covered(), ...shares.map(({ coverage }) => coverageFrom(coverage))]);
  const inAll = (names: readonly string[], of: (share: Share) => readonly string[]): readonly string[] =>
    names.filter((name) => shares.every((share) => of(share).includes(name)));
  const witnessesMissed = inAll(judge.witnessesMissed(), (share) => share.witnessesMissed);
  const untested = inAll(judge.untested(), (share) => share.untested);
  const effort = effortOf(standing, shares, shared);
  const stopped = stoppedOf(shares, stop, effort);
  const found = { broken: null, stuck: null, stopped, lasso: null, covered, witnessesMissed, untested };
  const noTrace = (): never => {
    throw new Error('workers found nothing that needs a trace');
  };
  return {
    verdict: verdictOf(system, found, { to: noTrace, of: noTrace }),
    effort,
    witnessesReached: system.witnesses
      .map(({ name }) => name)
      .filter((name) => !witnessesMissed.includes(name)),
    ...told(covered),
  };
}

function effortOf(standing: Standing, shares: readonly Share[], shared: Shared): Effort {
  const { system, tables, exploration, started, successors } = standing;
  const sum = (what: (effort: Effort) => number): number =>
    shares.reduce((all, { effort }) => all + what(effort), 0);
  const most = (name: string): number => Math.max(...shares.map(({ effort }) => effort.values[name]!));
  const ofMain = exploration.visited.bytes() + successors.bytes() + tables.tries.bytes();
  return {
    states: sum(({ states }) => states),
    transitions: exploration.transitions + sum(({ transitions }) => transitions),
    depth: Math.max(...shares.map(({ depth }) => depth)),
    seconds: (performance.now() - started) / 1000,
    bytes: ofMain + sum(({ bytes }) => bytes) + sharedBytes(shared),
    slowCalls: tables.slowCalls + sum(({ slowCalls }) => slowCalls),
    lookups: tables.lookups + sum(({ lookups }) => lookups),
    slowSeconds: tables.slowSeconds + sum(({ slowSeconds }) => slowSeconds),
    // One that has not met the last values yet knows fewer.
    values: Object.fromEntries(system.components.map(({ ref }) => [ref.name, most(ref.name)])),
    workers: shares.length,
  };
}

function stoppedOf(
  shares: readonly Share[],
  stop: Stop | null,
  { states, depth }: Effort,
): Extract<Verdict, { kind: 'incomplete' }> | null {
  const { ending } = shares[0]!;
  if (ending === 'explored') return null;
  const reasons = shares.map((share) => share.why).filter((it) => it !== '');
  const noMemory: Stop = { bound: 'memory', what: `no memory for more states (${reasons[0]})` };
  const { bound, what } = (ending === 'abort' ? stop : null) ?? noMemory;
  const expanded = shares.reduce((all, share) => all + share.expanded, 0);
  const why =
    `${what}: ${states} states were found and satisfy every invariant, ${expanded} of them were expanded, ` +
    `${states - expanded} were not; the deepest is ${depth} steps from the initial state`;
  return { kind: 'incomplete', bound, why };
}

function sharedBytes({ log, tables, lists }: Shared): number {
  return [log, ...tables, ...lists].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
