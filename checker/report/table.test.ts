import { expect, test } from 'vitest';
import { caseOf } from '../gate/case.ts';
import { junitText } from '../gate/junit.ts';
import type { Effort, Verdict } from '../outcome.ts';
import type { Expectation, Spec } from '../spec.ts';
import type { FinishedJob, Result } from './job.ts';
import { noPaint } from './paint.ts';
import { sampleTrace as trace } from './sample-trace.ts';
import { summary, verdictTable } from './table.ts';

const effort: Effort = {
  states: 1162332,
  transitions: 11800000,
  depth: 40,
  seconds: 1.5,
  bytes: 3 * 2 ** 20,
  slowCalls: 7000,
  lookups: 10,
  slowSeconds: 0,
  values: {},
};

const spec: Spec = { name: 's', title: 'A title', source: 'f()', variants: [] };
const holds: Expectation = { kind: 'holds' };

function job(name: string, model: string, expected: Expectation, result: Result | Verdict): FinishedJob {
  const found: Result =
    result.kind === 'outcome' || result.kind === 'fault' || result.kind === 'not run'
      ? result
      : {
          kind: 'outcome',
          outcome: { verdict: result, effort, witnessesReached: [], covered: ['a'] },
          statements: [
            { id: 'a', fn: 'f', text: 'a;' },
            { id: 'b', fn: 'f', text: 'b;' },
          ],
          witnesses: ['w'],
        };
  return {
    spec,
    variant: { name, about: '', expect: {}, build: () => fail() },
    model,
    expected,
    result: found,
  };
}

function fail(): never {
  throw new Error('not built in these tests');
}

const violated: Verdict = { kind: 'violated', invariant: 'S<1>', why: 'a "b" & c', trace };
const jobs = [
  job('v9', 'sc', holds, { kind: 'holds' }),
  job('v9', 'armv8', holds, violated),
  job('mutant', 'sc', { kind: 'violated', by: 'S<1>' }, violated),
  job('mutant', 'armv8', holds, { kind: 'incomplete', bound: 'max-states', why: 'the bound was hit' }),
  job('bug', 'sc', holds, { kind: 'fault', message: 'no such\nthing', stack: '' }),
  job('bug', 'armv8', holds, { kind: 'not run' }),
];

test('the table puts verdicts next to expectations and explains what differs', () => {
  expect(verdictTable(jobs, noPaint).split('\n')).toEqual([
    '    variant  model  verdict         expected        states  transitions  states/s   memory   time',
    's: A title',
    'ok  v9       sc     holds           as expected  1,162,332   11,800,000   774.9 k  3.0 MiB  1.5 s',
    '!!  v9       armv8  violated: S<1>  holds        1,162,332   11,800,000   774.9 k  3.0 MiB  1.5 s',
    'ok  mutant   sc     violated: S<1>  as expected  1,162,332   11,800,000   774.9 k  3.0 MiB  1.5 s',
    '!!  mutant   armv8  incomplete      holds        1,162,332   11,800,000   774.9 k  3.0 MiB  1.5 s',
    '!!  bug      sc     model bug       holds',
    '!!  bug      armv8  not run         holds',
    '',
    's/v9 (armv8): expected holds, found violated: S<1>',
    '    a "b" & c',
    's/mutant (armv8): expected holds, found incomplete',
    '    the bound was hit',
    '    covered: 1,162,332 states to depth 40, 1 of 2 statements, 0 of 1 witnesses',
    's/bug (sc): expected holds, found model bug',
    '    no such',
    '    thing',
    '',
  ]);
});

test('the summary counts every kind of ending', () => {
  expect(summary(jobs, 65, noPaint)).toBe(
    '6 jobs: 2 as expected, 1 broke an invariant unexpectedly, 1 incomplete, 1 failed with a model bug, ' +
      '1 interrupted or not run; 1 min 05 s in all',
  );
  expect(summary(jobs.slice(0, 1), 2, noPaint)).toBe('1 job: 1 as expected; 2.0 s in all');
});

test('the JUnit report counts tests, failures, errors and skipped ones, and escapes what XML reserves', () => {
  const xml = junitText(jobs.map((job) => caseOf(job, { search: 'bfs', maxStates: null })));
  expect(xml).toContain('<testsuite name="s" tests="6" failures="2" errors="1" skipped="1"');
  expect(xml).toContain(
    '<failure type="exit code 12" message="expected holds, found violated: S&#60;1&#62;; a &#34;b&#34; &#38; c"/>',
  );
  expect(xml).toContain('<error type="model bug" message="no such&#10;thing"/>');
  expect(xml).toContain('<skipped message="interrupted"/>');
});
