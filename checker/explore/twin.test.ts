import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../trace/replay.ts';
import { anyCase } from './any-case.ts';
import { checkNow } from './check.ts';
import { naive } from './naive.ts';
import { systemOf } from './random-toy.ts';

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
