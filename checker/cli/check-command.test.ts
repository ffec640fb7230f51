import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check as checkJob } from '../explore/check.ts';
import type { Outcome } from '../outcome.ts';
import { replay } from '../trace/replay.ts';
import type { Engine } from './engine.ts';
import { ranWith, temporaryFolder } from './test-io.ts';
import { bad, good } from './toy-spec.ts';

/** The exit code of one bad variant alone. */
async function codeOf(...args: string[]) {
  return (await ranWith([good, bad], ['check', ...args, '--out', temporaryFolder()])).code;
}

test('expected verdicts, violations and deadlocks among them, exit with 0', async () => {
  expect(await codeOf('good')).toBe(0);
});

test.each([
  ['an invariant that breaks where it should hold', 'bad/breaks', 12],
  ['another invariant than the expected one', 'bad/breaks-another', 12],
  ['an expected violation that does not show', 'bad/never-breaks', 14],
  ['a vacuous verdict', 'bad/vacuous', 14],
  ['an unexpected deadlock', 'bad/deadlocks', 11],
  ['a run that never ends', 'bad/never-ends', 13],
  ['a model bug', 'bad/bug', 1],
] as const)('%s has its own exit code', async (_, selector, code) => {
  expect(await codeOf(selector)).toBe(code);
});

test('a bound that was hit is incomplete, also for a variant that would hold', async () => {
  expect(await codeOf('good/v7.1', '--max-states', '2')).toBe(20);
  expect(await codeOf('good/v7.1', '--max-states', '4')).toBe(0);
});

test('random walks that find nothing are incomplete, and those that find something are a verdict', async () => {
  const random = ['--search', 'random', '--walks', '5'];
  expect(await codeOf('good/v7.1', ...random)).toBe(20);
  expect(await codeOf('good/no-smp-mb', ...random)).toBe(0);
  expect(await codeOf('good/waits', ...random)).toBe(0);
  const out = temporaryFolder();
  const found = await ranWith([good], ['check', 'good/no-smp-mb', '--model', 'sc', ...random, '--out', out]);
  expect(found.stdout).toContain(
    ' * found by walk 1 of --search random --seed 1 --depth 1000; a shorter way may',
  );
  const { runs } = JSON.parse(readFileSync(join(out, 'good.json'), 'utf8'));
  expect(runs[0]).toMatchObject({ search: 'random', random: { seed: 1, walks: 5, depth: 1000 } });
});

test('what was kept is taken up by the job that it is of, and by no other', async () => {
  const out = temporaryFolder();
  const file = join(out, 'kept');
  const check = (args: readonly string[], engine?: Engine) =>
    ranWith([good, bad], ['check', ...args, '--out', out], engine === undefined ? {} : { engine });
  const one = ['good/v7.1', '--model', 'sc'];
  const stopped = await check([...one, '--checkpoint', file, '--memory-limit', '1']);
  expect(stopped.code).toBe(20);
  expect(stopped.stdout).toContain(`; the work is kept: go on with heddle check --resume ${file}`);
  const refused = async (args: readonly string[], message: string, engine?: Engine) => {
    const { code, stdout, stderr } = await check(args, engine);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  };
  await refused([...one, '--checkpoint', file], 'keeps 1 state of good/v7.1 (sc) from an earlier run');
  await refused(
    ['bad', '--resume', file],
    'is of good/v7.1 (sc), which is none of the 14 jobs that were named',
  );
  await refused(['--resume', file, '--search', 'dfs'], 'was written with --search bfs');
  await refused(['--resume', file], 'has changed', {
    check: checkJob,
    replay,
    sources: () => 'other sources',
  });
  const done = await check(['--resume', file]);
  expect([done.code, done.stderr]).toEqual([0, '']);
  expect(done.stdout).toMatch(/ok {2}v7.1 +sc +holds +as expected +3 +2 /);
  expect(readdirSync(out)).not.toContain('kept');
});

test('of several problems the most serious decides', async () => {
  expect(await codeOf('bad')).toBe(1);
  expect(await codeOf('bad/deadlocks', 'bad/vacuous', 'bad/breaks')).toBe(12);
  expect(await codeOf('bad/deadlocks', 'bad/never-ends')).toBe(11);
  expect(await codeOf('bad/never-ends', 'bad/vacuous')).toBe(13);
});

test('a model bug takes no other verdict with it and is told in sentences', async () => {
  const { stdout, stderr } = await ranWith([bad], ['check', '--model', 'sc', '--out', temporaryFolder()]);
  expect(stdout).toContain('bad/bug (sc): expected holds, found model bug\n    count_up(): n is read before');
  expect(stdout).toContain(
    '7 jobs: 2 broke an invariant unexpectedly, 1 deadlocked unexpectedly, 1 never ended unexpectedly',
  );
  expect(stdout + stderr).not.toMatch(/^ {4}at /m);
});

