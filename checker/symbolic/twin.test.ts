import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCase } from '../explore/any-case.ts';
import { checkNow } from '../explore/check.ts';
import { naive } from '../explore/naive.ts';
import { systemOf } from '../explore/random-toy.ts';
import type { System } from '../system.ts';
import { findings } from './reach.ts';
import { Rules } from './rules.ts';

/** What the symbolic engine finds by itself, after a pilot of so many states. It collects garbage whenever it can, so
 *  that a node which is needed and not held is missed. */
function found(system: System, pilot: number) {
  const ends: string[] = [];
  const terminal = (ids: readonly number[]) => void ends.push(ids.join());
  const usage = { nodes: 0, bytes: 0, peakNodes: 0, peakBytes: 0 };
  const collecting = { from: 0, factor: 0 };
  const work = findings(new Rules(system), 2 ** 28, { pilot, terminal, usage, collecting });
  for (;;) {
    const { done, value } = work.next();
    if (done) return { ...value, ends };
  }
}

/** A pilot that sees some of what there is to learn, and one that sees next to nothing. */
const pilots = [30, 1];

test('all states, steps and ends of random systems are found, as the naive twin finds them', () => {
  fc.assert(
    fc.property(anyCase, (it) => {
      const system = { ...systemOf(it), invariants: [], stuck: () => null };
      const twin = naive(system);
      for (const pilot of pilots) {
        const result = found(system, pilot);
        expect(result).toMatchObject({ reached: { states: twin.states, transitions: twin.transitions } });
        expect(new Set(result.ends).size).toBe(twin.terminals.length);
      }
    }),
    { seed: 20260501, numRuns: 40 },
  );
});

test('what is wrong with random systems is found, as the naive twin finds it', () => {
  const kinds: Record<string, number> = {};
  fc.assert(
    fc.property(anyCase, fc.boolean(), (it, mustEnd) => {
      const small = { ...it, variables: 1 + (it.variables % 3), domain: 2 + (it.domain % 3) };
      const system = systemOf(small, mustEnd);
      const twin = naive(system);
      kinds[twin.kind] = (kinds[twin.kind] ?? 0) + 1;
      for (const pilot of pilots) {
        const result = found(system, pilot);
        if ('culprit' in result) expect(result.culprit.kind).toBe(twin.kind);
        else {
          const isVacuous = result.reached.untested.length + result.reached.witnessesMissed.length > 0;
          expect(isVacuous ? 'vacuous' : 'holds').toBe(twin.kind);
        }
      }
    }),
    { seed: 20260502, numRuns: 250 },
  );
  expect(Object.keys(kinds).sort()).toEqual(['deadlock', 'endless', 'holds', 'vacuous', 'violated']);
});

test('outcomes are those of the explicit engine, traces included', () => {
  fc.assert(
    fc.property(anyCase, (it) => {
      const system = systemOf(it);
      const { verdict, effort, ...rest } = checkNow(system, { search: 'bfs' });
      const symbolic = checkNow(system, { search: 'bfs', engine: 'symbolic' });
      const { states, transitions, values } = effort;
      expect(symbolic).toMatchObject({ verdict, effort: { states, transitions, values }, ...rest });
    }),
    { seed: 20260503, numRuns: 100 },
  );
});
