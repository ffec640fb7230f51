import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const bench = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', main, ...args], { encoding: 'utf8' });

test('--help names every option and exit code, and runs nothing', () => {
  const { status, stdout } = bench('--help');
  expect(status).toBe(0);
  for (const option of ['--runs <n>', '--out <file>', '--quick', '--scale', '--only <part...>'])
    expect(stdout).toContain(option);
  expect(stdout).toContain('Exit codes: 0; 1 when counts or verdicts differ; 2 for a wrong option.');
}, 30_000);

test.each([['--runs', '0'], ['--runs', 'x'], ['--only', 'x'], ['--fast']])(
  '%s %s is a usage error',
  (...args) => {
    expect(bench(...args)).toMatchObject({ status: 2, stdout: '' });
  },
  30_000,
);
