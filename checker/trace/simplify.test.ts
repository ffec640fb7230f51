import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkNow } from '../explore/check.ts';
import { toy } from '../explore/toy.ts';
import { keyOf } from '../intern/canonical.ts';
import type { Trace } from '../outcome.ts';
import { type Processes, processes } from '../symmetry/processes.ts';
import type { Reordering, Step, System } from '../system.ts';
import { replay } from './replay.ts';
import { initialValues, readOf, take, type Values } from './take.ts';

const reordering: Reordering = { kind: 'early', other: 'the step before', forbiddenBy: [] };

/** The system with up to three reorderings on its steps; which, depends on the state and the step. */
function withReorderings(system: System): System {
  const drawn = (text: string): number =>
    [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 1009, 7) % 4;
  const marked = (agent: string, step: Step, i: number): Step => {
    const count = drawn(`${agent} ${i} ${keyOf(step.writes.map(({ value }) => value))}`);
    const line = { text: `${agent} ${i}`, reorderings: Array(count).fill(reordering) };
    return { ...step, label: { ...step.label, lines: [line] } };
  };
  const agents = system.agents.map((agent) => ({
    ...agent,
    steps: (read: Parameters<typeof agent.steps>[0]) =>
      agent.steps(read).map((step, i) => marked(agent.name, step, i)),
  }));
  return { ...system, agents };
}

type Cost = readonly [switches: number, reorderings: number];

const costOf = ({ steps }: Pick<Trace, 'steps'>): Cost => [
  steps.filter(({ agent }, i) => i > 0 && steps[i - 1]!.agent !== agent).length,
  steps.flatMap(({ lines }) => lines.flatMap((line) => line.reorderings ?? [])).length,
];

const compare = (a: Cost, b: Cost): number => a[0] - b[0] || a[1] - b[1];

/** Where the steps of a trace lead. */
const endOf = (system: System, { steps }: Trace): Values =>
  steps.reduce((values, { agent, choice }) => {
    const step = system.agents.find(({ name }) => name === agent)!.steps(readOf(values))[choice]!;
    return take(system, values, step);
  }, initialValues(system));

/** What every way of `length` steps to the state costs, one after the other; null if there are too many. */
function allWays(system: System, goal: Values, length: number): readonly Cost[] | null {
  const costs: Cost[] = [];
  const dead = new Set<string>();
  const go = (values: Values, at: number, last: string, cost: Cost): boolean => {
    if (at === length) {
      const isGoal = keyOf(values) === keyOf(goal);
      if (isGoal) costs.push(cost);
      return isGoal;
    }
    const key = `${at} ${keyOf(values)}`;
    if (dead.has(key) || costs.length > 3000) return false;
    const taken = system.agents.flatMap(({ name, steps }) =>
      steps(readOf(values)).map((step) => {
        const own = step.label.lines.flatMap((line) => line.reorderings ?? []).length;
        const next: Cost = [cost[0] + (at > 0 && last !== name ? 1 : 0), cost[1] + own];
        return go(take(system, values, step), at + 1, name, next);
      }),
    );
    if (!taken.includes(true)) dead.add(key);
    return taken.includes(true);
  };
  go(initialValues(system), 0, '', [0, 0]);
  return costs.length > 3000 ? null : costs;
}

/** Agents that each do one thing after the other: wait until a variable has a value, then give one a value. */
interface Programs {
  readonly agents: readonly (readonly {
    readonly wait: readonly [number, number] | null;
    readonly put: readonly [number, number];
  }[])[];
  readonly bad: readonly [number, number];
}

const cell = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }));
const programs: fc.Arbitrary<Programs> = fc.record({
  agents: fc.array(
    fc.array(
      fc.record({
        wait: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: cell }),
        put: cell,
      }),
      { minLength: 2, maxLength: 4 },
    ),
    {
      minLength: 2,
      maxLength: 3,
    },
  ),
  bad: cell,
});

