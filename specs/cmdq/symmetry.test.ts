import { expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import { expectSame } from '../reduced.ts';
import { cmdq, small, spec, withLikeCpus } from './index.ts';

/** Variants in which both CPUs issue a list of the same shape. */
const like = [
  'v7.1, MSI',
  'v7.1, CONS',
  'wrap',
  'no dma_wmb',
  'no dma_wmb, stores before the list',
  'owner does not wait for valid_map',
  'owner does not wait for owner_prod',
  'plain store to owner_prod',
];
const jobs = spec.variants
  .filter(({ name }) => like.includes(name))
  .flatMap(({ name, expect: expected }) => [
    { name, model: 'sc', expected: expected.sc! },
    ...(name === 'no dma_wmb' ? [{ name, model: 'armv8', expected: expected.armv8! }] : []),
  ]);

test.each(jobs)('$name ($model): the same verdict with CPUs that are alike', ({ name, model, expected }) => {
  expectSame(withLikeCpus(name, model), expected.kind, { most: 0.51 });
});

test('three CPUs that issue a CMD_SYNC each: 3,846 states stand for 22,204', () => {
  const cpus = [0, 1, 2].map(() => [{ commands: 0, sync: true }]);
  const { verdict, effort, symmetry } = checkNow(cmdq('sc', { ...small, cpus, stores: false }), {
    search: 'bfs',
  });
  expect(verdict.kind).toBe('holds');
  expect(effort.states).toBe(3_846);
  expect(symmetry).toEqual({ names: ['CPUs'], elements: 6 });
});

test('CPUs that issue lists of different shapes are not alike', () => {
  const cpus = [[{ commands: 0, sync: true }], [{ commands: 1, sync: true }]];
  expect(() => checkNow(cmdq('sc', { ...small, cpus }, undefined, true), { search: 'bfs' })).toThrow(
    'are declared to be alike, and their programs are not',
  );
});
