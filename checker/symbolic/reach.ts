/** Everything that the symbolic engine finds out about a system, as far as the verdict needs it: it ends with the
 *  first thing that needs a trace. */
import { type Count, censusOf, plus } from './count.ts';
import type { Space } from './domain.ts';
import { endless } from './endless.ts';
import { type Broken, brokenAt, brokenIn, type Claims, claimsOf, missedIn, someAnswer } from './judge.ts';
import { EMPTY } from './nodes.ts';
import { ordersFor } from './order.ts';
import { pilot } from './pilot.ts';
import { race, type Usage } from './race.ts';
import type { Rules } from './rules.ts';
import type { Collecting } from './saturate.ts';
import type { Steps } from './steps.ts';

/** How many states the pilot looks at. */
const PILOT = 1000;
/** How many orders of the components may run against each other. */
const ORDERS = 4;

/** What is known of all reachable states. */
export interface Reached {
  readonly states: Count;
  readonly transitions: Count;
  readonly witnessesMissed: readonly string[];
  readonly untested: readonly string[];
}

/** Something of which it takes another engine to show how one gets there. */
export type Culprit =
  | ({ readonly kind: 'violated' } & Broken)
  | { readonly kind: 'deadlock'; readonly why: string }
  | { readonly kind: 'endless'; readonly why: string };

export type Found = { readonly culprit: Culprit } | { readonly reached: Reached };

/** What is looked at from outside while it is being found. */
export interface Watch {
  readonly usage: Usage;
  /** How many states the pilot may look at, if not the usual number. */
  readonly pilot?: number;
  /** When garbage is looked for, if not at the usual times. */
  readonly collecting?: Collecting;
  /** Called with each state in which nobody can take a step, by component. */
  terminal?(ids: readonly number[]): void;
}

/** Finds everything out; gives way at times. `limit`: bytes that diagrams may take. */
export function* findings(rules: Rules, limit: number, watch: Watch): Generator<void, Found> {
  const claims = claimsOf(rules);
  const early = lookAround(rules, claims, watch.pilot ?? PILOT);
  if (early !== null) return { culprit: { kind: 'violated', ...early } };
  const { space, steps, set, tidy } = yield* race(
    rules,
    ordersFor(rules, ORDERS),
    limit,
    watch.usage,
    watch.collecting,
  );
  tidy([set]);
  const broken = yield* brokenIn(claims, space, set);
  if (broken !== null) return { culprit: { kind: 'violated', ...broken } };
  tidy([set]);
  const ends = yield* endsOf(space, steps, set);
  const why = someAnswer(space, claims.stuck.learned, ends);
  if (why !== null) return { culprit: { kind: 'deadlock', why } };
  if (rules.system.mustEnd && (yield* endless(space, steps, set, ends)) !== EMPTY) {
    return { culprit: { kind: 'endless', why: 'no end can be reached any more' } };
  }
  tellEnds(space, ends, watch);
  tidy([set]);
  const witnessesMissed = yield* missedIn(claims.witnesses, space, set);
  const untested = yield* missedIn(claims.antecedents, space, set);
  return { reached: { ...count(space, steps, set), witnessesMissed, untested } };
}

/** Learns what the components have to do with each other; an invariant that broke on the way. */
function lookAround(rules: Rules, claims: Claims, states: number): Broken | null {
  let broken: Broken | null = null;
  pilot(rules, states, (idOf) => {
    broken = brokenAt(claims, idOf);
    return broken !== null;
  });
  return broken;
}

/** The states of `set` in which nobody can take a step. */
function* endsOf({ diagrams }: Space, { agents }: Steps, set: number): Generator<void, number> {
  let ends = set;
  for (const { groups } of agents) {
    for (const { list, enabled } of groups) {
      yield;
      ends = diagrams.without(ends, 0, list, enabled);
    }
  }
  return ends;
}

function tellEnds({ diagrams, levelOf }: Space, ends: number, { terminal }: Watch): void {
  if (terminal === undefined) return;
  diagrams.each(ends, (vector) => terminal([...levelOf].map((level) => vector[level]!)));
}

/** How many states there are, and how many steps can be taken from them. */
function count({ diagrams, order }: Space, { agents }: Steps, set: number) {
  const census = censusOf(diagrams, set, order.length);
  let transitions: Count = 0;
  for (const domain of agents) {
    for (const group of domain.groups) {
      transitions = plus(transitions, census.weigh(group.list, domain.counted(group)));
    }
  }
  return { states: census.size, transitions };
}
