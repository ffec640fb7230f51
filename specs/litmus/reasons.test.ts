import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { litmusTest } from '../../model/litmus/litmus-test.ts';
import { judge } from '../../model/litmus/outcomes.ts';
import { exploreLag } from '../lag-runner.ts';
import { whyStronger } from './reasons.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-reasons-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (register: string, variable: string): string => `${register} = READ_ONCE(*${variable});`;
const write = (variable: string): string => `WRITE_ONCE(*${variable}, 1);`;

/** A test of functions with these bodies. */
const testOf = (question: string, ...bodies: readonly string[]): string =>
  [
    'C t\n{}',
    ...bodies.map((body, n) => `P${n}(int *x, int *y, int *z) { int r1; int r2; int r3; ${body} }`),
    `exists (${question})\n`,
  ].join('\n');

const why = (text: string): string => {
  const path = join(folder, 't.litmus');
  writeFileSync(path, text);
  const test = litmusTest(text);
  expect(judge(test, exploreLag(test.scenario, { maxStates: 10_000 }).finals)).toBe('Never');
  return whyStronger(path, [{ observation: 'Sometimes', outcomes: 1 }]);
};

const tells = `${read('r1', 'y')} smp_mb(); ${write('x')}`;
const buffered = '0:r1=1 /\\ 1:r1=1';
const readTwice = (first: string, second: string, between: string): string =>
  `${read('r1', first)} ${between} ${read('r2', second)}`;

test.each([
  [
    'a load buffer with smp_rmb()',
    testOf(buffered, `${read('r1', 'x')} smp_rmb(); ${write('y')}`, tells),
    /^smp_rmb\(\), a DMB ISHLD, also orders loads before stores$/,
  ],
  [
    'a store behind the end of an if',
    testOf(buffered, `${read('r1', 'x')} if (r1) { r2 = 2; } ${write('y')}`, tells),
    /^a control dependency reaches beyond/,
  ],
  [
    'a store in an if (a store behind it would hang on it as well)',
    testOf(buffered, `${read('r1', 'x')} if (r1) { ${write('y')} }`, tells),
    /by elimination/,
  ],
  [
    'a store buffer with release and acquire',
    testOf(
      '0:r1=0 /\\ 1:r1=0',
      'smp_store_release(x, 1); r1 = smp_load_acquire(y);',
      `${write('y')} smp_mb(); ${read('r1', 'x')}`,
    ),
    /^a store-release is ordered before a later load-acquire/,
  ],
  [
    'a cmpxchg() that fails',
    testOf(
      '1:r1=1 /\\ 1:r2=0',
      `${write('x')} smp_mb(); ${write('y')}`,
      `r1 = cmpxchg(y, 0, 2); ${read('r2', 'x')}`,
    ),
    /^a cmpxchg\(\) that fails has acquired$/,
  ],
  [
    'independent reads of independent writes',
    testOf(
      '2:r1=1 /\\ 2:r2=0 /\\ 3:r1=1 /\\ 3:r2=0',
      write('x'),
      write('y'),
      readTwice('x', 'y', 'smp_rmb();'),
      readTwice('y', 'x', 'smp_rmb();'),
    ),
    /^a store reaches all other CPUs at once \(other-multi-copy atomicity\)$/,
  ],
  [
    'a write that is passed on behind a smp_rmb()',
    testOf(
      '1:r1=1 /\\ 2:r1=1 /\\ 2:r2=0',
      write('x'),
      `${read('r1', 'x')} smp_rmb(); ${write('y')}`,
      readTwice('y', 'x', 'smp_mb();'),
    ),
    /^a store reaches all other .*, and smp_rmb\(\)/,
  ],
  [
    'two properties, either of which is enough',
    testOf(
      buffered,
      `${read('r1', 'x')} if (r1) { r2 = 2; } smp_rmb(); ${write('y')}`,
      `${read('r1', 'y')} smp_mb(); ${write('x')}`,
    ),
    /^of several properties together$/,
  ],
])('%s', (_, text, reason) => {
  expect(why(text)).toMatch(reason);
});
