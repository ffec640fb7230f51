/** What is claimed of states, put to sets of them: each claim is a learned function, asked in every situation that a
 *  set holds for the components that it reads. */
import type { Read, System } from '../system.ts';
import { Domain, type Space } from './domain.ts';
import type { IdOf, Learned } from './learned.ts';
import { EMPTY, UNIT } from './nodes.ts';
import type { Rules } from './rules.ts';

export interface Claim<A> {
  readonly name: string;
  readonly learned: Learned<A>;
}

export interface Claims {
  readonly invariants: readonly Claim<string | null>[];
  readonly antecedents: readonly Claim<boolean>[];
  readonly witnesses: readonly Claim<boolean>[];
  /** Only for states in which nobody can take a step. */
  readonly stuck: Claim<string | null>;
}

/** An invariant that a state breaks. */
export interface Broken {
  readonly invariant: string;
  readonly why: string;
}

export function claimsOf(rules: Rules): Claims {
  const { invariants, witnesses, stuck }: System = rules.system;
  const claim = <A>(name: string, run: (read: Read) => A): Claim<A> => ({
    name,
    learned: rules.learned(name, run),
  });
  return {
    invariants: invariants.map((it) => claim(it.name, (read) => it.broken(read))),
    antecedents: invariants.flatMap(({ name, antecedent }) =>
      antecedent === undefined ? [] : [claim(name, (read) => antecedent(read))],
    ),
    witnesses: witnesses.map((it) => claim(it.name, (read) => it.reached(read))),
    stuck: claim('stuck', (read) => stuck(read)),
  };
}

/** The first invariant that one reachable state breaks. */
export function brokenAt({ invariants }: Claims, idOf: IdOf): Broken | null {
  for (const { name, learned } of invariants) {
    const asked = learned.ask(idOf);
    if ('answer' in asked && asked.answer !== null) return { invariant: name, why: asked.answer };
  }
  return null;
}

/** The first invariant that a state of `set` breaks. */
export function* brokenIn({ invariants }: Claims, space: Space, set: number): Generator<void, Broken | null> {
  for (const { name, learned } of invariants) {
    yield;
    const why = someAnswer(space, learned, set);
    if (why !== null) return { invariant: name, why };
  }
  return null;
}

/** The names of the claims that hold in no state of `set`. */
export function* missedIn(
  claims: readonly Claim<boolean>[],
  space: Space,
  set: number,
): Generator<void, readonly string[]> {
  const missed: string[] = [];
  for (const { name, learned } of claims) {
    yield;
    if (someAnswer(space, learned, set) === null) missed.push(name);
  }
  return missed;
}

/** An answer of some state of `set` that is neither null nor false; null if there is none. */
export function someAnswer<A>(space: Space, learned: Learned<A>, set: number): A | null {
  if (set === EMPTY) return null;
  if (learned.first() < 0) {
    const state = anyOf(space, set);
    learned.ask((c) => state[space.levelOf[c]!]!);
  }
  let found: A | null = null;
  const answered = (answer: A) => {
    if (answer !== null && answer !== false) found ??= answer;
  };
  const domain = new Domain(space, learned, learned.first(), () => [], { answered });
  for (let again = true; again && found === null; ) {
    again = false;
    for (let i = 0; i < domain.groups.length && found === null; i++) {
      if (domain.learn(domain.groups[i]!, set, 0)) again = true;
    }
  }
  return found;
}

/** A vector of `set`. */
function anyOf({ diagrams }: Space, set: number): readonly number[] {
  const state: number[] = [];
  for (let x = set; x !== UNIT; x = diagrams.down[x]!) state.push(diagrams.value[x]!);
  return state;
}