test('HEDDLE_DEBUG=1 adds the stack', async () => {
  const env = { HEDDLE_DEBUG: '1' };
  const { stderr } = await ranWith([bad], ['check', 'bad/bug', '--out', temporaryFolder()], { env });
  expect(stderr).toMatch(/^ {4}at .*toy-spec/m);
});

test('few jobs print every counterexample, many only the unexpected ones', async () => {
  const few = await ranWith([good], ['check', 'good/no-smp-mb', '--out', temporaryFolder()]);
  expect(few.stdout).toContain(' * stays small: n0 is 1');
  const many = await ranWith([good], ['check', '--out', temporaryFolder()]);
  expect(many.stdout).not.toContain('/*');
  const all = await ranWith([good], ['check', '--traces', 'all', '--out', temporaryFolder()]);
  expect(all.stdout.match(/^\/\*$/gm)).toHaveLength(4);
});

test('a run writes the results, the traces and the JUnit report, and nothing else', async () => {
  const out = temporaryFolder();
  await ranWith([good], ['check', '--model', 'sc', '--out', out]);
  expect(readdirSync(out).sort()).toEqual(['good.json', 'junit.xml', 'traces']);
  expect(readdirSync(join(out, 'traces')).sort()).toEqual([
    'good--no-smp-mb--sc.json',
    'good--no-smp-mb--sc.txt',
    'good--waits--sc.json',
    'good--waits--sc.txt',
  ]);
});

test('a second run writes the same bytes, but for junit.xml', async () => {
  const files = (out: string) =>
    readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name !== 'junit.xml')
      .map((file) => [file.name, readFileSync(join(file.parentPath, file.name), 'utf8')]);
  const out = temporaryFolder();
  await ranWith([good, bad], ['check', '--out', out]);
  const first = files(out);
  await ranWith([good, bad], ['check', '--out', out]);
  expect(files(out)).toEqual(first);
});

test('a run of one variant keeps what is known of the others', async () => {
  const out = temporaryFolder();
  await ranWith([good], ['check', '--out', out]);
  const whole = readFileSync(join(out, 'good.json'), 'utf8');
  await ranWith([good], ['check', 'good/v7-1', '--model', 'sc', '--out', out]);
  expect(readFileSync(join(out, 'good.json'), 'utf8')).toBe(whole);
  expect(readdirSync(join(out, 'traces'))).toHaveLength(8);
});

test.each([
  ['nothing', () => null],
  ['a run without a verdict', ({ variant, model }: object & Record<string, unknown>) => ({ variant, model })],
  ['a trace that is none', (run: object) => ({ ...run, verdict: { kind: 'deadlock', why: '', trace: 7 } })],
])('earlier results in which somebody has put %s are replaced, and the others stay', async (_, spoil) => {
  const out = temporaryFolder();
  await ranWith([good], ['check', '--out', out]);
  const file = join(out, 'good.json');
  const whole = readFileSync(file, 'utf8');
  const results = JSON.parse(whole);
  writeFileSync(file, JSON.stringify({ ...results, runs: results.runs.with(2, spoil(results.runs[2])) }));
  const again = ['check', 'good/no-smp-mb', '--model', 'sc', '--out', out];
  expect(await ranWith([good], again)).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toBe(whole);
});

test('a trace goes away with its verdict, and other files stay', async () => {
  const out = temporaryFolder();
  await ranWith([good], ['check', '--model', 'sc', '--out', out]);
  writeFileSync(join(out, 'traces', 'mine.txt'), '');
  const mended = {
    ...good,
    variants: good.variants.map((it) => ({ ...it, build: good.variants[0]!.build })),
  };
  await ranWith([mended], ['check', '--model', 'sc', '--out', out]);
  expect(readdirSync(join(out, 'traces'))).toEqual(['mine.txt']);
});

test('an output folder that cannot be written is refused before anything is explored', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  let explored = false;
  const engine = {
    replay,
    check: (): Promise<Outcome> => {
      explored = true;
      throw new Error('explored');
    },
  };
  const { code, stderr } = await ranWith([good], ['check', '--out', join(file, 'results')], { engine });
  expect([code, explored]).toEqual([2, false]);
  expect(stderr).toContain('cannot write to the output folder');
});

test('what cannot be written later is told below a table that is still printed', async () => {
  const out = temporaryFolder();
  const engine = {
    replay,
    check: async (...args: Parameters<typeof checkJob>) => {
      mkdirSync(join(out, 'good.json'), { recursive: true });
      return await checkJob(...args);
    },
  };
  const ran = await ranWith([good], ['check', 'good/v7.1', '--out', out], { engine });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(`could not write ${out}/good.json`);
  expect(ran.stdout).toContain('2 jobs: 2 as expected');
});

