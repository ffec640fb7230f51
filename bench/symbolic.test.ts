import { describe, expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import { findings } from '../checker/symbolic/reach.ts';
import { Rules } from '../checker/symbolic/rules.ts';
import { referenceModel, type Size } from './reference-model.ts';

const symbolic = { search: 'bfs', engine: 'symbolic', symmetry: false } as const;

// The figures are those of three other checkers on their own versions of the model.
test.each<[Size, number, number]>([
  [{ k: 2, p: 1, m: 3 }, 43_032, 156_100],
  [{ k: 2, p: 3, m: 2, tso: true }, 946_252, 5_751_092],
  [{ k: 3, p: 1, m: 3 }, 10_336_302, 44_607_287],
  [{ k: 2, p: 4, m: 2 }, 11_796_083, 93_927_681],
])('the reference model of size %o has %d states and %d transitions', (size, states, transitions) => {
  const { verdict, effort } = checkNow(referenceModel(size), symbolic);
  expect(verdict).toEqual({ kind: 'holds' });
  expect(effort).toMatchObject({ engine: 'symbolic', states, transitions });
});

const two = { k: 2, p: 2, m: 2 };
describe.each<[string, Size, number]>([
  ['writing the STE before the version', { ...two, wrongA: true }, 8],
  ['reading the version before clearing the PTE', { ...two, wrongU: true }, 9],
  ['leaving out the barrier', { ...two, tso: true, nobar: true }, 12],
])('%s leaves a stale entry', (_, size, steps) => {
  test('which the symbolic engine finds by itself, without looking at single states', () => {
    const usage = { nodes: 0, bytes: 0, peakNodes: 0, peakBytes: 0 };
    const work = findings(new Rules(referenceModel(size)), 2 ** 30, { usage, pilot: 1 });
    let result = work.next();
    while (!result.done) result = work.next();
    expect(result.value).toMatchObject({ culprit: { kind: 'violated' } });
  });

  test(`and the explicit engine shows in ${steps} steps`, () => {
    const { verdict } = checkNow(referenceModel(size), symbolic);
    expect('trace' in verdict && verdict.trace.steps).toHaveLength(steps);
  });
});
