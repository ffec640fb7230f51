import { describe, expect, test } from 'vitest';
import { traceText } from '../report/trace-text.ts';
import { type Changes, changesOf } from './changes.ts';
import { annotations } from './github.ts';
import { ktapText } from './ktap.ts';
import { nowhere } from './locate.ts';
import { markdownText } from './markdown.ts';
import {
  everyCase,
  fault,
  holds,
  incomplete,
  mpTrace,
  notRun,
  sampleCase,
  sampleLocate,
  vacuous,
  violated,
  violatedAsExpected,
} from './sample-cases.ts';
import { sarifLog, sarifText } from './sarif.ts';

const changed: Changes = {
  verdicts: [
    { name: 'mp/v7.1 (sc)', spec: 'mp', variant: 'v7.1', model: 'sc', before: 'deadlock', after: 'holds' },
  ],
  counts: [],
  added: [],
  gone: [],
  same: 6,
};

describe('KTAP', () => {
  test('has a version line, a plan and a result for every test, and the counterexample before its result', () => {
    const trace = traceText(mpTrace, ['mp/no smp_wmb() (armv8):']).trimEnd();
    const commented = trace.replace(/^/gm, '  # ').concat('\n');
    expect(ktapText([holds, violated, vacuous])).toBe(`KTAP version 1
1..1
  KTAP version 1
  # Subtest: mp
  1..3
  ok 1 v7.1 (sc) # holds states=1234
  # CPU1 saw the flag at 100 % and not the data
${commented}  not ok 2 no smp_wmb() (armv8) # expected holds, found violated: seesData
  # The witness "both run" was never reached.
  not ok 3 one, two: 3 (tso) # expected holds, found vacuous
not ok 1 mp
`);
  });

  test('tells faults, bounds and what was not run apart by directives', () => {
    expect(ktapText([incomplete, fault, notRun]).split('\n').slice(5, -1)).toEqual([
      '  # the limit of 10 states was reached',
      '  not ok 1 v9 (armv8) # TIMEOUT expected holds, found incomplete',
      '  # n is read',
      '  # before it is written',
      '  not ok 2 bug (sc) # ERROR expected holds, found model bug',
      '  ok 3 late (sc) # SKIP interrupted',
      'not ok 1 large',
    ]);
  });

  test('a spec of which nothing was run is skipped', () => {
    expect(ktapText([notRun])).toContain('\nok 1 large # SKIP\n');
  });

  test('every plan counts the results that follow it at its level, which are numbered from 1', () => {
    const seen = parsedKtap(ktapText(everyCase));
    expect(seen).toEqual([
      { depth: 1, plan: 4, numbers: [1, 2, 3, 4] },
      { depth: 1, plan: 3, numbers: [1, 2, 3] },
      { depth: 0, plan: 2, numbers: [1, 2] },
    ]);
  });
});

interface Level {
  readonly depth: number;
  plan: number;
  readonly numbers: number[];
}

/** A strict reader of KTAP: every line is a version, a plan, a result or a diagnostic, at the level that is open. */
function parsedKtap(text: string): readonly Level[] {
  const done: Level[] = [];
  const open: Level[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const depth = line.search(/\S/) / 2;
    const words = line.trim();
    if (words === 'KTAP version 1') {
      expect(depth).toBe(open.length);
      open.push({ depth, plan: -1, numbers: [] });
      continue;
    }
    if (words.startsWith('#')) continue;
    while (open.length > depth + 1) done.push(open.pop()!);
    const level = open.at(-1)!;
    expect(depth).toBe(level.depth);
    const plan = /^1\.\.(\d+)$/.exec(words);
    const result = /^(?:not )?ok (\d+) [^#]+?(?: # .+)?$/.exec(words);
    if (plan) level.plan = Number(plan[1]);
    else if (result) level.numbers.push(Number(result[1]));
    else expect.fail(`no line of KTAP: ${line}`);
  }
  return [...done, ...open.reverse()];
}

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
    expect(markdownText([holds], changed)).toContain(
      '\n## Since the baseline\n\n1 verdict changed, 6 as they were.\n\n```text\nchanged  mp/v7.1 (sc): deadlock -> holds\n```\n',
    );
    expect(markdownText([holds], changesOf([], []))).toMatch(/## Since the baseline\n\n0 as they were\.\n$/);
  });
});

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
      ...changed,
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