function systemOf({ agents, bad }: Programs): System {
  const start = { v0: 0, v1: 0, v2: 0, ...Object.fromEntries(agents.map((_, a) => [`pc${a}`, 0])) };
  const isOver = (s: Record<string, number>): boolean =>
    agents.every((program, a) => s[`pc${a}`] === program.length);
  return toy<Record<string, number>>({
    start,
    agents: Object.fromEntries(
      agents.map((program, a) => [
        `A${a}`,
        (s: Record<string, number>) => {
          const next = program[s[`pc${a}`]!];
          if (next === undefined) return [];
          const { wait, put } = next;
          if (wait !== null && s[`v${wait[0]}`] !== wait[1]) return [];
          return [{ set: { [`pc${a}`]: s[`pc${a}`]! + 1, [`v${put[0]}`]: put[1] } }];
        },
      ]),
    ),
    never: { bad: (s) => (isOver(s) && s[`v${bad[0]}`] !== bad[1] ? 'bad' : null) },
    stuck: (s) => (isOver(s) ? null : 'somebody waits'),
  });
}

describe('of all shortest ways to the state, a trace has the fewest switches and then the fewest reorderings', () => {
  /** Holds the trace of `system` to every way there is; whether there was more than one cost. */
  function held(system: System): 'no trace' | 'too many' | 'one cost' | 'several costs' {
    const { verdict } = checkNow(system, { search: 'bfs' });
    if (verdict.kind !== 'violated' && verdict.kind !== 'deadlock') return 'no trace';
    const { trace } = verdict;
    expect(replay(system, trace.steps)).toEqual(trace);
    const costs = allWays(system, endOf(system, trace), trace.steps.length);
    if (costs === null) return 'too many';
    const [least] = [...costs].sort(compare);
    expect(costOf(trace)).toEqual(least);
    return costs.some((cost) => compare(cost, least!) !== 0) ? 'several costs' : 'one cost';
  }

  test('in random programs', () => {
    const seen: Record<string, number> = {};
    fc.assert(
      fc.property(programs, (it) => {
        const result = held(withReorderings(systemOf(it)));
        seen[result] = (seen[result] ?? 0) + 1;
      }),
      { seed: 20261121, numRuns: 150 },
    );
    expect(seen['several costs']).toBeGreaterThan(60);
  });

  test('where states stand for their likes, in the run that is shown', () => {
    const seen: Record<string, number> = {};
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3 }),
        fc.integer({ min: 2, max: 3 }),
        fc.nat({ max: 99 }),
        (count, upTo, n) => {
          const steps = (s: Processes, me: number) =>
            [1, 2].flatMap((by) => {
              const to = s[`p${me}`]! + by;
              return to > upTo
                ? []
                : [{ set: { [`p${me}`]: to, ...((n + to) % 3 === 0 ? { shared: me } : {}) } }];
            });
          const names = Array.from({ length: count }, (_, i) => `p${i}`);
          const full = (s: Processes): boolean => names.filter((name) => s[name] === upTo).length === count;
          const system = processes(count, steps, {
            never: { full: (s) => (full(s) ? 'all are full' : null) },
          });
          expect(checkNow(system, { search: 'bfs' }).symmetry).toBeDefined();
          const result = held(system);
          seen[result] = (seen[result] ?? 0) + 1;
        },
      ),
      { seed: 20261122, numRuns: 12 },
    );
    expect(seen['several costs']).toBeGreaterThanOrEqual(4);
  });
});

/** Two agents with two steps each, which do not concern each other. */
const independent = toy({
  start: { a: 0, b: 0 },
  agents: {
    A: (s) => (s.a < 3 ? [{ text: `a = ${s.a + 1}`, set: { a: s.a + 1 } }] : []),
    B: (s) => (s.b < 3 ? [{ text: `b = ${s.b + 1}`, set: { b: s.b + 1 } }] : []),
  },
  never: { both: (s) => (s.a === 3 && s.b === 3 ? 'both are 3' : null) },
});

function traceOf(system: System, options: Parameters<typeof checkNow>[1]): Trace {
  const { verdict } = checkNow(system, options);
  if (!('trace' in verdict)) throw new Error(`no trace: ${verdict.kind}`);
  return verdict.trace;
}

const columnsOf = ({ steps }: Trace): string => steps.map(({ agent }) => agent).join('');

test('of equally simple ways the one is shown whose steps come first in the order of agents', () => {
  expect(columnsOf(traceOf(independent, { search: 'bfs' }))).toBe('AAABBB');
});

