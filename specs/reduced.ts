/** For tests: explorations up to a declared symmetry. */
import { expect } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import type { Outcome, Verdict } from '../checker/outcome.ts';
import type { System } from '../checker/system.ts';
import { replay } from '../checker/trace/replay.ts';

/** The outcomes with and without the symmetry. */
export function reducedAndWhole(system: System): readonly [reduced: Outcome, whole: Outcome] {
  const check = (symmetry: boolean): Outcome => checkNow(system, { search: 'bfs', symmetry });
  return [check(true), check(false)];
}

/** Tests that both find the same: verdict, length of the counterexample, and what was covered where there is none. Of a
 *  system that is not violated, `least` and `most` are the share of the states that is left.
 *  Returns what was found up to the symmetry. */
export function expectSame(
  system: System,
  kind: Verdict['kind'],
  { least = 0, most }: { readonly least?: number; readonly most: number },
): Outcome {
  const [reduced, whole] = reducedAndWhole(system);
  expect([reduced.verdict.kind, whole.verdict.kind]).toEqual([kind, kind]);
  if (reduced.verdict.kind === 'violated' && whole.verdict.kind === 'violated') {
    const { trace, invariant } = reduced.verdict;
    expect(invariant).toBe(whole.verdict.invariant);
    expect(trace.steps).toHaveLength(whole.verdict.trace.steps.length);
    expect(replay(system, trace.steps).ending).toBe(trace.ending);
    return reduced;
  }
  expect(reduced.effort.states).toBeGreaterThanOrEqual(least * whole.effort.states);
  expect(reduced.effort.states).toBeLessThan(most * whole.effort.states);
  expect(reduced.witnessesReached).toEqual(whole.witnessesReached);
  expect(reduced.covered).toEqual(whole.covered);
  expect(reduced.reorderings).toEqual(whole.reorderings);
  return reduced;
}