describe('SARIF', () => {
  const log = sarifLog([holds, violated, vacuous], { locate: sampleLocate, changes: null });
  const run = log.runs[0]!;
  const [result, other] = run.results!;

  test('has a result for each job that is not as expected, at the line of its variant', () => {
    expect(run.results).toHaveLength(2);
    expect(result).toMatchObject({
      ruleId: 'violated/seesData',
      ruleIndex: 0,
      kind: 'fail',
      level: 'error',
      message: {
        text:
          'mp/no smp_wmb() (armv8): expected holds, found violated: seesData.\n' +
          'CPU1 saw the flag at 100 % and not the data\nCPU1 read data before it was written.',
      },
      partialFingerprints: { 'heddleJob/v1': 'mp/no-smp-wmb/armv8' },
    });
    expect(result!.locations![0]!.physicalLocation).toEqual({
      artifactLocation: { uri: 'specs/mp/index.ts', uriBaseId: '%SRCROOT%' },
      region: { startLine: 20 },
    });
    expect(other).toMatchObject({ ruleId: 'vacuous', ruleIndex: 1 });
    expect(other!.codeFlows).toBeUndefined();
    expect(run.tool.driver.rules!.map(({ id, name }) => [id, name])).toEqual([
      ['violated/seesData', 'ViolatedSeesData'],
      ['vacuous', undefined],
    ]);
    expect(run.invocations).toEqual([{ executionSuccessful: true, exitCode: 12 }]);
  });

  test('the counterexample is a code flow with a thread for each agent, in one order of all', () => {
    const threads = result!.codeFlows![0]!.threadFlows.map(({ id, locations }) => [
      id,
      ...locations.map(({ executionOrder, location }) => [
        executionOrder,
        location!.message!.text,
        location!.physicalLocation!.artifactLocation!.uri,
        location!.physicalLocation!.region!.startLine,
      ]),
    ]);
    expect(threads).toEqual([
      [
        'CPU0',
        [1, 'kzalloc() == &data', 'model/driver/mp.ts', 5],
        [2, 'WRITE_ONCE(flag, 1); early: passes WRITE_ONCE(data, 1)', 'model/driver/mp.ts', 5],
      ],
      [
        'CPU1',
        [4, 'READ_ONCE(flag) == 1', 'specs/mp/index.ts', 20],
        [5, 'READ_ONCE(data) == 0', 'specs/mp/index.ts', 20],
      ],
      ['SMMU', [3, 'SMMU0 may cache STE 1', 'specs/mp/index.ts', 20]],
    ]);
  });

  test('expected counterexamples are notes, if they are wanted', () => {
    const { results } = sarifLog([violatedAsExpected, holds], {
      locate: sampleLocate,
      changes: null,
      expectedToo: true,
    }).runs[0]!;
    expect(results).toHaveLength(1);
    // As the standard has it, what is no failure has no level.
    expect(results![0]).toMatchObject({ kind: 'informational', level: 'none' });
  });

  test('a fault is no successful execution, a bound is a warning, a changed verdict an error', () => {
    const { invocations, results } = sarifLog([incomplete, fault], { locate: nowhere, changes: changed })
      .runs[0]!;
    expect(invocations).toEqual([{ executionSuccessful: false, exitCode: 1 }]);
    expect(results!.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['incomplete', 'warning'],
      ['fault', 'error'],
      ['changed', 'error'],
    ]);
    expect(results![0]!.locations![0]!.physicalLocation).toBeUndefined();
  });

  test('the text is the log as JSON, and names its schema', () => {
    const text = sarifText([violated], { locate: sampleLocate, changes: null });
    expect(JSON.parse(text)).toEqual(sarifLog([violated], { locate: sampleLocate, changes: null }));
    expect(log.$schema).toBe('https://json.schemastore.org/sarif-2.1.0.json');
  });
});
