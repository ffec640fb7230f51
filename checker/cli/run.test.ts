import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCode } from '../report/exit-code.ts';
import type { Spec } from '../spec.ts';
import { ranWith, temporaryFolder } from './test-io.ts';
import { bad, good } from './toy-spec.ts';

const specs = [good, bad];

test('--help shows examples and every exit code, and exits with 0', async () => {
  const { code, stdout } = await ranWith(specs, ['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('heddle check unmap-vs-attach --model tso');
  for (const value of Object.values(exitCode)) expect(stdout).toMatch(new RegExp(`^ +${value}  `, 'm'));
});

test('heddle list shows variants, short forms and what is expected under each memory model', async () => {
  const { code, stdout } = await ranWith([good], ['list']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/variant +short form +sc +armv8/);
  expect(stdout).toMatch(/no smp_mb\(\) +no-smp-mb +violated: stays small +violated: stays small/);
  expect(stdout).toContain('about no smp_mb()');
});

test.each([
  ['no command', [], 'Usage: heddle'],
  ['an unknown command', ['chekc'], 'Did you mean check?'],
  ['an unknown option', ['check', '--modle', 'sc'], 'Did you mean --model?'],
  ['an unknown spec', ['check', 'goood'], "There is no spec 'goood'. Did you mean good?"],
  ['a spec like no other', ['check', 'unmap'], "There is no spec 'unmap'. There is: good, bad."],
  [
    'an unknown variant',
    ['check', 'good/no smp_wmb'],
    "There is no variant of good 'no smp_wmb'. Did you mean no-smp-mb?",
  ],
  [
    'an unknown memory model',
    ['check', '--model', 'armv9'],
    "There is no memory model 'armv9'. Did you mean armv8?",
  ],
  ['an unknown search', ['check', '--search', 'widest'], 'Allowed choices are bfs, dfs, random'],
  [
    'a seed without random walks',
    ['check', '--seed', '2'],
    '--seed is for random walks: add --search random',
  ],
  ['a size that is none', ['check', '--memory-limit', '2X'], 'a size such as 512M, 2G or 1.5G'],
  ['a place for several jobs', ['check', '--checkpoint', 'x'], '--checkpoint keeps one job, and'],
  ['a checkpoint that is not there', ['check', '--resume', '/none'], 'cannot read the checkpoint: ENOENT'],
  [
    'a checkpoint of random walks',
    ['check', '--search', 'random', '--resume', 'x'],
    'Random walks are not kept',
  ],
  [
    'a checkpoint of many threads',
    ['check', '--workers', '2', '--checkpoint', 'x'],
    'do not go with --workers',
  ],
  ['fingerprints of random walks', ['check', '--search', 'random', '--fingerprint'], 'is for --search bfs'],
  [
    'fingerprints in a checkpoint',
    ['check', '--fingerprint', '--resume', 'x'],
    'do not go with --fingerprint',
  ],
  [
    'fingerprints of sets',
    ['check', '--engine', 'symbolic', '--fingerprint'],
    '--fingerprint is for --engine exp',
  ],
  ['how often without where', ['check', '--checkpoint-every', '5'], '--checkpoint where'],
  ['an interval that is none', ['check', '--checkpoint-every', '-1'], 'a number of seconds'],
  ['a seed that is no number', ['check', '--search', 'random', '--seed', 'x'], 'from 0 to 2147483647'],
  [
    'a bound in states on random walks',
    ['check', '--search', 'random', '--max-states', '9'],
    'random walks are bounded by --walks and --depth',
  ],
  ['no state at all', ['check', '--max-states', '0'], 'a whole number, at least 1'],
  ['a bound that is no number', ['check', '--max-states', '1e6'], 'a whole number, at least 1'],
] as const)('%s is a usage error with a sentence', async (_, argv, sentence) => {
  const { code, stderr } = await ranWith(specs, argv);
  expect(stderr).toContain(sentence);
  expect(code).toBe(2);
});

test('a set of specs without any spec checks nothing and does not call that a success', async () => {
  expect((await ranWith([], ['check', '--out', temporaryFolder()])).code).toBe(2);
});

test('two variants with the same short form are a fault of ours, not of the user', async () => {
  const twins: Spec = {
    ...good,
    variants: good.variants.map((variant, i) => ({ ...variant, name: `v${'.'.repeat(i)}` })),
  };
  const { code, stderr } = await ranWith([twins], ['list']);
  expect(code).toBe(1);
  expect(stderr).toContain("Two names of a variant of good, 'v' and 'v.', have the same short form 'v'.");
});

test('a file that cannot be written is no fault of ours, whichever command it is', async () => {
  const page = ['report', '--html', '/dev/full', '--from'];
  const out = temporaryFolder();
  await ranWith([good], ['check', 'good/v7.1', '--model', 'sc', '--out', out]);
  const { code, stderr } = await ranWith([good], [...page, out]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^heddle: .*the disk is full/)]);
  // Two folders where one file each should be.
  for (const name of ['good.json', 'junit.xml']) mkdirSync(join(out, 'merged', name), { recursive: true });
  const merged = await ranWith([good], ['merge', out, '--out', join(out, 'merged')]);
  expect([merged.code, merged.stderr]).toEqual([2, expect.stringContaining('a folder stands where a file')]);
});
