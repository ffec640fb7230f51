import { describe, expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import { cdWriter, steWriter } from '../../model/driver/entry-writers.ts';
import { arm_smmu_entry_qword_diff } from '../../model/driver/write-entry.ts';
import { testEveryVariant } from '../every-variant.ts';
import { spec, writeEntry } from './index.ts';
import { type CdName, cds, plain, type SteName, stes, updateOf } from './scenario.ts';

testEveryVariant(spec);

const steNames = (Object.keys(stes) as SteName[]).filter((n) => n !== 'abort, words of S2');
const cdNames = Object.keys(cds) as CdName[];

describe('every pair of configurations that the driver makes is safe', () => {
  const pairs = <N>(names: readonly N[]): readonly (readonly [N, N])[] =>
    names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b] as const));
  test.each(pairs(steNames))('STE: %s to %s', (from, to) => {
    const { verdict } = checkNow(writeEntry('armv8', { ...plain, what: { ste: [from, to] }, fresh: true }), {
      search: 'bfs',
    });
    expect(verdict).toEqual({ kind: 'holds' });
  });
  test.each(pairs(cdNames))('CD: %s to %s', (from, to) => {
    const { verdict } = checkNow(writeEntry('armv8', { ...plain, what: { cd: [from, to] } }), {
      search: 'bfs',
    });
    expect(verdict).toEqual({ kind: 'holds' });
  });
});

/** '-' = nothing to do, h = hitless, B = V is cleared meanwhile; one row for each old configuration. */
const grid = <N>(names: readonly N[], how: (from: N, to: N) => string): readonly string[] =>
  names.map((from) => names.map((to) => (from === to ? '-' : how(from, to).charAt(0))).join(''));

// One word decides wherever V or Config does alone. Config and VMID are two words, so are VMID and S2TTB, Config and
// S1DSS, S2S and EATS: stage 1 to stage 2 breaks, and so does anything that turns stalls of stage 2 on or off along
// with something else. Two words that one configuration alone uses do not count.
test('which updates of an STE break', () => {
  const how = (from: SteName, to: SteName): string => updateOf({ ...plain, what: { ste: [from, to] } }).how;
  const show = (x: string): string => (x === 'breaking' ? 'B' : x);
  expect(grid(steNames, (a, b) => show(how(a, b)))).toMatchInlineSnapshot(`
    [
      "-hhhhhhhhhhh",
      "h-hhhhhhhhhh",
      "hh-hhhhhhhhh",
      "hhh-hhBBBBBB",
      "hhhh-hBBBBBB",
      "hhhhh-BBBBBB",
      "hhhBBB-hhBhh",
      "hhhBBBh-BBhh",
      "hhhBBBhB-BBB",
      "hhhBBBBBB-BB",
      "hhhBBBhhBB-h",
      "hhhBBBhhBBh-",
    ]
  `);
});

test('which updates of a CD break', () => {
  const how = (from: CdName, to: CdName): string => updateOf({ ...plain, what: { cd: [from, to] } }).how;
  expect(grid(cdNames, (a, b) => (how(a, b) === 'breaking' ? 'B' : 'h'))).toMatchInlineSnapshot(`
    [
      "-hhhhh",
      "h-BhBh",
      "hB-BBh",
      "hhB-Bh",
      "hBBB-h",
      "hhhhh-",
    ]
  `);
});

const stream = steWriter({ smmu: 'smmu', sid: 0, ste: 'ste', cpu: 0 });
const substream = cdWriter({ smmu: 'smmu', sids: [0], cdtab: 'cdtab', ssid: 0, cpu: 0 });

test('what nobody looks at is written first, what is looked at last', () => {
  const { unused_update, used_qword_diff } = arm_smmu_entry_qword_diff(stream, stes.abort, stes['S2 ATS']);
  expect(used_qword_diff).toEqual([0]);
  expect(unused_update).toEqual([stes.abort[0], ...stes['S2 ATS'].slice(1)]);
});

test('a table behind EPD0 is not looked at', () => {
  const { used_qword_diff } = arm_smmu_entry_qword_diff(substream, cds.SVA, cds['SVA, mm gone']);
  expect(used_qword_diff).toEqual([0]);
});
