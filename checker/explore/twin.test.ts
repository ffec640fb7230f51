import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resuming } from '../checkpoint/resumed.ts';
import type { Outcome } from '../outcome.ts';
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

test('so do fingerprints, and a run that was stopped and taken up again', () => {
  const resumed = resuming();
  let stops = 0;
  fc.assert(
    fc.property(anyCase, fc.nat({ max: 7 }), (it, slices) => {
      const system = systemOf(it);
      const told = ({ verdict, effort, covered }: Outcome) => [
        verdict.kind === 'holds' ? 'holds' : verdict,
        [effort.states, effort.transitions, effort.depth, effort.values, covered],
      ];
      for (const search of ['bfs', 'dfs'] as const) {
        const expected = told(checkNow(system, { search }));
        if (search === 'bfs' && expected[0] === 'holds')
          expect(told(checkNow(system, { search, fingerprintSeed: 1 }))).toEqual(expected);
        const again = resumed(system, search, slices);
        if (again === null) continue;
        stops += 1;
        expect(told(again)).toEqual(expected);
      }
    }),
    { seed: 20260105, numRuns: 100 },
  );
  expect(stops).toBeGreaterThan(50);
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
