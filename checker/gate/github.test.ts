import { describe, expect, test } from 'vitest';
import type { Changes } from './changes.ts';
import { annotations } from './github.ts';
import { nowhere } from './locate.ts';
import {
  fault,
  holds,
  sampleChanges,
  sampleLocate,
  vacuous,
  violated,
  violatedAsExpected,
} from './sample-cases.ts';

describe('GitHub', () => {
  test('every surprise is an error at the line of its variant, escaped as workflow commands want it', () => {
    expect(annotations([holds, violatedAsExpected, violated, vacuous, fault], sampleLocate, null)).toBe(
      [
        '::error file=specs/mp/index.ts,line=20,title=mp/no smp_wmb() (armv8)%3A exit code 12::' +
          'expected holds, found violated: seesData%0ACPU1 saw the flag at 100 %25 and not the data',
        '::error file=specs/mp/index.ts,line=20,title=mp/one%2C two%3A #3 (tso)%3A exit code 14::' +
          'expected holds, found vacuous%0AThe witness "both run" was never reached.',
        '::error title=large/bug (sc)%3A exit code 1::' +
          'expected holds, found model bug%0An is read%0Abefore it is written',
        '',
      ].join('\n'),
    );
  });

  test('nothing is said of what is as expected', () => {
    expect(annotations([holds, violatedAsExpected], sampleLocate, null)).toBe('');
  });

  test('changes of verdicts are errors, of counts one notice', () => {
    const about = { name: 'mp/v9 (sc)', spec: 'mp', variant: 'v9', model: 'sc' };
    const changes: Changes = {
      ...sampleChanges,
      counts: [{ ...about, differences: [{ what: 'states', before: '1', after: '2' }] }],
    };
    expect(annotations([], sampleLocate, changes)).toBe(
      [
        '::error file=specs/mp/index.ts,line=10,title=mp/v7.1 (sc)%3A changed::it was deadlock, it is holds',
        "::notice title=heddle::the counts of 1 job differ from the baseline's",
        '',
      ].join('\n'),
    );
  });

  test('of more errors than are shown the last one says how many', () => {
    const lines = annotations(Array(12).fill(vacuous), nowhere, null).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[9]).toBe('::error title=heddle::3 more: see the summary, or heddle.sarif');
  });
});
