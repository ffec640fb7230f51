import { expect, test } from 'vitest';
import { type Answer, compare, parseVerdicts } from './verdicts.ts';

const answer = (observation: Answer['observation'], outcomes: number): Answer => ({ observation, outcomes });
const only = (lkmm: readonly Answer[], armv8: readonly Answer[] = []) => ({ lkmm, armv8 });

test('the table gives an answer for each model that has one, and several for a file that stands there twice', () => {
  const table =
    'file\tdialect\tlkmm\tarmv8\tlkmm_outcomes\tarmv8_outcomes\n' +
    'a.litmus\tC\tSometimes\tNever\t4\t3\nb.litmus\tAArch64\t\tNever\t\t3\nb.litmus\tAArch64\t\tAlways\t\t1\n';
  expect([...parseVerdicts(table)]).toEqual([
    ['a.litmus', only([answer('Sometimes', 4)], [answer('Never', 3)])],
    ['b.litmus', only([], [answer('Never', 3), answer('Always', 1)])],
  ]);
});

test('the verdict for our own model must be the same, and so must the number of outcomes', () => {
  const expected = only([answer('Sometimes', 4)], [answer('Never', 3), answer('Never', 2)]);
  expect(compare(expected, answer('Never', 3), 'armv8')).toBe('agreed');
  expect(compare(expected, answer('Never', 2), 'armv8')).toBe('agreed');
  expect(compare(expected, answer('Never', 1), 'armv8')).toBe('disagreed');
  expect(compare(expected, answer('Sometimes', 3), 'armv8')).toBe('disagreed');
});

test('a weaker model bounds ours: less is stronger, more is a disagreement', () => {
  const sometimes = only([answer('Sometimes', 4)]);
  expect(compare(sometimes, answer('Sometimes', 4), 'armv8')).toBe('agreed');
  expect(compare(sometimes, answer('Never', 3), 'armv8')).toBe('stronger');
  expect(compare(sometimes, answer('Sometimes', 5), 'armv8')).toBe('disagreed');
  const never = only([answer('Never', 3)]);
  expect(compare(never, answer('Never', 2), 'armv8')).toBe('stronger');
  expect(compare(never, answer('Sometimes', 3), 'armv8')).toBe('disagreed');
  expect(compare(never, answer('Always', 1), 'armv8')).toBe('disagreed');
  const always = only([answer('Always', 2)]);
  expect(compare(always, answer('Sometimes', 2), 'armv8')).toBe('disagreed');
  // All executions deadlock: nothing is observed.
  expect(compare(always, answer('Never', 0), 'armv8')).toBe('stronger');
});

test('sc is bounded by armv8 where it has a verdict, tso by lkmm only', () => {
  const expected = only([answer('Sometimes', 4)], [answer('Never', 3)]);
  expect(compare(expected, answer('Never', 3), 'sc')).toBe('agreed');
  expect(compare(expected, answer('Sometimes', 4), 'sc')).toBe('disagreed');
  expect(compare(expected, answer('Sometimes', 4), 'tso')).toBe('agreed');
  expect(compare(only([], [answer('Never', 3)]), answer('Never', 3), 'tso')).toBe(null);
});

test('without any verdict there is nothing to compare', () => {
  expect(compare(only([]), answer('Never', 3), 'armv8')).toBe(null);
});
