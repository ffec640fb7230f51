import { expect, test } from 'vitest';
import { advice } from './advice.ts';
import type { ComponentProfile, Profile } from './profile.ts';

const nothing: Profile = {
  effort: {
    states: 1000,
    transitions: 3000,
    depth: 10,
    seconds: 2,
    bytes: 4e4,
    slowCalls: 10,
    lookups: 1e4,
    slowSeconds: 0.1,
    values: {},
  },
  stopped: null,
  open: 0,
  components: [],
  constants: [],
  words: 1,
  functions: [],
  levels: [1, 2, 3, 4, 3, 2, 1],
  symmetries: [],
  agents: [],
  steps: [],
  states: 1000,
};
const component: ComponentProfile = {
  name: 'cpu0',
  values: 10,
  needs: 4,
  bits: 5,
  factor: 1.1,
  makers: [],
  fields: [],
};
/** All advice on a profile that differs from one in which nothing stands out. */
const said = (differs: Partial<Profile>) =>
  advice({ ...nothing, ...differs }).flatMap(({ text, about = [] }) => [text, ...about]);
const one = (differs: Partial<ComponentProfile>) => said({ components: [{ ...component, ...differs }] });
const NOTHING = expect.stringContaining('Nothing stands out.');

test('where nothing stands out, a smaller composition is what is left', () => {
  expect(said({})).toEqual([NOTHING]);
  expect(one({})).toEqual([NOTHING]);
});

test('a field that multiplies is named, with how much', () => {
  const fields = [{ path: 'log', values: 4, factor: 2.5 }];
  expect(one({ factor: 2.6, fields })).toEqual([
    expect.stringContaining('These fields multiply'),
    'cpu0.log: 2.5 times fewer states without it',
  ]);
  expect(one({ factor: 2.6, fields: [{ path: 'log', values: 4, factor: 1.1 }] })).toEqual([NOTHING]);
});

test('a component that multiplies as a whole may be summed up', () => {
  expect(one({ name: 'tlb0', factor: 78.7 })).toEqual([
    expect.stringContaining('let the component hold all that may have happened'),
    'tlb0: 79 times fewer states without it',
  ]);
});

test('steps that are free and frequent are to be taken with the step before', () => {
  const step = { name: 'CPU0: x = 1', agent: 'CPU0', share: 0.12, found: 0.1, free: 1 };
  expect(said({ steps: [step] })).toEqual([
    expect.stringContaining('Take them together with the step before'),
    '12 % of the transitions: CPU0: x = 1',
  ]);
  for (const other of [{ share: 0.01 }, { free: 0.9 }, { free: null }])
    expect(said({ steps: [{ ...step, ...other }] })).toEqual([NOTHING]);
});

test('agents that look alike are named where no symmetry is declared', () => {
  const agent = (name: string, share: number) => ({ name, agent: name, share, found: 0, free: 0 });
  const agents = [agent('CPU1', 0.41), agent('CPU0', 0.39), agent('SMMU0', 0.2)];
  expect(said({ agents })).toEqual([
    expect.stringMatching(/^CPU0 and CPU1 take 39 % and 41 % .* up to 2 times fewer states\.$/),
  ]);
  expect(said({ agents, symmetries: [{ name: 'CPUs', things: ['CPU0', 'CPU1'] }] })).toEqual([NOTHING]);
  expect(said({ agents: [agent('CPU1', 0.7), agent('CPU0', 0.3)] })).toEqual([NOTHING]);
});

test('a component with many values is told with who made them and what would be left', () => {
  const many = {
    name: 'cpu0',
    values: 4812,
    makers: [['CPU0: log(x)', 2406]] as const,
    fields: [{ path: 'log', values: 310, factor: 1.1 }],
  };
  expect(one(many)).toEqual([
    'cpu0 has 4,812 values, 50 % of them made by CPU0: log(x). Whatever reads it runs again for each of them: without ' +
      '.log it would have 310: make that a component of its own, or smaller.',
  ]);
  const both = [many, { ...many, name: 'cpu1' }].map((it) => ({ ...component, ...it }));
  expect(said({ components: both })).toEqual([
    expect.stringMatching(/^cpu0 \(cpu1 likewise\) has 4,812 values/),
  ]);
});

test('slow functions are told by their kind, if slow code is what takes the time', () => {
  const slow = {
    kind: 'invariant',
    name: 'noStale',
    calls: 5000,
    seconds: 1,
    reads: ['a', 'b', 'c'],
  } as const;
  expect(said({ functions: [slow] })).toEqual([
    'The invariant noStale ran 5,000 times and took 50 % of the time, and reads 3 components: make it one for each CPU ' +
      'or SMMU, which reads theirs alone, and read first what decides.',
  ]);
  expect(said({ functions: [{ ...slow, kind: 'step', name: 'CPU0' }] })[0]).toContain(
    'The step function of CPU0 ran',
  );
  expect(said({ functions: [{ ...slow, kind: 'reaction' }] })[0]).toContain('Let listens() refuse events');
  expect(said({ functions: [{ ...slow, seconds: 0.2 }] })).toEqual([NOTHING]);
});

test('a state of more than 64 bits is told with what makes it wide', () => {
  const components = ['a', 'b', 'c'].map((name) => ({ ...component, name, needs: 22 }));
  expect(said({ components })).toEqual([
    expect.stringMatching(/^A state needs 66 bits\..* a \(22\), b \(22\) and c/),
  ]);
  expect(said({ components: components.slice(1) })).toEqual([NOTHING]);
});

test('a run that was stopped is told whether its end was near', () => {
  const stopped = 'the limit of 1000 states was reached';
  expect(said({ stopped, open: 50, levels: [1, 5, 20, 60, 90, 80, 40, 3] })).toEqual([
    expect.stringMatching(/^Levels are shrinking since distance 4: .* \(50 states are open\)\.$/),
  ]);
  expect(said({ stopped, levels: [1, 2, 4, 8, 16, 32, 64, 3] })).toEqual([
    expect.stringMatching(/^Levels still grow by 2\.00 a step at distance 6/),
  ]);
});
