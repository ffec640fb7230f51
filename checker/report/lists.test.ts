import { expect, test } from 'vitest';
import { sampleSpec } from '../gate/sample-cases.ts';
import type { Outcome } from '../outcome.ts';
import type { FinishedJob } from './job.ts';
import { earlierRuns, resultsText, writtenRun } from './json.ts';
import { at, Common, rangesOf } from './lists.ts';

test('places are told in ranges, and read again', () => {
  expect(rangesOf([0, 1, 2, 4, 7, 8])).toBe('0-2 4 7-8');
  expect(rangesOf([])).toBe('');
  const letters = [...'abcdefghi'];
  expect(at(letters, '0-2 4 7-8')).toEqual(['a', 'b', 'c', 'e', 'h', 'i']);
  expect(at(letters, '')).toEqual([]);
  expect(at(letters, '8-99 77')).toEqual(['i']);
});

test('what is equal is listed once', () => {
  const common = new Common<{ readonly x: number }>();
  expect(common.ranges([{ x: 1 }, { x: 2 }])).toBe('0-1');
  expect(common.ranges([{ x: 2 }, { x: 3 }, { x: 1 }])).toBe('1-2 0');
  expect(common.all).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
});

const good = sampleSpec('good', ['v7.1']);
const [statement, other] = ['n++;', 'n--;'].map((text) => ({ id: text, fn: 'count_up', text }));
const occurred = { statement: 'n++;', kind: 'late', other: 'n--;', fn: 'count_up' } as const;

function job(model: string, found: Partial<Outcome>, statements = [statement!, other!]): FinishedJob {
  const effort = {
    ...{ states: 1, transitions: 0, depth: 0, seconds: 0, bytes: 0, values: {} },
    ...{ slowCalls: 0, lookups: 0, slowSeconds: 0 },
  };
  const outcome = {
    verdict: { kind: 'holds' },
    effort,
    witnessesReached: [],
    covered: ['n++;'],
    ...found,
  } as const;
  const variant = good.variants[0]!;
  const result = { kind: 'outcome', outcome, statements, witnesses: [] } as const;
  return { spec: good, variant, model, expected: { kind: 'holds' }, result };
}

test('results list statements and reorderings once for all runs, and later runs keep what earlier ones had', () => {
  const search = { search: 'bfs', maxStates: null } as const;
  const runs = [job('sc', {}, [other!]), job('armv8', { reorderings: [occurred] })].map((it) =>
    writtenRun(it, search),
  );
  const text = resultsText(good, runs, []);
  const file = JSON.parse(text);
  expect(file.statements).toEqual([other, statement]);
  expect(file.reorderings).toEqual([occurred]);
  expect(file.runs.map((run: { readonly coverage: unknown }) => run.coverage)).toEqual([
    { statements: 1, executed: 0, missed: [other], of: '0' },
    { statements: 2, executed: 1, missed: [other], of: '1 0', reorderings: '0' },
  ]);
  expect(Object.keys(file.runs[0])).not.toContain('all');
  // The first run is made again and has another list: the second one's places are others then.
  const again = writtenRun(job('sc', { covered: [] }, [statement!]), search);
  const mixed = resultsText(good, [again], earlierRuns(text));
  expect(JSON.parse(mixed).runs[1].coverage).toMatchObject({ of: '0-1', reorderings: '0' });
  expect(earlierRuns(mixed)[1]).toMatchObject({ all: [statement, other], occurred: [occurred] });
});
