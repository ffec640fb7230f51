/** `heddle trace FILE --step` as a real process, with commands piped in. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../files/temporary.ts';
import { ranWith } from './test-io.ts';
import { good } from './toy-spec.ts';

const toys = fileURLToPath(new URL('./toy-main.ts', import.meta.url));

async function savedTrace(): Promise<string> {
  const out = temporaryFolder();
  await ranWith([good], ['check', 'good/no-smp-mb', '--model', 'sc', '--out', out]);
  return join(out, 'traces', 'good--no-smp-mb--sc.json');
}

test('commands may be piped in, and the end of the input is the end of the session', async () => {
  const args = ['--import', 'tsx', toys, 'trace', await savedTrace(), '--step'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { input: 'n\no', encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('good, "no smp_mb()", memory model sc\n');
  expect(stdout).toContain(
    '0/1> n\nstep 1 of 1, P0:\n  count_up():\n    n++; // 1\nBROKEN: stays small: n0 is 1\n1/1> o\n',
  );
  expect(stdout.endsWith('\n1/1> \n')).toBe(true);
});

test('--step has no format and no file of its own', async () => {
  const file = await savedTrace();
  const out = join(temporaryFolder(), 'x');
  writeFileSync(out, '');
  for (const more of [
    ['--format', 'json'],
    ['--out', out],
  ]) {
    const { code, stderr } = await ranWith([good], ['trace', file, '--step', ...more]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--step prints no format')]);
  }
});
