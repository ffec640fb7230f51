import { describe, expect, test } from 'vitest';
import { checkNow } from '../explore/check.ts';
import { toy } from '../explore/toy.ts';
import type { Trace } from '../outcome.ts';
import { ModelBug, type System, UsageError } from '../system.ts';
import { replay } from './replay.ts';

/** The trace of a run that finds something. */
function traceOf(system: System, search: 'bfs' | 'dfs' = 'bfs'): Trace {
  const { verdict } = checkNow(system, { search });
  if (!('trace' in verdict)) throw new Error(`no trace: ${verdict.kind}`);
  return verdict.trace;
}

/** A long way (A, four steps) and a short cut (B, one step) to the same bad place. */
const shortCut = toy({
  start: { at: 0, told: 0 },
  agents: {
    A: (s) => (s.at < 4 ? [{ text: `walk to ${s.at + 1}`, set: { at: s.at + 1 } }] : []),
    B: (s) =>
      s.at === 0 ? [{ text: 'stay' }, { text: 'jump', set: { at: 4 }, say: [{ kind: 'jumped' }] }] : [],
  },
  reacts: { told: (_, own) => own + 1 },
  never: { four: (s) => (s.at === 4 ? 'at 4' : null) },
});

test('bfs finds the shortest counterexample, with the choice and the effects of each step', () => {
  expect(traceOf(shortCut, 'bfs')).toEqual({
    columns: ['A', 'B'],
    steps: [
      {
        agent: 'B',
        choice: 1,
        lines: [{ text: 'jump' }],
        effects: [
          { column: 'B', component: 'at', text: 'at: 0 -> 4' },
          { column: 'B', component: 'told', text: 'told: 0 -> 1' },
        ],
      },
    ],
    ending: 'four: at 4',
  });
});

test('dfs finds the long way where it comes first', () => {
  const patient = { ...shortCut, agents: [shortCut.agents[0]!] };
  expect(traceOf(patient, 'dfs').steps.map(({ lines }) => lines[0]!.text)).toEqual([
    'walk to 1',
    'walk to 2',
    'walk to 3',
    'walk to 4',
  ]);
});

test('dfs follows the first choice before it looks at the second', () => {
  const fork = toy({
    start: { at: '' },
    agents: { A: (s) => (s.at.length < 2 ? ['l', 'r'].map((way) => ({ set: { at: s.at + way } })) : []) },
    never: { end: (s) => (s.at === 'lr' || s.at === 'rr' ? s.at : null) },
  });
  expect(traceOf(fork, 'dfs').ending).toBe('end: lr');
});

test('a trace is right after the layout has changed under it', () => {
  const system = toy({
    start: { a: 0, b: 0 },
    agents: {
      A: (s) => (s.a < 500 ? [{ set: { a: s.a + 1 } }] : []),
      B: (s) => (s.b < s.a % 3 ? [{ set: { b: s.b + 1 } }] : []),
    },
    never: { far: (s) => (s.a === 500 && s.b === 2 ? 'far' : null) },
  });
  expect(traceOf(system).steps).toHaveLength(502);
});

test('without parents a counterexample has no steps', () => {
  const { verdict } = checkNow(shortCut, { search: 'bfs', keepTraces: false });
  expect(verdict).toMatchObject({
    kind: 'violated',
    trace: { steps: [], ending: 'four: at 4 (run again with traces to see how)' },
  });
});

test('a replayed trace is the trace', () => {
  const trace = traceOf(shortCut);
  expect(replay(shortCut, trace.steps)).toEqual(trace);
});

test('a replay that ends before anything breaks says so', () => {
  const { ending } = replay(shortCut, [{ agent: 'A', choice: 0 }]);
  expect(ending).toBe('Every invariant holds here, and there are steps to take.');
});

