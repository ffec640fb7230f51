import { describe, expect, test } from 'vitest';
import { traceText } from '../report/trace-text.ts';
import { ktapText } from './ktap.ts';
import { everyCase, fault, holds, incomplete, mpTrace, notRun, vacuous, violated } from './sample-cases.ts';

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
