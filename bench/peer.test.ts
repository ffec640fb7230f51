import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { installed, skipped } from './peer.ts';
import { rumur } from './rumur.ts';
import { spin, spinReduced } from './spin.ts';
import { missing } from './timed.ts';

test('a checker is skipped by the names of what is not installed', () => {
  const nowhere = tmpdir();
  expect(skipped([spinReduced], nowhere)).toBe(
    'SPIN, partial-order reduction: skipped, spin and gcc are not installed (Debian packages of that name).\n',
  );
  expect(skipped([spin, rumur], nowhere).split('\n')).toHaveLength(3);
  expect(installed([spin, rumur], nowhere)).toEqual([]);
  expect(skipped([{ ...rumur, tools: ['no-such-tool'] }])).toContain(
    'no-such-tool is not installed (Debian package ',
  );
});

test('a checker whose tools are there is not skipped', () => {
  const any = { ...rumur, tools: ['bash'] };
  expect(missing(['bash'])).toEqual([]);
  expect(skipped([any])).toBe('');
  expect(installed([any, { ...rumur, tools: ['no-such-tool'] }])).toEqual([any]);
});