test('of ways that are alike otherwise the one with the fewest remarks is shown', () => {
  // A does two things in either order, and remarks upon the second one if it comes first.
  const remarking = toy({
    start: { one: 0, two: 0 },
    agents: {
      A: (s) => [
        ...(s.two === 0 ? [{ text: `two, one is ${s.one}`, set: { two: 1 } }] : []),
        ...(s.one === 0 ? [{ text: 'one', set: { one: 1 } }] : []),
      ],
    },
    never: { both: (s) => (s.one + s.two === 2 ? 'both are done' : null) },
  });
  const agents = remarking.agents.map((agent) => ({
    ...agent,
    steps: (read: Parameters<typeof agent.steps>[0]) =>
      agent.steps(read).map((step) => {
        const lines = step.label.lines.map((line) => ({
          ...line,
          ...(line.text === 'two, one is 0' ? { notes: ['early'] } : {}),
        }));
        return { ...step, label: { ...step.label, lines } };
      }),
  }));
  const texts = ({ steps }: Trace): readonly string[] => steps.map(({ lines }) => lines[0]!.text);
  expect(texts(traceOf(remarking, { search: 'bfs' }))).toEqual(['two, one is 0', 'one']);
  expect(texts(traceOf({ ...remarking, agents }, { search: 'bfs' }))).toEqual(['one', 'two, one is 1']);
});

test('depth first and random walks have the steps of their way put into the simplest order', () => {
  // Each agent may take a step once the other one has as many: depth first goes to and fro.
  const toAndFro = {
    ...independent,
    agents: independent.agents.map((agent, i) => ({
      ...agent,
      steps: (read: Parameters<typeof agent.steps>[0]) => {
        const [own, other] = [independent.components[i]!.ref, independent.components[1 - i]!.ref];
        return (read(own) as number) <= (read(other) as number) + 1 ? agent.steps(read) : [];
      },
    })),
  };
  for (const search of ['dfs', 'bfs'] as const) {
    const trace = traceOf(toAndFro, { search });
    expect(costOf(trace)).toEqual([2, 0]);
    expect(trace.ending).toBe('both: both are 3');
  }
  const walked = traceOf(independent, { search: 'random', random: { seed: 3, walks: 50, depth: 20 } });
  expect(columnsOf(walked)).toBe('AAABBB');
  expect(walked.found).toContain('--seed 3');
});

test('the way to a cycle ends with the column that goes on', () => {
  const system = toy({
    start: { a: 0, b: 0 },
    agents: {
      A: (s) => (s.a === 0 ? [{ set: { a: 1 } }] : s.b === 1 ? [{ set: { a: 3 - s.a } }] : []),
      B: (s) => (s.b === 0 ? [{ set: { b: 1 } }] : []),
    },
    mustEnd: true,
  });
  const trace = traceOf(system, { search: 'bfs' });
  expect([columnsOf(trace), trace.repeats]).toEqual(['BAAA', 2]);
});

test('a state that the exploration did not come to, and in which the model fails, is on no way', () => {
  const system = toy({
    start: { a: 0, b: 0 },
    agents: {
      A: (s) => {
        if (s.a === 0 && s.b === 1) throw new Error('not modelled');
        return s.a < 2 ? [{ set: { a: s.a + 1 } }] : [];
      },
      B: (s) => (s.b === 0 ? [{ set: { b: 1 } }] : []),
    },
    never: { one: (s) => (s.a === 1 ? 'a is 1' : null) },
  });
  expect(columnsOf(traceOf(system, { search: 'bfs' }))).toBe('A');
});

test('values that only the search for a simpler way meets find room', () => {
  // Breadth first stops at the first of 40 states that are two steps away; the others have values of their own.
  const system = toy({
    start: { a: 0, b: 0, c: 0 },
    agents: {
      A: (s) => (s.a === 0 ? Array.from({ length: 40 }, (_, i) => ({ set: { a: i + 1 } })) : []),
      B: (s) => (s.b === 0 ? [{ set: { b: 1, c: 1000 + s.a } }] : []),
    },
    never: { bad: (s) => (s.a === 1 && s.b === 1 ? 'a and b are 1' : null) },
  });
  const trace = traceOf(system, { search: 'bfs' });
  expect(columnsOf(trace)).toBe('AB');
  expect(replay(system, trace.steps)).toEqual(trace);
});
