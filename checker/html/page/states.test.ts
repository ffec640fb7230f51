import { expect, test } from 'vitest';
import type { Holdings } from '../data.ts';
import { changesIn, heldIn, statesOf } from './states.ts';

const shown = (before: readonly string[], after: readonly string[]) =>
  changesIn(before, after).map(({ text, change }) => `${{ new: '+', gone: '-', kept: ' ' }[change]}${text}`);

test('what is new, gone and kept stands where it stands or stood', () => {
  expect(shown(['a', 'b', 'c'], ['b', 'x', 'c', 'y'])).toEqual(['-a', ' b', '+x', ' c', '+y']);
  expect(shown(['a'], [])).toEqual(['-a']);
  expect(shown([], ['a'])).toEqual(['+a']);
});

test('a line that has changed stands behind what it was', () => {
  expect(shown(['n = 1', 'm = 1'], ['n = 2', 'm = 1'])).toEqual(['-n = 1', '+n = 2', ' m = 1']);
});

test('of equal lines as many are new or gone as there are more or fewer', () => {
  expect(shown(['a'], ['a', 'a'])).toEqual([' a', '+a']);
  expect(shown(['a', 'a'], ['a'])).toEqual([' a', '-a']);
});

const holdings: Holdings = {
  components: [{ name: 'tlb', column: 'SMMU' }, { name: 'mem' }],
  states: [[[1, ['x = 0']]], [], [[0, ['page 0']]], [[0, []]]],
};

test('a state has what was held before, and what its step changed', () => {
  expect(statesOf(holdings)).toEqual([
    [[], ['x = 0']],
    [[], ['x = 0']],
    [['page 0'], ['x = 0']],
    [[], ['x = 0']],
  ]);
});

test('what a component held is shown as gone once, and nothing of it afterwards', () => {
  const states = statesOf(holdings);
  const names = (step: number) => heldIn(holdings, states[step - 1], states[step]!).map(({ name }) => name);
  expect([0, 1, 2, 3].map(names)).toEqual([['mem'], ['mem'], ['tlb', 'mem'], ['tlb', 'mem']]);
  expect(heldIn(holdings, states[2], states[3]!)[0]).toEqual({
    name: 'tlb',
    column: 'SMMU',
    lines: [{ text: 'page 0', change: 'gone' }],
  });
});

test('in the initial state nothing is new', () => {
  const states = statesOf(holdings);
  expect(heldIn(holdings, undefined, states[0]!)[0]!.lines).toEqual([{ text: 'x = 0', change: 'kept' }]);
});
