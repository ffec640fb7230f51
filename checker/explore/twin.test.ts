import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event, System } from '../system.ts';
import { replay } from '../trace/replay.ts';
import { checkNow } from './check.ts';
import { naive } from './naive.ts';
import { type ToyStep, toy } from './toy.ts';

/** A random small system, as data, so that a failing case can be pasted. Variables are `v0`, `v1`, ...; numbers of
 *  variables are taken modulo how many there are. */
interface Case {
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

const number = fc.nat({ max: 7 });
const pairs = fc.array(fc.tuple(number, number), { maxLength: 2 });
const rule = fc.record({
  guard: pairs,
  target: number,
  source: number,
  plus: number,
  event: fc.nat({ max: 2 }),
});
const anyCase: fc.Arbitrary<Case> = fc.record({
  variables: fc.integer({ min: 1, max: 5 }),
  domain: fc.integer({ min: 2, max: 7 }),
  agents: fc.array(fc.array(rule, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  reactions: fc.array(rule, { maxLength: 3 }),
  bad: fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 4 }),
  end: fc.nat({ max: 3 }),
});

type Vars = Record<string, number>;

function systemOf({ variables, domain, agents, reactions, bad, end }: Case, mustEnd = false): System {
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

test('the engine agrees with the naive twin on random systems', () => {
  fc.assert(
    fc.property(anyCase, (it) => {
      const system = systemOf(it);
      const twin = naive(system);
      for (const search of ['bfs', 'dfs'] as const) {
        let terminals = 0;
        const { verdict, effort } = checkNow(system, { search, onTerminal: () => (terminals += 1) });
        expect(verdict.kind).toBe(twin.kind);
        if (verdict.kind === 'violated') {
          if (search === 'bfs') expect(verdict.trace.steps).toHaveLength(twin.depth);
          continue;
        }
        expect(effort).toMatchObject({ states: twin.states, transitions: twin.transitions });
        expect(terminals).toBe(twin.terminals.length);
        if (search === 'bfs') expect(effort.depth).toBe(twin.depth);
      }
    }),
    { seed: 20260101, numRuns: 500 },
  );
});

/** Few states: the naive twin asks of each pair whether one leads to the other. */
const smallCase = anyCase.map((it) => ({
  ...it,
  variables: 1 + (it.variables % 3),
  domain: 2 + (it.domain % 3),
}));

test('the engine finds the runs that never end which the naive twin finds, and goes round with them', () => {
  const found: Record<string, number> = {};
  fc.assert(
    fc.property(smallCase, (it) => {
      const system = { ...systemOf(it, true), invariants: [] };
      const twin = naive(system);
      for (const search of ['bfs', 'dfs'] as const) {
        const { verdict } = checkNow(system, { search });
        found[verdict.kind] = (found[verdict.kind] ?? 0) + 1;
        expect(verdict.kind).toBe(twin.kind);
        if (verdict.kind !== 'endless') continue;
        const { steps, repeats } = verdict.trace;
        if (search === 'bfs') expect(repeats).toBe(twin.depth);
        expect(replay(system, steps, repeats)).toEqual(verdict.trace);
      }
    }),
    { seed: 20260102, numRuns: 300 },
  );
  expect(Object.keys(found).sort()).toEqual(['deadlock', 'endless', 'holds']);
});