test('a full disk in the midst of a run is told once, and the traces that are in no file are printed', async () => {
  const out = temporaryFolder();
  let jobs = 0;
  const check: typeof checkJob = async (...args) => {
    // What is written there finds no room.
    if (++jobs === 3)
      for (const name of ['traces/good--no-smp-mb--sc.json', 'junit.xml'])
        symlinkSync('/dev/full', join(out, name));
    return await checkJob(...args);
  };
  const engine = { replay, check };
  const ran = await ranWith([good], ['check', '--traces', 'none', '--out', out], { engine });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(
    /^heddle: could not write \S+\/good\.json and 1 more: ENOSPC: [^\n]*the disk is full[^\n]*\n$/,
  );
  expect(ran.stdout.match(/^\/\*$/gm)).toHaveLength(1);
  expect(ran.stdout).toContain('6 jobs: 6 as expected');
});

test('what could not be written at first is written at the end, once there is room', async () => {
  const out = temporaryFolder();
  mkdirSync(join(out, 'good.json'));
  let jobs = 0;
  const check: typeof checkJob = async (...args) => {
    if (++jobs === 6) rmdirSync(join(out, 'good.json'));
    return await checkJob(...args);
  };
  const { code, stderr } = await ranWith([good], ['check', '--out', out], { engine: { replay, check } });
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(readFileSync(join(out, 'good.json'), 'utf8')).runs).toHaveLength(6);
  expect(readdirSync(join(out, 'traces'))).toHaveLength(8);
});

test('an output folder that disappears in the midst of a run is made again', async () => {
  const out = join(temporaryFolder(), 'out');
  let jobs = 0;
  const check: typeof checkJob = async (...args) => {
    if (++jobs === 5) rmSync(out, { recursive: true });
    return await checkJob(...args);
  };
  const { code, stderr } = await ranWith([good], ['check', '--out', out], { engine: { replay, check } });
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(readFileSync(join(out, 'good.json'), 'utf8')).runs).toHaveLength(6);
});

test('Ctrl-C keeps the verdicts so far, says what was covered and exits with 130', async () => {
  const out = temporaryFolder();
  let interrupt = () => {};
  let jobs = 0;
  const engine = {
    replay,
    check: async (...args: Parameters<typeof checkJob>) => {
      if (++jobs === 2) interrupt();
      return await checkJob(...args);
    },
  };
  const onListening = (press: () => void) => {
    interrupt = press;
  };
  const ran = await ranWith([good], ['check', '--model', 'sc', '--out', out], { engine, onListening });
  expect(ran.code).toBe(130);
  expect(ran.stdout).toMatch(/ok {2}v7\.1 .*holds .*as expected/);
  expect(ran.stdout).toMatch(/!! {2}waits .*not run/);
  expect(readFileSync(join(out, 'good.json'), 'utf8')).toContain('"variant": "v7.1"');
});

test('progress is shown on a terminal only', async () => {
  const args = ['check', 'good/v7.1', '--out', temporaryFolder()];
  expect((await ranWith([good], args, { terminal: true })).stderr).toContain('[1/2] good/v7.1 (sc)');
  expect((await ranWith([good], args)).stderr).toBe('');
});

test('colours are for terminals that have not declined them', async () => {
  const args = ['check', 'good/v7.1', '--out', temporaryFolder()];
  expect((await ranWith([good], args, { terminal: true })).stdout).toContain('\x1b[');
  expect((await ranWith([good], args, { terminal: true, env: { NO_COLOR: '1' } })).stdout).not.toContain(
    '\x1b[',
  );
  expect((await ranWith([good], args)).stdout).not.toContain('\x1b[');
});

test('--profile prints where the states of a job come from', async () => {
  const args = ['check', 'good/v7.1', '--model', 'sc', '--out', temporaryFolder()];
  const plain = await ranWith([good], args);
  const { code, stdout } = await ranWith([good], [...args, '--profile']);
  expect(code).toBe(0);
  expect(stdout).toContain('Profile of good/v7.1 (sc)\n  3 states, ');
  expect(stdout).toContain('\nWhat usually helps\n  - ');
  expect(plain.stdout).not.toContain('Profile of');
});

test('--profile of a job that a bound ended tells what was found until then', async () => {
  const args = ['check', 'good/v7.1', '--model', 'sc', '--max-states', '2', '--out', temporaryFolder()];
  const { code, stdout } = await ranWith([good], [...args, '--profile']);
  expect(code).toBe(20);
  expect(stdout).toMatch(
    /Profile of good\/v7\.1 \(sc\)\n {2}2 states, .*\n.*\n.*\n {2}the limit of 2 states was reached/,
  );
});

test.each([
  ['--workers', ['--workers', '2']],
  ['--search random', ['--search', 'random']],
] as const)('--profile has nothing to look at with %s', async (name, args) => {
  const { code, stderr } = await ranWith([good], ['check', 'good', '--profile', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(`leave out ${name}.`);
});
