import { describe, expect, test } from 'vitest';
import { check, checkNow } from '../explore/check.ts';
import { toy } from '../explore/toy.ts';
import { ModelBug, type System } from '../system.ts';
import { OutOfNodes } from './nodes.ts';
import { race } from './race.ts';
import { findings } from './reach.ts';
import { Rules } from './rules.ts';

const symbolic = { search: 'bfs', engine: 'symbolic' } as const;

/** So many switches that can be turned on, each by itself. */
function switches(count: number, more: Partial<Parameters<typeof toy<Record<string, number>>>[0]> = {}) {
  const names = Array.from({ length: count }, (_, i) => `s${i}`);
  return toy<Record<string, number>>({
    start: Object.fromEntries(names.map((name) => [name, 0])),
    agents: Object.fromEntries(
      names.map((name) => [name, (s) => (s[name] === 0 ? [{ statement: name, set: { [name]: 1 } }] : [])]),
    ),
    statements: names,
    ...more,
  });
}

test('2^60 states are counted exactly', () => {
  const { verdict, effort, covered } = checkNow(switches(60), symbolic);
  expect(verdict).toEqual({ kind: 'holds' });
  // In each state, half of the switches can be turned on, on average.
  const exactly = { states: String(2n ** 60n), transitions: String(60n * 2n ** 59n) };
  expect(effort).toMatchObject({ engine: 'symbolic', exactly, states: 2 ** 60, depth: null });
  expect(covered).toHaveLength(60);
});

test('numbers that are exact as numbers are no strings', () => {
  const { effort } = checkNow(switches(20), symbolic);
  expect(effort).toMatchObject({ states: 2 ** 20, transitions: 20 * 2 ** 19 });
  expect(effort.exactly).toBeUndefined();
});

describe('what is wrong is found, and shown by the explicit engine', () => {
  const isOn = (s: Record<string, number>) =>
    Object.values({ a: s.s3, b: s.s7, c: s.s11 }).every((it) => it === 1);

  test('a state that breaks an invariant', () => {
    const never = { three: (s: Record<string, number>) => (isOn(s) ? 'three are on' : null) };
    const { verdict, effort } = checkNow(switches(12, { never }), symbolic);
    expect(verdict).toMatchObject({ kind: 'violated', invariant: 'three', why: 'three are on' });
    expect('trace' in verdict && verdict.trace.steps).toHaveLength(3);
    expect(effort.engine).toBe('symbolic, then explicit');
  });

  test('a state in which all wait', () => {
    const { verdict } = checkNow(switches(12, { stuck: () => 'all are on' }), symbolic);
    expect(verdict).toMatchObject({ kind: 'deadlock', why: 'all are on' });
  });

  test('a state from which there is no way to an end', () => {
    const system = toy({
      start: { at: 0 },
      agents: { A: (s) => (s.at === 0 ? [{ set: { at: 1 } }, { set: { at: 2 } }] : s.at === 1 ? [{}] : []) },
      mustEnd: true,
    });
    expect(checkNow(system, symbolic).verdict.kind).toBe('endless');
  });

  test('beyond what the explicit engine may take: the verdict stands without a trace', () => {
    const never = { all: (s: Record<string, number>) => (s.s0! + s.s9! === 2 ? 'both are on' : null) };
    const { verdict } = checkNow(switches(12, { never }), { ...symbolic, maxStates: 5 });
    expect(verdict).toMatchObject({ kind: 'violated', trace: { steps: [] } });
    expect('trace' in verdict && verdict.trace.ending).toMatch(/no trace: the limit of 5 states was reached/);
  });
});

test('vacuous verdicts give the same reasons', () => {
  const system = switches(3, {
    never: { a: () => null },
    when: { a: (s) => s.s0 === 2 },
    reach: { two: (s) => s.s0 === 2, all: (s) => s.s0! + s.s1! + s.s2! === 3 },
    statements: ['s0', 'never'],
  });
  const { verdict, witnessesReached } = checkNow(system, symbolic);
  expect(verdict).toEqual(checkNow(system, { search: 'bfs' }).verdict);
  expect(verdict.kind).toBe('vacuous');
  expect(witnessesReached).toEqual(['all']);
});

