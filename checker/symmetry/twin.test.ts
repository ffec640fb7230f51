import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resuming } from '../checkpoint/resumed.ts';
import { checkNow } from '../explore/check.ts';
import { naive } from '../explore/naive.ts';
import type { ToyStep } from '../explore/toy.ts';
import type { Outcome } from '../outcome.ts';
import type { Event, System } from '../system.ts';
import { replay } from '../trace/replay.ts';
import { orbitsOf } from './orbits.ts';
import { NOBODY, type Processes, processes, processNames } from './processes.ts';

/** A random system of like processes, as data, so that a failing case can be pasted. */
interface Case {
  readonly count: number;
  /** Values of a process's own variable. */
  readonly domain: number;
  readonly rules: readonly Rule[];
  /** No two processes may have this value, nor one this one while the shared variable names it. */
  readonly exclusive: number;
  readonly bad: number;
  /** A state without successors in which some process has this value is a deadlock. */
  readonly end: number;
}

/** If the process has value `own`, and the shared variable names whom it should, it takes value `next`, puts a name
 *  into the shared variable, and tells the others, who count that, if `tells`. */
interface Rule {
  readonly own: number;
  readonly shared: 'me' | 'nobody' | 'another' | 'any';
  readonly next: number;
  readonly put: 'me' | 'nobody' | 'any other' | 'nothing';
  readonly tells: boolean;
}

const value = fc.nat({ max: 4 });
const rule: fc.Arbitrary<Rule> = fc.record({
  own: value,
  shared: fc.constantFrom('me', 'nobody', 'another', 'any'),
  next: value,
  put: fc.constantFrom('me', 'nobody', 'any other', 'nothing'),
  tells: fc.boolean(),
});
const anyCase: fc.Arbitrary<Case> = fc.record({
  count: fc.integer({ min: 2, max: 4 }),
  domain: fc.integer({ min: 2, max: 5 }),
  rules: fc.array(rule, { minLength: 1, maxLength: 6 }),
  exclusive: fc.nat({ max: 9 }),
  bad: fc.nat({ max: 9 }),
  end: fc.nat({ max: 9 }),
});

function systemOf({ count, domain, rules, exclusive, bad, end }: Case, mustEnd = false): System {
  const names = processNames(count);
  const applies = (s: Processes, me: number, { own, shared }: Rule): boolean => {
    const named = s.shared!;
    const fits = {
      me: named === me,
      nobody: named === NOBODY,
      another: ![me, NOBODY].includes(named),
      any: true,
    };
    return s[`p${me}`] === own % domain && fits[shared];
  };
  const stepsOf = (me: number, { next, put, tells }: Rule): readonly ToyStep<Processes>[] => {
    const others = names.map((_, i) => i).filter((i) => i !== me);
    const puts = { me: [me], nobody: [NOBODY], 'any other': others, nothing: [null] };
    return puts[put].map((shared) => ({
      set: { [`p${me}`]: next % domain, ...(shared === null ? {} : { shared }) },
      ...(tells ? { say: [{ kind: 'told', by: me } as Event] } : {}),
    }));
  };
  const reacts = names.map((name, me) => [
    name,
    (event: Event, own: number) => ((event as Event & { by: number }).by === me ? own : (own + 1) % domain),
  ]);
  return processes(count, (s, me) => rules.flatMap((it) => (applies(s, me, it) ? stepsOf(me, it) : [])), {
    mustEnd,
    hears: Object.fromEntries(names.map((name) => [name, () => true])),
    reacts: Object.fromEntries(reacts),
    never: {
      exclusive: (s) =>
        names.filter((name) => s[name] === exclusive).length > 1 ? `two have ${exclusive}` : null,
      ...Object.fromEntries(
        names.map((name, me) => [
          `${name} is not bad`,
          (s: Processes) => (s[name] === bad && s.shared === me ? `${name} is ${bad}` : null),
        ]),
      ),
    },
    stuck: (s) => (names.some((name) => s[name] === end) ? `one has ${end}` : null),
  });
}

test('random systems: the verdict is that of all states, the counts are of orbits, and traces are as short', () => {
  fc.assert(
    fc.property(anyCase, fc.boolean(), (c, mustEnd) => {
      const system = systemOf(c, mustEnd);
      const all = naive(system);
      const found = checkNow(system, { search: 'bfs' });
      expect(found.symmetry).toEqual({ names: ['processes'], elements: [2, 6, 24][c.count - 2] });
      expect(found.verdict.kind).toBe(all.kind);
      if (all.kind !== 'violated') expect(found.effort.states).toBe(orbitsOf(system));
      if (!('trace' in found.verdict)) return;
      const { trace } = found.verdict;
      const again = replay(system, trace.steps, trace.repeats);
      expect(again.ending).toBe(trace.ending);
      if (all.kind === 'violated') expect(trace.steps.length).toBe(all.depth);
    }),
    { numRuns: 250, seed: 5 },
  );
});

test('random systems: depth first finds the same verdicts in as many states', () => {
  fc.assert(
    fc.property(anyCase, (c) => {
      const system = systemOf(c);
      const found = checkNow(system, { search: 'dfs' });
      const breadth = checkNow(system, { search: 'bfs' });
      expect(found.verdict.kind).toBe(breadth.verdict.kind);
      if (found.verdict.kind !== 'violated') expect(found.effort.states).toBe(breadth.effort.states);
    }),
    { numRuns: 100, seed: 6 },
  );
});

test('random systems: fingerprints, and a run that was stopped and taken up again, find the same', () => {
  const resumed = resuming();
  let stops = 0;
  fc.assert(
    fc.property(anyCase, fc.nat({ max: 2 }), (c, slices) => {
      const system = systemOf(c);
      const told = ({ verdict, effort, covered, symmetry }: Outcome) => [
        verdict.kind === 'holds' ? 'holds' : verdict,
        [effort.states, effort.transitions, effort.depth, effort.values, covered, symmetry],
      ];
      const expected = told(checkNow(system, { search: 'bfs' }));
      expect(told(checkNow(system, { search: 'bfs', fingerprintSeed: 1 }))[1]).toEqual(expected[1]);
      const again = resumed(system, 'bfs', slices);
      if (again === null) return;
      stops += 1;
      expect(told(again)).toEqual(expected);
    }),
    { numRuns: 100, seed: 7 },
  );
  expect(stops).toBeGreaterThan(5);
});
