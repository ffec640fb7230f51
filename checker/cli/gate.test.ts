import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../explore/check.ts';
import { replay } from '../trace/replay.ts';
import { ranWith, read, temporaryFolder } from './test-io.ts';
import { bad, good } from './toy-spec.ts';

describe('heddle check --ci', () => {
  test('writes the files of a gate beside the others, in plain text and no more than the table', async () => {
    const out = temporaryFolder();
    const args = ['check', 'good', '--model', 'sc', '--ci', '--no-baseline', '--out', out];
    const { code, stdout, stderr } = await ranWith([good], args, { terminal: true });
    expect([code, stderr]).toEqual([0, '']);
    expect(readdirSync(out).sort()).toEqual([
      'good.json',
      'heddle.ktap',
      'heddle.sarif',
      'junit.xml',
      'summary.md',
      'traces',
    ]);
    expect(stdout).not.toContain('\x1b');
    expect(stdout).not.toContain('/*');
    expect(stdout).toContain('3 jobs: 3 as expected');
    expect(read(out, 'heddle.ktap')).toContain('\n  1..3\n  ok 1 v7.1 (sc) # holds states=3\n');
    expect(read(out, 'summary.md')).toContain('# heddle: 3 jobs, all as expected');
    expect(JSON.parse(read(out, 'heddle.sarif')).runs[0].results).toEqual([]);
  });

  test('prints counterexamples that nobody expected', async () => {
    const args = [
      'check',
      'bad/breaks',
      '--model',
      'sc',
      '--ci',
      '--no-baseline',
      '--out',
      temporaryFolder(),
    ];
    const { code, stdout } = await ranWith([bad], args);
    expect(code).toBe(12);
    expect(stdout).toContain(' * stays small: n0 is 2');
  });

  test('needs a baseline, and says how to get one, before anything is explored', async () => {
    const args = ['check', '--ci', '--baseline', '/nowhere/b.json', '--out', temporaryFolder()];
    const { code, stdout, stderr } = await ranWith([good], args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'heddle: there is no baseline /nowhere/b.json. Write one from results with heddle baseline --update, name ' +
        'another with --baseline FILE, or go without: --no-baseline.\n',
    );
  });

  test('tells progress in plain lines, now and then', async () => {
    let now = 0;
    const slowly = {
      replay,
      check: (...args: Parameters<typeof check>) => {
        now += 4000;
        return check(...args);
      },
    };
    const args = ['check', 'good', '--ci', '--no-baseline', '--jobs', '1', '--out', temporaryFolder()];
    const { stderr } = await ranWith([good], args, { engine: slowly, now: () => now });
    expect(stderr).toBe('heddle: 3 of 6 jobs done after 12 s\n');
  });

  test('annotates the run and writes the summary of the step where GitHub runs it', async () => {
    const out = temporaryFolder();
    const summary = join(out, 'step.md');
    writeFileSync(summary, 'before\n');
    const args = ['check', 'bad/breaks', '--model', 'sc', '--no-baseline', '--out', out];
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    const { stdout } = await ranWith([bad], [...args, '--ci'], { env });
    expect(stdout).toContain('::error title=bad/breaks (sc)%3A exit code 12::expected holds, found violated');
    expect(read(summary)).toMatch(/^before\n# heddle: 1 of 1 job not as expected\n/);
    expect((await ranWith([bad], args, { env })).stdout).not.toContain('::error');
    expect((await ranWith([bad], [...args, '--ci'])).stdout).not.toContain('::error');
  });
});

test('--format prints the run in place of the table', async () => {
  const printed = async (format: string) => {
    const args = ['check', 'good/no-smp-mb', '--model', 'sc', '--out', temporaryFolder(), '--format', format];
    return (await ranWith([good], args)).stdout;
  };
  expect(await printed('ktap')).toMatch(/^KTAP version 1\n1\.\.1\n/);
  expect(await printed('markdown')).toMatch(/^# heddle: 1 job, as expected\n/);
  expect(await printed('junit')).toMatch(/^<\?xml version="1\.0"/);
  expect(JSON.parse(await printed('sarif')).version).toBe('2.1.0');
});

test('--coverage prints which statements were executed', async () => {
  const vacuous = {
    ...good,
    variants: good.variants.slice(0, 1).map((it) => ({
      ...it,
      build: (model: string) => {
        const system = it.build(model);
        return { ...system, statements: [...system.statements, { id: 'dec', fn: 'count_up', text: 'n--;' }] };
      },
    })),
  };
  const args = ['check', '--model', 'sc', '--coverage', '--out', temporaryFolder()];
  const { code, stdout } = await ranWith([vacuous], args);
  expect(code).toBe(14);
  expect(stdout).toContain(
    'Coverage of good/v7.1 (sc): 1 of 2 statements executed, all in order\n' +
      '  count_up()\n     n++;\n!!   n--;\n       never executed\n',
  );
});

test('what is no part is refused', async () => {
  const { code, stderr } = await ranWith([good], ['check', '--shard', '3/2']);
  expect(code).toBe(2);
  expect(stderr).toContain('It must be a part and how many there are, such as 2/4.');
});
