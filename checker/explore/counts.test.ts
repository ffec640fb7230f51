import { describe, expect, test } from 'vitest';
import { checkNow } from './check.ts';
import type { Search } from './frontier.ts';
import { naive } from './naive.ts';
import { toy } from './toy.ts';

const searches: readonly Search[] = ['bfs', 'dfs'];

/** `count` counters, each stepped by its own agent from 0 to `top`. */
function counters(count: number, top: number) {
  const names = Array.from({ length: count }, (_, i) => `c${i}`);
  return toy<Record<string, number>>({
    start: Object.fromEntries(names.map((name) => [name, 0])),
    agents: Object.fromEntries(
      names.map((name) => [name, (s) => (s[name]! < top ? [{ set: { [name]: s[name]! + 1 } }] : [])]),
    ),
  });
}

describe.each(searches)('%s', (search) => {
  const counts = (system: Parameters<typeof checkNow>[0]) => {
    const { verdict, effort } = checkNow(system, { search });
    return { kind: verdict.kind, states: effort.states, transitions: effort.transitions };
  };

  test('a system without steps has one state', () => {
    const system = toy({ start: { x: 0 }, agents: {} });
    expect(counts(system)).toEqual({ kind: 'holds', states: 1, transitions: 0 });
  });

  test('two counters to 2 and to 3 reach 12 states by 17 transitions', () => {
    const system = toy({
      start: { a: 0, b: 0 },
      agents: {
        A: (s) => (s.a < 2 ? [{ set: { a: s.a + 1 } }] : []),
        B: (s) => (s.b < 3 ? [{ set: { b: s.b + 1 } }] : []),
      },
    });
    // 3 * 4 states; A steps from 2 * 4 of them and B from 3 * 3.
    expect(counts(system)).toEqual({ kind: 'holds', states: 12, transitions: 17 });
  });

  test('a step that changes nothing is a transition to the same state', () => {
    const system = toy({ start: { x: 0 }, agents: { A: () => [{}, { set: { x: 0 } }] } });
    expect(counts(system)).toEqual({ kind: 'holds', states: 1, transitions: 2 });
  });

  test('fields grow through many re-layouts without losing a state', () => {
    // Six fields share one word at first; `a` alone outgrows its field at 64, 128, ..., in the midst of the run.
    const system = toy({
      start: { a: 0, idle1: 0, idle2: 0, b: 0, idle3: 0, idle4: 0 },
      agents: {
        A: (s) => (s.a < 1000 ? [{ set: { a: s.a + 1 } }] : []),
        B: (s) => (s.b < 50 ? [{ set: { b: s.b + 1 } }] : []),
      },
    });
    expect(counts(system)).toEqual({ kind: 'holds', states: 1001 * 51, transitions: 1000 * 51 + 1001 * 50 });
  });

  test('states wider than 64 bits are kept apart', () => {
    // 9 counters to 2: 3^9 states, of which each counter can step from 2/3. Ids of 0..2 take 2 bits, and a spare.
    expect(counts(counters(9, 2))).toEqual({ kind: 'holds', states: 3 ** 9, transitions: 9 * 2 * 3 ** 8 });
    // Two agents that each raise 20 variables one after the other to 9: 181 positions each, 40 fields of 5 bits.
    const system = toy<Record<string, number>>({
      start: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`v${i}`, 0])),
      agents: Object.fromEntries(
        [0, 20].map((from) => [
          `A${from}`,
          (s) => {
            for (let i = from; i < from + 20; i++) {
              if (s[`v${i}`]! < 9) return [{ set: { [`v${i}`]: s[`v${i}`]! + 1 } }];
            }
            return [];
          },
        ]),
      ),
    });
    expect(counts(system)).toEqual({ kind: 'holds', states: 181 ** 2, transitions: 2 * 180 * 181 });
  });

  test('a component of ten thousand values is told apart by every reader', () => {
    // Each reader has met few of the values when it is asked, so its node is hashed, and later dense.
    const system = toy({
      start: { n: 0, seen: -1 },
      agents: {
        A: (s) => (s.n < 10_000 ? [{ set: { n: s.n + 1 } }] : []),
        B: (s) => (s.seen < 0 && s.n % 1000 === 999 ? [{ set: { seen: s.n } }] : []),
      },
    });
    // 10,001 states before B steps; after it stepped at n = 999 + 1000 i there are 10,001 - n more, i = 0..9.
    const after = Array.from({ length: 10 }, (_, i) => 10_001 - (999 + 1000 * i)).reduce((x, y) => x + y);
    expect(counts(system)).toEqual({
      kind: 'holds',
      states: 10_001 + after,
      transitions: 10_000 + 10 + (after - 10),
    });
  });

  test('each state without successors is shown to onTerminal once', () => {
    const system = counters(2, 3);
    let seen = 0;
    checkNow(system, {
      search,
      onTerminal: (read) => {
        seen += 1;
        for (const { ref } of system.components) expect(read(ref)).toBe(3);
      },
    });
    expect(seen).toBe(1);
  });

  test('a coin of many tosses ends in every combination', () => {
    const system = toy({
      start: { tosses: 0, sum: 0 },
      agents: {
        A: (s) =>
          s.tosses < 4 ? [0, 1].map((up) => ({ set: { tosses: s.tosses + 1, sum: 2 * s.sum + up } })) : [],
      },
    });
    const sums: unknown[] = [];
    const [, sum] = system.components;
    checkNow(system, { search, onTerminal: (read) => sums.push(read(sum!.ref)) });
    expect(sums.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  test('the model is asked once per situation, not once per state', () => {
    const { effort } = checkNow(counters(3, 9), { search });
    // Each of 3 agents reads its own counter only: 10 situations each. `stuck` reads nothing.
    expect(effort.slowCalls).toBe(3 * 10 + 1);
    expect(effort.lookups).toBe(3 * 1000 + 1);
    expect(effort.values).toEqual({ c0: 10, c1: 10, c2: 10 });
  });
});

test('bfs measures the depth, dfs the path that it took', () => {
  // A ring of 6 walked in both directions: the farthest state is 3 away, and a walk one way passes 5 steps.
  const ring = toy({
    start: { at: 0 },
    agents: { A: (s) => [{ set: { at: (s.at + 1) % 6 } }, { set: { at: (s.at + 5) % 6 } }] },
  });
  expect(checkNow(ring, { search: 'bfs' }).effort.depth).toBe(3);
  // Depth first takes 1, 2, 3, 4 (5 was found from the start): four steps deep.
  expect(checkNow(ring, { search: 'dfs' }).effort.depth).toBe(4);
});

test('the naive twin agrees on the counters', () => {
  expect(naive(counters(2, 3))).toMatchObject({ kind: 'holds', states: 16, transitions: 24 });
});
