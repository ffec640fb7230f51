import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ranWith, temporaryFolder } from './test-io.ts';
import { bad, good, withBuild } from './toy-spec.ts';

describe('heddle compare', () => {
  test('shows two variants side by side, under each memory model that both have', async () => {
    const { code, stdout } = await ranWith([good], ['compare', 'good/v7.1', 'good/no-smp-mb']);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 9)).toEqual([
      'A  good/v7.1 (sc)',
      'B  good/no smp_mb() (sc)',
      '',
      '                 A      B',
      'verdict          holds  violated: stays small',
      'expected         holds  violated: stays small',
      'states           3      2',
      'transitions      2      1',
      'depth            2      1',
    ]);
    expect(stdout).toContain('\nStatements: the same 1\n');
    expect(stdout).toContain('\nCounterexample of B:\n  P0: n++; // 1\n  => stays small: n0 is 1\n');
    expect(stdout.match(/^A /gm)).toHaveLength(2);
  });

  test('puts the same steps of two counterexamples into the same rows', async () => {
    const { stdout } = await ranWith([good, bad], ['compare', 'good/no-smp-mb@sc', 'bad/breaks@sc']);
    expect(stdout).toContain('\nP0: n++; // 1                          = P0: n++; // 1\n');
    expect(stdout).toMatch(/^ +\| P0: n\+\+; \/\/ 2$/m);
  });

  test('has the exit code of checking both', async () => {
    const { code } = await ranWith([good, bad], ['compare', 'good/v7.1@sc', 'bad/breaks@sc']);
    expect(code).toBe(12);
  });

  test('compares the results of two runs as with a baseline', async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    await ranWith([good], ['check', '--out', one]);
    await ranWith([withBuild(good, 'v7.1', 'waits')], ['check', '--model', 'sc', '--out', two]);
    const { code, stdout } = await ranWith([good], ['compare', one, join(two, 'good.json')]);
    expect(code).toBe(11);
    expect(stdout).toContain(
      '1 verdict changed, 3 jobs gone, 2 as they were\n  changed  good/v7.1 (sc): holds -> ',
    );
    expect((await ranWith([good], ['compare', one, one])).code).toBe(0);
  });

  test('says what is wrong with what it is given', async () => {
    const refusal = async (...args: readonly string[]) =>
      (await ranWith([good], ['compare', ...args])).stderr;
    expect(await refusal('good', 'good/v7.1')).toContain("'good' is no variant: name it as spec/variant");
    expect(await refusal('good/v7.1@tso', 'good/v7.1')).toContain("There is no memory model 'tso'");
    expect(await refusal('good/v8', 'good/v7.1')).toContain("There is no variant of good 'v8'");
  });
});