test('a replay of a tampered trace says which step no longer applies, and what is enabled there', () => {
  const walk = { agent: 'A', choice: 0 };
  expect(() => replay(shortCut, [walk, { agent: 'B', choice: 1 }, walk])).toThrow(
    new UsageError(
      'step 2 of 3: B#1 is not enabled\n' +
        '  enabled here: A#0: walk to 2\n' +
        '  after these steps:\n' +
        '    1. A: walk to 1\n' +
        '  The usual cause is a model that has changed since the trace was saved.',
    ),
  );
  expect(() => replay(shortCut, [{ agent: 'C', choice: 0 }])).toThrow(/^step 1 of 1: C#0 is not enabled/);
});

describe('a model that breaks the contract', () => {
  test('a step that reads other components in a second run is impure', () => {
    let runs = 0;
    const system = toy({
      start: { x: 0, y: 0, z: 0 },
      agents: {
        // Asked in (0,0,0), and again where the first component that it read is new.
        A: (s) => (runs++ === 0 ? [{ set: { y: s.y + 1 } }] : [{ set: { z: Math.min(s.z + 1, 1) } }]),
      },
    });
    expect(() => checkNow(system, { search: 'bfs' })).toThrow(
      'the step function of A is impure: after reading the same values of nothing, ' +
        'it read y in one run and z in another\n' +
        '  The usual cause is a function that keeps a variable between calls, or reads a clock or a random number.\n' +
        '  after these steps:\n    1. A: (no text)',
    );
  });

  test('a step that has another outcome on replay is reported with the steps so far', () => {
    let runs = 0;
    const system = toy({
      start: { x: 0 },
      agents: { A: (s) => (s.x < 2 ? [{ text: 'step', set: { x: s.x + 1 + (runs++ >= 2 ? 5 : 0) } }] : []) },
      never: { two: (s) => (s.x === 2 ? 'two' : null) },
    });
    // Explored as 0, 1, 2; on replay the first step leads to 6.
    expect(() => checkNow(system, { search: 'bfs' })).toThrow(
      new ModelBug(
        'step 1 of 2: A: step leads to another state than when it was explored\n' +
          '  after these steps:\n    1. A: step\n' +
          '  The usual cause is a step function that reads something besides its arguments.',
      ),
    );
  });

  test('a step that is not enabled on replay is reported with what is', () => {
    let runs = 0;
    const system = toy({
      start: { x: 0 },
      agents: {
        A: (s) => (s.x === 0 && runs++ === 0 ? [{ text: 'once', set: { x: 1 } }] : []),
        B: (s) => (s.x === 0 ? [{ text: 'wait' }] : []),
      },
      never: { one: (s) => (s.x === 1 ? 'one' : null) },
    });
    expect(() => checkNow(system, { search: 'bfs' })).toThrow(
      'step 1 of 1: A: once is not enabled\n  enabled here: B#0: wait\n  in the initial state\n',
    );
  });

  test('an error in a model function comes with the steps that led there', () => {
    const system = toy({
      start: { n: 0 },
      agents: {
        A: (s) => {
          if (s.n === 40) throw new ModelBug('cpu0 reads an undefined variable');
          return [{ text: `to ${s.n + 1}`, set: { n: s.n + 1 } }];
        },
      },
    });
    expect(() => checkNow(system, { search: 'bfs' })).toThrow(
      /^cpu0 reads an undefined variable\n {2}after these steps:\n {4}1\. A: to 1\n(?: {4}.*\n){38} {4}40\. A: to 40$/,
    );
  });

  test('an error that comes with a value too large for its field has its steps as well', () => {
    for (let last = 1; last <= 8; last++) {
      const system = toy<Record<string, number | undefined>>({
        // Sixteen fields of two bits in a word: the fourth value is number 3, the fifth overflows.
        start: { n: 0, ...Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`idle${i}`, 0])) },
        agents: {
          A: (s) => [
            s.n === last ? { set: { n: 1000 } } : { text: 'tick', say: [{ kind: 'tick' }] },
            ...(s.n === last ? [{ set: { n: undefined } }] : []),
          ],
        },
        reacts: { n: (_, own) => own! + 1 },
      });
      expect(() => checkNow(system, { search: 'bfs' })).toThrow(
        new RegExp(
          `^a value of n: .*\\n {2}after these steps:\\n(?: {4}.*\\n){${last - 1}} {4}${last}\\. A: tick$`,
        ),
      );
    }
  });

  test('of a long way to an error only the end is shown', () => {
    const system = toy({
      start: { n: 0 },
      agents: { A: (s) => (s.n < 70 ? [{ text: `to ${s.n + 1}`, set: { n: s.n + 1 } }] : []) },
      stuck: () => {
        // The model's half declares a class of its own with this name.
        throw Object.assign(new Error('no end'), { name: 'ModelBug' });
      },
    });
    expect(() => checkNow(system, { search: 'dfs' })).toThrow(
      /^no end\n {2}after 70 steps, of which the last are:\n {4}11\. A: to 11\n(?: {4}.*\n){58} {4}70\. A: to 70$/,
    );
  });

  test('an error in an invariant comes with the steps that led there', () => {
    const system = toy<{ n: number }>({
      start: { n: 0 },
      agents: { A: (s) => [{ text: 'up', set: { n: s.n + 1 } }] },
      never: { broken: (s) => (s.n === 1 ? (null as unknown as () => string)() : null) },
    });
    expect(() => checkNow(system, { search: 'dfs' })).toThrow(
      /^a model function threw TypeError: .*\n {2}after these steps:\n {4}1\. A: up$/,
    );
  });

  test('a model function that changes what it reads is stopped', () => {
    const system = toy<{ list: number[] }>({
      start: { list: [] },
      agents: { A: (s) => [{ set: { list: s.list.reverse().concat(s.list.push(1)) } }] },
    });
    expect(() => checkNow(system, { search: 'bfs' })).toThrow(/not extensible\n {2}in the initial state/);
  });

  test.each([
    ['undefined', undefined],
    ['a nested undefined', { a: [undefined] }],
    ['not a number', Number.NaN],
    ['an infinity', [Number.POSITIVE_INFINITY]],
    ['a Map', new Map()],
    ['a function', { f: () => 1 }],
  ])('%s is no value of a component', (_, value) => {
    const system = toy<{ x: unknown }>({ start: { x: 0 }, agents: { A: () => [{ set: { x: value } }] } });
    expect(() => checkNow(system, { search: 'bfs' })).toThrow(/^a value of x: .*\n {2}in the initial state/);
  });
});
