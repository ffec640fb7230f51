import { expect, test } from 'vitest';
import { check } from '../explore/check.ts';
import { type Toy, toy } from '../explore/toy.ts';
import type { Profile } from './profile.ts';
import { checkProfiled } from './profiled.ts';
import { profileText } from './text.ts';
import { spread } from './walk.ts';
import { watch } from './watch.ts';

async function profile<S extends object>(about: Toy<S>, options: object = {}): Promise<Profile> {
  const found: Profile[] = [];
  await checkProfiled(toy(about), { search: 'bfs', ...options }, check, (it) => found.push(it));
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** Counters `a` to 2 and `b` to 3, each of an agent of its own: 12 states, 17 transitions. */
const counters: Toy<{ a: number; b: number }> = {
  start: { a: 0, b: 0 },
  agents: {
    A: (s) => (s.a < 2 ? [{ set: { a: s.a + 1 }, text: `a = ${s.a + 1}`, statement: 'A: a++' }] : []),
    B: (s) => (s.b < 3 ? [{ set: { b: s.b + 1 }, text: 'b++' }] : []),
  },
  never: { 'a sum of 9': (s) => (s.a + s.b === 9 ? 'it is 9' : null) },
};

test('a profile changes neither verdict nor counts', async () => {
  const options = { search: 'bfs' } as const;
  const plain = await check(toy(counters), options);
  const outcome = await checkProfiled(toy(counters), options, check, () => {});
  expect(outcome.verdict).toEqual(plain.verdict);
  for (const count of ['states', 'transitions', 'depth', 'slowCalls', 'lookups', 'values'] as const)
    expect(outcome.effort[count]).toEqual(plain.effort[count]);
});

test('a function is counted once for each combination of what it reads', async () => {
  const { functions } = await profile(counters);
  const of = (kind: string, name: string) => functions.find((it) => it.kind === kind && it.name === name);
  expect(of('step', 'A')).toMatchObject({ calls: 3, reads: ['a'] });
  expect(of('step', 'B')).toMatchObject({ calls: 4, reads: ['b'] });
  expect(of('invariant', 'a sum of 9')).toMatchObject({ calls: 12, reads: ['a', 'b'] });
  expect(of('stuck', '')).toMatchObject({ calls: 1, reads: [] });
});

test('values are told by the step or reaction that made them first', async () => {
  const { components } = await profile({
    ...counters,
    agents: { ...counters.agents, C: () => [{ say: [{ kind: 'bump' }] }] },
    hears: { b: ({ kind }) => kind === 'bump' },
    reacts: { b: (_, own) => Math.min(own + 1, 5) },
  });
  const makers = Object.fromEntries(components.map((it) => [it.name, it.makers]));
  expect(makers.a).toEqual([['A: a++', 2]]);
  const sum = makers.b!.reduce((all, [, n]) => all + n, 0);
  expect(sum).toBe(5);
  expect(Object.fromEntries(makers.b!)["b's reaction to bump"]).toBeGreaterThanOrEqual(2);
});

test('a component multiplies by the states that differ in it alone', async () => {
  const { components, constants } = await profile({ ...counters, start: { a: 0, b: 0, c: 7 } as never });
  expect(components.map(({ name, values, factor }) => [name, values, factor])).toEqual([
    ['b', 4, 4],
    ['a', 3, 3],
  ]);
  expect(constants).toEqual(['c']);
});

test('a field multiplies likewise, and is told with the values that are left without it', async () => {
  interface Pair {
    readonly x: number;
    readonly y: { readonly z: number };
    readonly twice: number;
  }
  const { components } = await profile<{ p: Pair }>({
    start: { p: { x: 0, y: { z: 0 }, twice: 0 } },
    agents: {
      X: ({ p }) => (p.x < 2 ? [{ set: { p: { ...p, x: p.x + 1, twice: 2 * p.x + 2 } } }] : []),
      Y: ({ p }) => (p.y.z < 3 ? [{ set: { p: { ...p, y: { z: p.y.z + 1 } } } }] : []),
    },
  });
  const fields = components[0]!.fields.map(({ path, values, factor }) => [path, values, factor]);
  // Without x alone nothing is gained: `twice` tells it.
  expect(Object.fromEntries(fields.map(([path, ...rest]) => [path, rest]))).toEqual({
    x: [12, 1],
    twice: [12, 1],
    y: [3, 4],
    'y.z': [3, 4],
  });
});

test('of many states a sample is enough: whole groups are taken, so that the ratio is right', async () => {
  const up = (name: 'a' | 'b' | 'c') => (s: Readonly<Record<'a' | 'b' | 'c', number>>) =>
    s[name] < 63 ? [{ set: { [name]: s[name] + 1 } }] : [];
  const { components, effort } = await profile({
    start: { a: 0, b: 0, c: 0 },
    agents: { A: up('a'), B: up('b'), C: up('c') },
  });
  expect(effort.states).toBe(64 ** 3);
  for (const { factor } of components) expect(factor).toBeCloseTo(64, 5);
});

test('transitions, new states and depths are those of the state graph', async () => {
  const { agents, steps, levels, states } = await profile(counters);
  expect(states).toBe(12);
  expect(agents.map(({ name, share }) => [name, share])).toEqual([
    ['B', 9 / 17],
    ['A', 8 / 17],
  ]);
  expect(steps.map(({ name }) => name)).toEqual(['B: b++', 'A: a++']);
  expect(agents.reduce((sum, { found }) => sum + found, 0)).toBeCloseTo(1, 10);
  // Breadth first with A before B: A finds the states of which b is 0, and B none but those that are left.
  expect(levels).toEqual([1, 2, 3, 3, 2, 1]);
});

test('steps of agents that share nothing are free, and those that meet are not', async () => {
  const { agents } = await profile(counters);
  expect(agents.map(({ free }) => free)).toEqual([1, 1]);
  const racing = await profile<{ last: string; a: boolean; b: boolean }>({
    start: { last: '', a: false, b: false },
    agents: {
      A: (s) => (s.a ? [] : [{ set: { a: true, last: 'A' } }]),
      B: (s) => (s.b ? [] : [{ set: { b: true, last: 'B' } }]),
    },
  });
  // From the start the order decides who was last; where the other is done there is nobody to meet.
  for (const { free } of racing.agents) expect(free).toBe(0);
});

test('a step that lets another agent go on is not free', async () => {
  const { agents } = await profile<{ ready: boolean; done: boolean }>({
    start: { ready: false, done: false },
    agents: {
      A: (s) => (s.ready ? [] : [{ set: { ready: true } }]),
      B: (s) => (s.ready && !s.done ? [{ set: { done: true } }] : []),
    },
  });
  expect(Object.fromEntries(agents.map(({ name, free }) => [name, free]))).toEqual({ A: 0, B: null });
});

test('an exploration that was stopped has a profile of what was found', async () => {
  const { stopped, open, effort, levels } = await profile(counters, { maxStates: 7 });
  expect(stopped).toContain('the limit of 7 states was reached');
  expect(effort.states).toBe(7);
  expect(open).toBeGreaterThan(0);
  expect(levels.reduce((sum, n) => sum + n, 0)).toBe(7);
});

test('depth first there are no levels, and all else is there', async () => {
  const { levels, agents, components } = await profile(counters, { search: 'dfs' });
  expect(levels).toEqual([]);
  expect(agents.map(({ share }) => share)).toEqual([9 / 17, 8 / 17]);
  expect(components.map(({ factor }) => factor)).toEqual([4, 3]);
});

test('the text fits a terminal and names what was found', async () => {
  const text = profileText(await profile(counters), 'counters/both (sc)');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  expect(text).toContain('Profile of counters/both (sc)\n  12 states, 17 transitions, depth 5');
  expect(text).toMatch(/^ {2}b +4 +2 +4\.00x$/m);
  expect(text).toMatch(/^ {2} +53 % +\d+ % +100 % {2}B: b\+\+$/m);
  expect(text).toContain('Distance from the start: 6 levels; the widest is 2 with 3 states\n  ▃▆██▆▃');
});

test('ids are spread evenly, and none is taken twice', () => {
  expect(spread(0, 10, 4)).toEqual([0, 2, 5, 7]);
  expect(spread(1, 4, 10)).toEqual([1, 2, 3]);
  expect(spread(0, 4001, 4000)).toHaveLength(4000);
  expect(spread(3, 3, 5)).toEqual([]);
});

test('the watched system leaves its declarations as they are', () => {
  const system = toy(counters);
  const { system: watched } = watch(system);
  expect(watched.components.map(({ ref }) => ref)).toEqual(system.components.map(({ ref }) => ref));
  expect(watched.invariants[0]).not.toHaveProperty('antecedent');
});