test('an error of a model function is shown with the way to it', () => {
  const system = switches(4, {
    never: {
      fine: (s) => {
        if (s.s1! + s.s2! === 2) throw new Error('out of range');
        return null;
      },
    },
  });
  expect(() => checkNow(system, symbolic)).toThrow(ModelBug);
  expect(() => checkNow(system, symbolic)).toThrow(/out of range[\s\S]*after these steps/);
});

/** Counters that hang together by a sum that must not be exceeded: diagrams do not stay small. */
function counters(count: number, top: number) {
  const names = Array.from({ length: count }, (_, i) => `c${i}`);
  const sum = (s: Record<string, number>) => names.reduce((all, name) => all + s[name]!, 0);
  return toy<Record<string, number>>({
    start: Object.fromEntries(names.map((name) => [name, 0])),
    agents: Object.fromEntries(
      names.map((name) => [name, (s) => (sum(s) < top ? [{ set: { [name]: s[name]! + 1 } }] : [])]),
    ),
  });
}

test('a limit on memory makes the verdict incomplete', () => {
  const { verdict } = checkNow(counters(6, 40), { ...symbolic, memoryLimit: 1 });
  expect(verdict).toMatchObject({ kind: 'incomplete', bound: 'memory' });
});

test('an abort ends a run that would not end soon, and timers run meanwhile', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  const { verdict } = await check(counters(8, 200), { ...symbolic, signal: stop.signal });
  expect(verdict).toMatchObject({ kind: 'incomplete', bound: 'interrupted' });
});

test('states without steps are shown to who asks for them', () => {
  const ends: number[] = [];
  const system = counters(3, 4);
  checkNow(system, {
    ...symbolic,
    onTerminal: (read) =>
      void ends.push(system.components.reduce((sum, { ref }) => sum + Number(read(ref)), 0)),
  });
  // Four are shared out among three: 6 choose 2.
  expect(ends).toEqual(Array(15).fill(4));
});

/** What the symbolic engine finds by itself, with next to no look at single states. */
function counted(system: System) {
  const usage = { nodes: 0, bytes: 0, peakNodes: 0, peakBytes: 0 };
  const work = findings(new Rules(system), 2 ** 28, { usage, pilot: 1 });
  let result = work.next();
  while (!result.done) result = work.next();
  return result.value;
}

test('reactions that look at each other, but not from the beginning, are simultaneous', () => {
  const system = toy({
    start: { n: 0, a: 1, b: 2 },
    agents: { A: (s) => (s.n < 6 ? [{ set: { n: s.n + 1 }, say: [{ kind: 'tick' }] }] : []) },
    reacts: {
      a: (_, own, s) => (s.n > 3 ? s.b : own),
      b: (_, own, s) => (s.n > 3 ? 10 * s.a : own),
    },
    // From the fourth tick on: a, b = b, 10 a.
    reach: { 'both changed at once': (s) => s.n === 6 && s.a === 20 && s.b === 100 },
  });
  expect(counted(system)).toMatchObject({ reached: { states: 7, transitions: 6, witnessesMissed: [] } });
});

test('an order that does not fit into memory gives way to one that does', () => {
  // Nine pairs of equal values: with both of a pair together 4 nodes each, with all first ones on top 4^9 of them.
  const pairs = Array.from({ length: 9 }, (_, i) => [`x${i}`, `y${i}`] as const);
  const system = toy<Record<string, number>>({
    start: Object.fromEntries(pairs.flat().map((name) => [name, 0])),
    agents: Object.fromEntries(
      pairs.map(([x, y]) => [x, (s) => (s[x]! < 3 ? [{ set: { [x]: s[x]! + 1, [y]: s[y]! + 1 } }] : [])]),
    ),
  });
  const apart = pairs.flat().map((_, c) => (c < 9 ? 2 * c : 2 * (c - 9) + 1));
  const together = pairs.flat().map((_, c) => c);
  const usage = { nodes: 0, bytes: 0, peakNodes: 0, peakBytes: 0 };
  const run = (orders: readonly (readonly number[])[]) => {
    const work = race(new Rules(system), orders, 2 ** 22, usage);
    let result = work.next();
    while (!result.done) result = work.next();
    return result.value.space.order;
  };
  expect(run([apart, together])).toEqual(together);
  expect(() => run([apart])).toThrow(OutOfNodes);
});
