import { describe, expect, test } from 'vitest';
import { changesOf } from './changes.ts';
import { markdownText } from './markdown.ts';
import { fault, holds, sampleCase, sampleChanges, violated, violatedAsExpected } from './sample-cases.ts';

describe('Markdown', () => {
  test('has a table that is aligned as plain text, and every surprise with its counterexample in a code block', () => {
    const [head, , ...lines] = markdownText([holds, violated, fault], null).split('\n');
    expect(head).toBe('# heddle: 2 of 3 jobs not as expected');
    expect(lines.slice(0, 12)).toEqual([
      '|     | job             | model | verdict            | expected | states |',
      '|-----|-----------------|-------|--------------------|----------|--------|',
      '| ok  | mp/v7.1         | sc    | holds              | yes      | 1,234  |',
      '| !!  | mp/no smp_wmb() | armv8 | violated: seesData | holds    | 1,234  |',
      '| !!  | large/bug       | sc    | model bug          | holds    | -      |',
      '',
      '## mp/no smp_wmb() (armv8)',
      '',
      'Expected holds, found violated: seesData (exit code 12).',
      '',
      '- CPU1 saw the flag at 100 % and not the data',
      '',
    ]);
    expect(lines[12]).toBe('```c');
    expect(lines.filter((line) => line === '```')).toHaveLength(1);
    expect(lines.join('\n')).toContain('\n## large/bug (sc)\n');
  });

  test('one job alone shows its counterexample also if it was expected', () => {
    expect(markdownText([violatedAsExpected], null)).toContain(' *   kzalloc() == &data ');
    expect(markdownText([violatedAsExpected, holds], null)).not.toContain('kzalloc');
  });

  test('many jobs have a row per spec', () => {
    const many = Array.from({ length: 31 }, (_, i) => sampleCase('mp', { variant: `v${i}`, model: 'sc' }));
    const lines = markdownText(many, null).split('\n');
    expect(lines[0]).toBe('# heddle: 31 jobs, all as expected');
    expect(lines).toContain('| mp   | 31   | 31          | 31   | 38,254 |');
    expect(lines).toHaveLength(8);
  });

  test('what would be markup is escaped in tables, and no fence ends early', () => {
    const odd = sampleCase('mp', { variant: 'a|b `c` *d*', model: 'sc' });
    expect(markdownText([odd], null)).toContain('| mp/a\\|b \\`c\\` \\*d\\* |');
    const fence = { ...violated, trace: { ...violated.trace!, ending: 'it is ```so```' } };
    expect(markdownText([fence], null)).toMatch(/^````c\n[\s\S]*\n````$/m);
  });

  test('tells what changed since the baseline', () => {
    expect(markdownText([holds], sampleChanges)).toContain(
      '\n## Since the baseline\n\n1 verdict changed, 6 as they were.\n\n```text\nchanged  mp/v7.1 (sc): deadlock -> holds\n```\n',
    );
    expect(markdownText([holds], changesOf([], []))).toMatch(/## Since the baseline\n\n0 as they were\.\n$/);
  });
});
