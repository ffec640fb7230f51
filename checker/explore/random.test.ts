import { describe, expect, test } from 'vitest';
import type { Trace, Verdict } from '../outcome.ts';
import { replay } from '../trace/replay.ts';
import { checkNow } from './check.ts';
import type { RandomWalks } from './options.ts';
import { toy } from './toy.ts';

const walk = (system: Parameters<typeof checkNow>[0], random: Partial<RandomWalks> = {}) =>
  checkNow(system, { search: 'random', random: { seed: 7, walks: 20, depth: 50, ...random } });

function traceOf(verdict: Verdict): Trace {
  if (!('trace' in verdict)) throw new Error(`no trace: ${verdict.kind}`);
  return verdict.trace;
}

/** Two counters; states in which `a` has met more than 64 values need another layout. */
const counters = (top: number) =>
  toy({
    start: { a: 0, b: 0 },
    agents: {
      A: ({ a }) => (a < top ? [{ text: `a = ${a + 1}`, set: { a: a + 1 } }] : []),
      B: ({ b }) => (b < 3 ? [{ text: `b = ${b + 1}`, set: { b: b + 1 } }] : []),
    },
    reach: { 'b is 3': ({ b }) => b === 3, 'a is far': ({ a }) => a > 1000 },
  });

test('walks that saw every state still prove nothing', () => {
  const { verdict, effort, witnessesReached } = walk(counters(2), { walks: 200 });
  // 3 * 4 states; each walk takes 5 steps to the one end.
  expect(verdict).toEqual({
    kind: 'incomplete',
    bound: 'random',
    why:
      'random walks prove nothing: 200 walks of up to 50 steps (seed 7) took 1,000 steps and looked at 12 distinct ' +
      'states, which satisfy every invariant',
  });
  expect(effort).toMatchObject({ states: 12, depth: 5 });
  expect(witnessesReached).toEqual(['b is 3']);
});

test('a walk that is long enough is given up', () => {
  const { verdict } = walk(counters(100), { walks: 3, depth: 10 });
  expect(verdict).toMatchObject({ why: expect.stringContaining('took 30 steps') });
  expect(verdict).toMatchObject({ why: expect.stringContaining('3 of the walks had not come to an end') });
});

test('a violation ends the walks, with a trace that can be replayed and says how to find it again', () => {
  const system = {
    ...counters(300),
    invariants: toy({
      start: { a: 0, b: 0 },
      agents: {},
      never: { far: ({ a, b }) => (a === 200 && b === 3 ? 'a is far' : null) },
    }).invariants,
  };
  const { verdict } = walk(system, { depth: 400 });
  expect(verdict).toMatchObject({ kind: 'violated', invariant: 'far' });
  const trace = traceOf(verdict);
  expect(trace.found).toMatch(/^walk \d+ of --search random --seed 7 --depth 400; a shorter way may exist$/);
  expect(replay(system, trace.steps).ending).toBe('far: a is far');
  expect(traceOf(walk(system, { depth: 400 }).verdict)).toEqual(trace);
});

test('successors that the walk does not go on to are judged as well', () => {
  const system = toy({
    start: { n: 0 },
    agents: {
      A: ({ n }) => (n === 0 ? Array.from({ length: 1000 }, (_, i) => ({ set: { n: i + 1 } })) : []),
    },
    never: { one: ({ n }) => (n === 777 ? 'it is 777' : null) },
  });
  const { verdict } = walk(system, { walks: 1 });
  expect(traceOf(verdict).steps.map(({ choice }) => choice)).toEqual([776]);
});

test('the walks of different seeds differ, those of one seed do not', () => {
  const system = toy({
    start: { n: 1 },
    agents: { A: ({ n }) => (n < 2 ** 20 ? [{ set: { n: 2 * n } }, { set: { n: 2 * n + 1 } }] : []) },
  });
  const values = (seed: number) => {
    const ends: unknown[] = [];
    const onTerminal = (read: (c: never) => unknown) =>
      void ends.push(read(system.components[0]!.ref as never));
    checkNow(system, { search: 'random', random: { seed, walks: 5, depth: 50 }, onTerminal });
    return ends;
  };
  expect(values(1)).toHaveLength(5);
  expect(values(1)).toEqual(values(1));
  expect(values(1)).not.toEqual(values(2));
});

test('every successor is taken about equally often', () => {
  const system = toy({
    start: { n: 0 },
    agents: { A: ({ n }) => (n === 0 ? [1, 2, 3].map((to) => ({ set: { n: to } })) : []) },
  });
  const met = [0, 0, 0, 0];
  checkNow(system, {
    search: 'random',
    random: { seed: 1, walks: 3000, depth: 5 },
    onTerminal: (read) => {
      met[read(system.components[0]!.ref) as number]! += 1;
    },
  });
  // The standard deviation is 26.
  for (const times of met.slice(1)) expect(Math.abs(times - 1000)).toBeLessThan(130);
});

test('a deadlock ends the walks', () => {
  const system = toy({
    start: { a: 0 },
    agents: { A: ({ a }) => (a === 0 ? [{ set: { a: 1 } }, { set: { a: 2 } }] : []) },
    stuck: ({ a }) => (a === 2 ? 'A waits' : null),
  });
  const { verdict } = walk(system);
  expect(verdict).toMatchObject({ kind: 'deadlock', why: 'A waits' });
  expect(traceOf(verdict).steps.map(({ choice }) => choice)).toEqual([1]);
});

test('an invariant that the initial state breaks needs no step', () => {
  const system = toy({
    start: { a: 0 },
    agents: {},
    never: { zero: ({ a }) => (a === 0 ? 'it is 0' : null) },
  });
  const { verdict } = walk(system);
  expect(verdict).toMatchObject({ kind: 'violated', trace: { steps: [] } });
});

test('a model function that throws is told with the walk that led there', () => {
  const system = toy({
    start: { a: 0 },
    agents: {
      A: ({ a }) => {
        if (a === 3) throw new Error('three');
        return [{ text: `a = ${a + 1}`, set: { a: a + 1 } }];
      },
    },
  });
  expect(() => walk(system)).toThrow(
    'a model function threw Error: three\n  after these steps:\n    1. A: a = 1\n    2. A: a = 2\n    3. A: a = 3',
  );
});

describe('nonsense is refused', () => {
  test.each([
    [{ seed: 1.5 }, 'the seed is 1.5'],
    [{ seed: 2 ** 40 }, 'the seed is 1099511627776'],
    [{ walks: 0 }, 'the number of walks is 0'],
    [{ depth: 0 }, 'the depth of walks is 0'],
  ])('%j', (random, message) => {
    expect(() => walk(counters(2), random)).toThrow(message);
  });
});
