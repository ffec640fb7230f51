import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jobName } from '../report/job.ts';
import { UsageError } from '../system.ts';
import type { Known } from './baseline.ts';
import { jobsOf, merged, type Part } from './merge.ts';
import { fault, holds, sampleCase, sampleSpec, violated } from './sample-cases.ts';
import { jobsOfShard, parseShard, shardOf, shardText } from './shard.ts';

const good = sampleSpec('good', ['v7.1', 'no smp_mb()', 'waits']);
const bad = sampleSpec('bad', ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
const jobs = [...jobsOf(good), ...jobsOf(bad)];
const known = (weights: readonly number[]): readonly Known[] =>
  jobs.slice(0, weights.length).map(({ spec, variant, model }, i) => ({
    spec: spec.name,
    variant: variant.name,
    model,
    verdict: 'holds',
    transitions: weights[i]!,
  }));

test('the parts of a run are disjoint and complete, whatever is known of the jobs', () => {
  const weights = fc.array(fc.nat({ max: 1e6 }), { maxLength: jobs.length });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 25 }), weights, (of, sizes) => {
      const parts = Array.from({ length: of }, (_, i) =>
        jobsOfShard(jobs, { index: i + 1, of }, known(sizes)),
      );
      const names = parts.flat().map(jobName);
      expect(new Set(names).size).toBe(names.length);
      expect([...names].sort()).toEqual(jobs.map(jobName).sort());
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('a large job has a part of its own, and without a baseline parts have as many jobs', () => {
  const sizes = known([5, 1_000_000, 5, 5]);
  const part = (index: number, of = 2) => jobsOfShard(jobs, { index, of }, sizes).map(jobName);
  expect(part(1)).toEqual([jobName(jobs[1]!)]);
  expect(part(2)).toHaveLength(jobs.length - 1);
  const even = [1, 2, 3].map((index) => jobsOfShard(jobs, { index, of: 3 }, []).length);
  expect(even).toEqual([7, 7, 6]);
});

test('a part is told as i/n', () => {
  expect(shardOf('2/4')).toEqual({ index: 2, of: 4 });
  expect(['0/4', '5/4', '1', 'a/b', '1/0', '-1/2', '1/2/3'].map(shardOf)).toEqual(Array(7).fill(null));
});

test('a part says of which whole it is and what its jobs cost', () => {
  const text = shardText({ index: 1, of: 2 }, jobs.slice(0, 2), [holds, fault]);
  const { index, of, jobs: all, costs } = parseShard(text, 'shard.json');
  expect({ index, of, all, costs }).toEqual({
    index: 1,
    of: 2,
    all: ['good/v7.1 (sc)', 'good/v7.1 (armv8)'],
    costs: { 'mp/v7.1 (sc)': holds.cost },
  });
  expect(() => parseShard(text.slice(9), 's')).toThrow(
    's is damaged: it cannot be parsed. Run that part again.',
  );
  expect(() => parseShard(text.replace('"of": 2', '"of": "2"'), 's')).toThrow(UsageError);
});

const caseOfGood = (variant: string, model: string) => sampleCase('good', { variant, model });
const part = (folder: string, cases: Part['cases'], shard: Part['shard'] = null): Part => ({
  folder,
  cases,
  shard,
});
const whole = (index: number, of = 2, names = jobsOf(good).map(jobName)) => ({
  index,
  of,
  jobs: names,
  costs: {},
});

test('merged parts have each job once, in the order of the specs', () => {
  const [one, two, three] = [
    caseOfGood('waits', 'sc'),
    caseOfGood('v7.1', 'sc'),
    caseOfGood('v7.1', 'armv8'),
  ];
  const { cases, from, missing } = merged([part('a', [one, two]), part('b', [{ ...two }, three])], [good]);
  expect(cases).toEqual([two, three, one]);
  expect([from.get(two), from.get(three)]).toEqual(['a', 'b']);
  expect(missing).toEqual([]);
});

test('one job with two results is refused, and so is one that nobody knows', () => {
  const other = sampleCase('good', { variant: 'v7.1', model: 'sc', maxStates: 5 });
  expect(() => merged([part('a', [caseOfGood('v7.1', 'sc')]), part('b', [other])], [good])).toThrow(
    'a and b both have results of good/v7.1 (sc), and they differ.',
  );
  expect(() => merged([part('a', [violated])], [good])).toThrow(
    'a has results of mp/no smp_wmb() (armv8), which no spec here declares',
  );
});

test('parts and jobs that are missing are named, and parts of different wholes are refused', () => {
  const of = (names: readonly string[]) =>
    names.map((name) => caseOfGood(...(name.split('|') as [string, string])));
  const half = of(['v7.1|sc', 'v7.1|armv8', 'waits|sc']);
  expect(merged([part('a', half, whole(1))], [good]).missing).toEqual([
    'part 2 of 2 is missing',
    'no part has results of good/no smp_mb() (sc), good/no smp_mb() (armv8), good/waits (armv8)',
  ]);
  const rest = of(['no smp_mb()|sc', 'no smp_mb()|armv8', 'waits|armv8']);
  expect(merged([part('a', half, whole(1)), part('b', rest, whole(2))], [good]).missing).toEqual([]);
  expect(() => merged([part('a', half, whole(1)), part('b', rest, whole(2, 3))], [good])).toThrow(
    'a and b are not parts of one whole: the one is of 2 parts with 6 jobs, the other of 3 with 6.',
  );
});
