import { expect, test } from 'vitest';
import type { System } from '../system.ts';
import { checkNow } from './check.ts';
import { naive } from './naive.ts';
import { toy } from './toy.ts';

/** The values of all components in each terminal state. */
function terminals(system: System): unknown[][] {
  const found: unknown[][] = [];
  checkNow(system, {
    search: 'bfs',
    onTerminal: (read) => found.push(system.components.map(({ ref }) => read(ref))),
  });
  expect(found).toEqual(naive(system).terminals);
  return found;
}

test('a reaction sees what the step wrote', () => {
  const system = toy({
    start: { memory: 0, copy: 0 },
    agents: { A: (s) => (s.memory === 0 ? [{ set: { memory: 7 }, say: [{ kind: 'store' }] }] : []) },
    reacts: { copy: (_, __, s) => s.memory },
  });
  expect(terminals(system)).toEqual([[7, 7]]);
});

test('reactions to one event are simultaneous', () => {
  const system = toy({
    start: { done: false, left: 1, right: 2 },
    agents: { A: (s) => (s.done ? [] : [{ set: { done: true }, say: [{ kind: 'swap' }] }]) },
    reacts: { left: (_, __, s) => s.right, right: (_, __, s) => s.left },
  });
  expect(terminals(system)).toEqual([[true, 2, 1]]);
});

test('a later event meets what an earlier one left', () => {
  const system = toy({
    start: { done: false, n: 1 },
    agents: {
      A: (s) =>
        s.done
          ? []
          : [
              { set: { done: true }, say: [{ kind: 'add' }, { kind: 'double' }] },
              { set: { done: true }, say: [{ kind: 'double' }, { kind: 'add' }] },
            ],
    },
    reacts: { n: ({ kind }, own) => (kind === 'add' ? own + 10 : own * 2) },
  });
  // (1 + 10) * 2 and 1 * 2 + 10.
  expect(terminals(system)).toEqual([
    [true, 22],
    [true, 12],
  ]);
});

test('a component that does not listen keeps its value', () => {
  const system = toy({
    start: { done: false, deaf: 1, hearing: 1 },
    agents: { A: (s) => (s.done ? [] : [{ set: { done: true }, say: [{ kind: 'tick' }] }]) },
    hears: { deaf: ({ kind }) => kind === 'tock' },
    reacts: { deaf: (_, own) => own + 1, hearing: (_, own) => own + 1 },
  });
  expect(terminals(system)).toEqual([[true, 1, 2]]);
});

test('a component that the step writes still reacts', () => {
  const system = toy({
    start: { n: 0 },
    agents: { A: (s) => (s.n === 0 ? [{ set: { n: 5 }, say: [{ kind: 'add' }] }] : []) },
    reacts: { n: (_, own) => own + 1 },
  });
  expect(terminals(system)).toEqual([[6]]);
});

test('values that only reactions make grow their fields', () => {
  // Six fields share a word at first; no step writes anything, so only a reaction can overflow a field.
  const system = toy({
    start: { total: 0, a: 0, b: 0, c: 0, d: 0, e: 0 },
    agents: { A: (s) => (s.total < 500 ? [{ say: [{ kind: 'tick' }] }] : []) },
    reacts: { total: (_, own) => own + 1 },
  });
  expect(terminals(system)).toEqual([[500, 0, 0, 0, 0, 0]]);
  // Each step is one transition, however often the layout changed under it.
  expect(checkNow(system, { search: 'dfs' }).effort).toMatchObject({
    states: 501,
    transitions: 500,
    depth: 500,
  });
});

test('a step may write what its agent did not read', () => {
  const system = toy({
    start: { a: 0, b: 0 },
    agents: {
      A: (s) => (s.a < 3 ? [{ set: { a: s.a + 1 } }] : []),
      B: () => [{ set: { b: 1 } }, { set: { a: 0 } }],
    },
  });
  expect(checkNow(system, { search: 'bfs' }).effort).toMatchObject({ states: 8, transitions: 6 + 16 });
});

test('of two writes to one component the later counts', () => {
  const system = toy({ start: { a: 0 }, agents: {} });
  const [a] = system.components;
  const steps = [
    {
      label: { agent: 'A', lines: [] },
      writes: [
        { component: a!.ref, value: 1 },
        { component: a!.ref, value: 2 },
      ],
    },
  ];
  const once: System = {
    ...system,
    agents: [{ name: 'A', steps: (read) => (read(a!.ref) === 0 ? steps : []) }],
  };
  expect(terminals(once)).toEqual([[2]]);
});
