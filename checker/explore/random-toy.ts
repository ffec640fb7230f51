/** Random small systems, for tests. */
import type { Event, System } from '../system.ts';
import { type ToyStep, toy } from './toy.ts';

/** A small system as data, so that a failing case can be pasted. Variables are `v0`, `v1`, ...; numbers of
 *  variables are taken modulo how many there are. */
export interface Case {
  readonly variables: number;
  /** Values are taken modulo this. */
  readonly domain: number;
  readonly agents: readonly (readonly Rule[])[];
  readonly reactions: readonly Rule[];
  readonly bad: readonly (readonly [variable: number, value: number])[];
  /** A state without successors in which v0 is larger than this is a deadlock. */
  readonly end: number;
}

/** If each guarded variable has its value, `target` becomes `source + plus`, and `event` is announced if not 0. */
interface Rule {
  readonly guard: readonly (readonly [variable: number, value: number])[];
  readonly target: number;
  readonly source: number;
  readonly plus: number;
  readonly event: number;
}

type Vars = Record<string, number>;

export function systemOf({ variables, domain, agents, reactions, bad, end }: Case, mustEnd = false): System {
  const name = (v: number) => `v${v % variables}`;
  const holds = (s: Vars, guard: Rule['guard']) => guard.every(([v, x]) => s[name(v)] === x % domain);
  const stepOf = (s: Vars, { target, source, plus, event }: Rule): ToyStep<Vars> => ({
    set: { [name(target)]: (s[name(source)]! + plus) % domain },
    ...(event === 0 ? {} : { say: [{ kind: `e${event}` }, { kind: 'any' }].slice(0, event) }),
  });
  const reacts = reactions.map((rule) => [
    name(rule.target),
    ({ kind }: Event, own: number, s: Vars) =>
      kind === 'e2' || holds(s, rule.guard) ? (own + s[name(rule.source)]! + rule.plus) % domain : own,
  ]);
  return toy<Vars>({
    start: Object.fromEntries(Array.from({ length: variables }, (_, v) => [`v${v}`, 0])),
    agents: Object.fromEntries(
      agents.map((rules, a) => [
        `A${a}`,
        (s: Vars) => rules.flatMap((it) => (holds(s, it.guard) ? [stepOf(s, it)] : [])),
      ]),
    ),
    reacts: Object.fromEntries(reacts),
    never: { bad: (s) => (holds(s, bad) ? 'bad' : null) },
    when: { bad: (s) => s.v0 === 1 % domain },
    stuck: (s) => (s.v0! > end ? 'v0 is above the end' : null),
    mustEnd,
  });
}
