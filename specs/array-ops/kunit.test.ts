/** The vectors of arm_smmu_v3_invs_test() (arm-smmu-v3-test.c, Linux 7.1; v9 has the first seven). */
import { describe, expect, test } from 'vitest';
import { INV_TYPE_ATS, INV_TYPE_S2_VMID, INV_TYPE_S2_VMID_S1_CLEAR } from '../../model/driver/inv-entries.ts';
import { type Invs, invsOf } from '../../model/driver/inv-view.ts';
import type { Version } from '../../model/driver/version.ts';
import { entry, merge, purge, unref } from './arrays.ts';

const vmid = entry(INV_TYPE_S2_VMID, 1);
const ats = (id: number, ssid = 0) => entry(INV_TYPE_ATS, id, { ssid });
const invs1 = invsOf([vmid, entry(INV_TYPE_S2_VMID_S1_CLEAR, 1), ats(3)]);
const invs2 = invsOf([vmid, ats(4), ats(5)]);
const invs3 = invsOf([vmid, ats(5), ats(6)]);
const invs4 = invsOf([ats(10, 1), ats(10, 3), ats(12, 1)]);
const invs5 = invsOf([ats(10, 2), ats(10, 3), ats(12, 2)]);

/** IDs, users and SSIDs of the entries in use, and the number of trashes. */
const seen = ({ inv, num_invs, num_trashes }: Invs): string => {
  const used = inv.slice(0, num_invs);
  const column = (f: 'id' | 'users' | 'ssid'): string => used.map((e) => e[f]).join(' ');
  return `${column('id')} / ${column('users')} / ${column('ssid')}, ${num_trashes} trash`;
};

const steps = [
  ['merge invs1', (a: Invs, v: Version) => merge(a, invs1, v).value, '1 1 3 / 1 1 1 / 0 0 0, 0 trash'],
  [
    'merge invs2',
    (a: Invs, v: Version) => merge(a, invs2, v).value,
    '1 1 3 4 5 / 2 1 1 1 1 / 0 0 0 0 0, 0 trash',
  ],
  ['unref invs2', (a: Invs, v: Version) => unref(a, invs2, v).value[0], '1 1 3 / 1 1 1 / 0 0 0, 0 trash'],
  [
    'merge invs3',
    (a: Invs, v: Version) => merge(a, invs3, v).value,
    '1 1 3 5 6 / 2 1 1 1 1 / 0 0 0 0 0, 0 trash',
  ],
  [
    'unref invs1',
    (a: Invs, v: Version) => unref(a, invs1, v).value[0],
    '1 1 3 5 6 / 1 0 0 1 1 / 0 0 0 0 0, 2 trash',
  ],
  ['purge', (a: Invs, v: Version) => purge(a, v).value!, '1 5 6 / 1 1 1 / 0 0 0, 0 trash'],
  ['unref invs3', (a: Invs, v: Version) => unref(a, invs3, v).value[0], ' /  / , 0 trash'],
  ['merge invs4', (a: Invs, v: Version) => merge(a, invs4, v).value, '10 10 12 / 1 1 1 / 1 3 1, 0 trash'],
  [
    'merge invs5',
    (a: Invs, v: Version) => merge(a, invs5, v).value,
    '10 10 10 12 12 / 1 1 2 1 1 / 1 2 3 1 2, 0 trash',
  ],
  [
    'unref invs5',
    (a: Invs, v: Version) => unref(a, invs5, v).value[0],
    '10 10 10 12 / 1 0 1 1 / 1 2 3 1, 1 trash',
  ],
  ['purge', (a: Invs, v: Version) => purge(a, v).value!, '10 10 12 / 1 1 1 / 1 3 1, 0 trash'],
] as const;

/** The vectors one after the other, each on the array that the one before has left. */
const play = (version: Version, count: number): readonly string[] => {
  let a = invsOf([]);
  return steps.slice(0, count).map(([, step]) => {
    a = step(a, version);
    return seen(a);
  });
};

describe.each([
  ['v7.1', steps.length],
  ['v9', 7],
] as const)('KUnit vectors, %s', (version, count) => {
  const found = play(version, count);
  test.each(steps.slice(0, count).map(([name, , expected], i) => [i + 1, name, expected] as const))(
    'Test%i: %s',
    (n, _, expected) => {
      expect(found[n - 1]).toBe(expected);
    },
  );
});

test('v9 takes two PASIDs of a device for one: the second has no entry of its own (bugs.md 4)', () => {
  const both = merge(merge(invsOf([]), invsOf([ats(10, 1)]), 'v9').value, invsOf([ats(10, 2)]), 'v9').value;
  expect(seen(both)).toBe('10 / 2 / 1, 0 trash');
});
