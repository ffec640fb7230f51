import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../system.ts';
import { baselineText, type Known, knownOf, parseBaseline } from './baseline.ts';
import { changeLines, changeSummary, changesOf, codeOfChanges, isUnchanged } from './changes.ts';
import { everyCase, fault, incomplete, notRun, sampleCase, violated } from './sample-cases.ts';

const job = (variant: string, verdict: string, more: Partial<Known> = {}): Known => ({
  spec: 'mp',
  variant,
  model: 'sc',
  verdict,
  ...more,
});

test('a baseline has a line for each job, and is read as it was written', () => {
  const known = knownOf(everyCase);
  const text = baselineText(known);
  expect(text.split('\n').slice(4, 6)).toEqual([
    '  "jobs": [',
    '    {"spec":"mp","variant":"v7.1","model":"sc","verdict":"holds","states":1234,"transitions":2345,"depth":7,' +
      '"statements":4,"executed":4,"witnesses":1},',
  ]);
  expect(parseBaseline(text, 'b.json')).toEqual(known);
  expect(baselineText([])).toContain('"jobs": []');
});

test('what was interrupted is not known, and how a bounded search was bounded is', () => {
  expect(knownOf([notRun])).toEqual([]);
  expect(knownOf([incomplete])[0]).toMatchObject({ verdict: 'incomplete', search: 'at most 10 states' });
  expect(knownOf([violated])[0]).toMatchObject({ verdict: 'violated: seesData' });
  expect(knownOf([fault])).toEqual([{ spec: 'large', variant: 'bug', model: 'sc', verdict: 'fault' }]);
  const large = sampleCase('large', {
    variant: 'v9',
    model: 'sc',
    effort: {
      states: 1e20,
      transitions: 1,
      exactly: { states: '100000000000000000001', transitions: '1' },
      depth: null,
      values: {},
    },
  });
  const [it] = knownOf([large]);
  expect(it).toMatchObject({ states: '100000000000000000001' });
  expect(it).not.toHaveProperty('depth');
});

test('a file that is none, or damaged, is refused with what to do', () => {
  const refusal = (text: string) => {
    try {
      parseBaseline(text, 'b.json');
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return (error as Error).message;
    }
    return 'accepted';
  };
  expect(refusal('{"kind": "heddle base')).toBe(
    'the baseline b.json is damaged: it cannot be parsed. Write it anew with heddle baseline --update.',
  );
  expect(refusal('[]')).toContain('the baseline b.json cannot be used: ');
  expect(refusal(baselineText([]).replace('"schema": 1', '"schema": 2'))).toContain(
    'cannot be used: schema: 1',
  );
  expect(refusal(baselineText([{ ...job('a', 'holds'), verdict: 3 as unknown as string }]))).toContain(
    'jobs.0.verdict: string was expected',
  );
});

test('an accident to any character is noticed, or changes nothing but what is known of a job', () => {
  const text = baselineText(knownOf(everyCase));
  fc.assert(
    fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom('', 'x', '"', '{', '9'), (at, by) => {
      const damaged = text.slice(0, at) + by + text.slice(at + 1);
      try {
        expect(parseBaseline(damaged, 'b.json').length).toBeLessThanOrEqual(everyCase.length);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('changes are told apart: verdicts, counts, added and gone jobs', () => {
  const before = [
    job('a', 'holds', { states: 1000, depth: 3 }),
    job('b', 'holds'),
    job('c', 'deadlock'),
    job('d', 'holds'),
  ];
  const after = [
    job('a', 'holds', { states: 1200, depth: 3 }),
    job('b', 'violated: I'),
    job('d', 'holds'),
    job('e', 'holds'),
  ];
  const changes = changesOf(before, after);
  expect(changeLines(changes)).toEqual([
    'changed  mp/b (sc): holds -> violated: I',
    'gone     mp/c (sc): deadlock',
    'added    mp/e (sc): holds',
    'counts   mp/a (sc): states 1,000 -> 1,200',
  ]);
  expect(changeSummary(changes)).toBe(
    '1 verdict changed, 1 job gone, 1 job added, 1 job with other counts, 1 as it was',
  );
  expect(isUnchanged(changes)).toBe(false);
  expect(isUnchanged(changesOf(after, after))).toBe(true);
  expect(changesOf(before, after, () => false).gone).toEqual([]);
});

test('counts of another search are not compared', () => {
  const differently = [job('a', 'holds', { states: 5, search: 'dfs' })];
  expect(isUnchanged(changesOf([job('a', 'holds', { states: 4 })], differently))).toBe(true);
});

test('a verdict that changed has the exit code of one that was not expected, and counts have none', () => {
  const code = (verdict: string) => codeOfChanges(changesOf([job('a', 'x')], [job('a', verdict)]));
  expect(
    ['violated: I', 'deadlock', 'endless', 'vacuous', 'holds', 'incomplete', 'fault', 'x'].map(code),
  ).toEqual([12, 11, 13, 14, 14, 20, 1, 0]);
  expect(codeOfChanges(changesOf([job('a', 'holds')], []))).toBe(14);
  expect(codeOfChanges(changesOf([], [job('a', 'holds')]))).toBe(0);
  expect(
    codeOfChanges(changesOf([job('a', 'holds', { states: 1 })], [job('a', 'holds', { states: 2 })])),
  ).toBe(0);
});

test('of many changes some are named', () => {
  const many = Array.from({ length: 30 }, (_, i) => job(`v${i}`, 'holds'));
  const lines = changeLines(changesOf([], many));
  expect(lines).toHaveLength(21);
  expect(lines[20]).toBe('added    ... and 10 more');
});
