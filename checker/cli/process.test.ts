/** The command as a real process: what only a process can show. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './test-io.ts';

const toys = fileURLToPath(new URL('toy-main.ts', import.meta.url));
const heddle = fileURLToPath(new URL('../../specs/heddle.mjs', import.meta.url));

/** Runs node and, as soon as stderr matches `interruptAt`, sends once a signal: by default what Ctrl-C sends. */
function node(
  args: readonly string[],
  interruptAt?: RegExp,
  signal: NodeJS.Signals = 'SIGINT',
  stdout: 'pipe' | number = 'pipe',
) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', stdout, 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  let interrupted = false;
  child.stdout?.on('data', (text) => {
    printed.stdout += text;
  });
  child.stderr?.on('data', (text) => {
    printed.stderr += text;
    if (!interrupted && interruptAt?.test(printed.stderr)) interrupted = child.kill(signal);
  });
  return new Promise<typeof printed & { code: number | null }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...printed }));
  });
}

test.each([
  [0, ['check', 'good']],
  [1, ['check', 'bad']],
  [2, ['check', 'nothing']],
  [12, ['check', 'bad/breaks']],
  [13, ['check', 'bad/never-ends']],
  [14, ['check', 'bad/vacuous']],
  [11, ['check', 'bad/deadlocks']],
  [20, ['check', 'good/v7.1', '--max-states', '2']],
] as const)('a process exits with %i after heddle %j', async (code, args) => {
  const out = args[0] === 'check' ? ['--out', temporaryFolder()] : [];
  expect((await node(['--import', 'tsx', toys, ...args, ...out])).code).toBe(code);
});

test('Ctrl-C ends a long exploration with the table so far and 130', async () => {
  const out = temporaryFolder();
  const args = ['--import', 'tsx', toys, 'check', 'endless', '--model', 'sc', '--out', out];
  const { code, stdout, stderr } = await node(args, /begun/);
  expect(code).toBe(130);
  expect(stdout).toMatch(/ok {2}quick .*as expected/);
  expect(stdout).toMatch(/covered: [\d,]+ states to depth \d+, 1 of 1 statements/);
  expect(stderr).toContain('interrupted');
  expect(readFileSync(join(out, 'endless.json'), 'utf8')).not.toContain('"slow"');
});

test.each([
  ['the JavaScript heap of 60 MiB is nearly full', ['--max-old-space-size=60'], []],
  ['the memory limit of 170 MiB was reached', [], ['--memory-limit', '170M']],
] as const)('a run for which there is no memory ends with a report: %s', async (why, flags, options) => {
  const out = temporaryFolder();
  const args = [
    ...flags,
    '--import',
    'tsx',
    toys,
    'check',
    'hungry',
    '--model',
    'sc',
    '--out',
    out,
    ...options,
  ];
  const { code, stdout } = await node(args);
  expect(code).toBe(20);
  expect(stdout).toContain(why);
  expect(stdout).toMatch(/covered: [\d,]+ states to depth \d+, 1 of 1 statements/);
});

test.each(['SIGINT', 'SIGKILL'] as const)(
  'a run that was ended by %s is taken up where it was kept last',
  async (signal) => {
    const out = temporaryFolder();
    const file = join(out, 'kept');
    const long = ['--import', 'tsx', toys, 'check', '--out', out];
    const first = await node(
      [...long, 'long', '--model', 'sc', '--checkpoint', file, '--checkpoint-every', '0.1'],
      /kept [\d,]+ states/,
      signal,
    );
    if (signal === 'SIGINT') {
      expect(first.code).toBe(130);
      expect(first.stdout).toContain(`; the work is kept: go on with heddle check --resume ${file}`);
    } else {
      expect(first).toMatchObject({ code: null, stdout: '' });
    }
    const second = await node([...long, '--resume', file]);
    expect(second.code).toBe(0);
    // 4 counters to 26, each of which steps from all but the last of its values.
    expect(second.stdout).toContain(`531,441    ${(4 * 26 * 27 ** 3).toLocaleString('en-US')}`);
    expect(existsSync(file)).toBe(false);
  },
);

test('a full disk below the standard output is told in a sentence, and the files are written all the same', async () => {
  const out = temporaryFolder();
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const args = ['--import', 'tsx', toys, 'check', 'good', '--out', out];
  const { code, stderr } = await node(args, undefined, 'SIGINT', full);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^heddle: cannot write to the standard output: ENOSPC: [^\n]*\n$/),
  ]);
  expect(JSON.parse(readFileSync(join(out, 'good.json'), 'utf8')).runs).toHaveLength(6);
});

test('a reader that goes away, of output and errors, takes no result with it', async () => {
  const out = temporaryFolder();
  const args = ['--import', 'tsx', toys, 'check', 'bad/bug', '--out', out];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
  expect(JSON.parse(readFileSync(join(out, 'bad.json'), 'utf8')).runs).toHaveLength(2);
});

test('the heddle command of package.json starts and lists the specs', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(heddle.endsWith(manifest.bin.heddle)).toBe(true);
  const { code, stderr } = await node([heddle, 'list']);
  expect([code, stderr]).toEqual([0, '']);
});

test('the heddle command refuses --max-states 0', async () => {
  expect((await node([heddle, 'check', '--max-states', '0'])).code).toBe(2);
});
