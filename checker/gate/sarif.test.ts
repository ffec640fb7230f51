import { describe, expect, test } from 'vitest';
import { nowhere } from './locate.ts';
import {
  fault,
  holds,
  incomplete,
  sampleChanges,
  sampleLocate,
  vacuous,
  violated,
  violatedAsExpected,
} from './sample-cases.ts';
import { sarifLog, sarifText } from './sarif.ts';

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
    const { invocations, results } = sarifLog([incomplete, fault], {
      locate: nowhere,
      changes: sampleChanges,
    }).runs[0]!;
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
