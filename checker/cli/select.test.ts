import { expect, test } from 'vitest';
import { jobName } from '../report/job.ts';
import { selectJobs } from './select.ts';
import { bad, good } from './toy-spec.ts';

function selected(selectors: readonly string[], model = 'sc') {
  return selectJobs([good, bad], selectors, model).map(jobName);
}

test('without a selector every variant of every spec runs', () => {
  expect(selected([])).toHaveLength(10);
  expect(selected([], 'all')).toHaveLength(20);
});

test('a variant is found by its name and by its short form', () => {
  expect(selected(['good/no smp_mb()'])).toEqual(['good/no smp_mb() (sc)']);
  expect(selected(['good/no-smp-mb'])).toEqual(['good/no smp_mb() (sc)']);
  expect(selected(['good/no-smp_mb'])).toEqual(['good/no smp_mb() (sc)']);
});

test('jobs run once and in the order of the specs, however they were named', () => {
  expect(selected(['bad/bug', 'good/waits', 'good/v7.1', 'good/v7-1'])).toEqual([
    'good/v7.1 (sc)',
    'good/waits (sc)',
    'bad/bug (sc)',
  ]);
});

test('a variant without an expectation under the memory model does not run', () => {
  const [first, ...rest] = good.variants;
  const some = { ...good, variants: [{ ...first!, expect: { tso: { kind: 'holds' } } as const }, ...rest] };
  expect(selectJobs([some], [], 'tso').map(jobName)).toEqual(['good/v7.1 (tso)']);
  expect(() => selectJobs([some], ['good/waits'], 'tso')).toThrow('Nothing to run');
});
