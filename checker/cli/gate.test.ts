import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../explore/check.ts';
import type { Spec } from '../spec.ts';
import { replay } from '../trace/replay.ts';
import { ranWith, temporaryFolder } from './test-io.ts';
import { bad, good } from './toy-spec.ts';

const read = (...path: readonly string[]) => readFileSync(join(...path), 'utf8');
/** The spec with what one variant builds in place of what another one does. */
const withBuild = (spec: Spec, variant: string, of: string): Spec => {
  const build = spec.variants.find(({ name }) => name === of)!.build;
  return { ...spec, variants: spec.variants.map((it) => (it.name === variant ? { ...it, build } : it)) };
};

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

describe('a baseline', () => {
  async function prepared() {
    const out = temporaryFolder();
    const file = join(out, 'baseline.json');
    await ranWith([good], ['check', '--out', out]);
    const updated = await ranWith([good], ['baseline', '--update', '--out', out, '--baseline', file]);
    const again = (spec: Spec, ...args: readonly string[]) =>
      ranWith([spec], ['check', '--baseline', file, '--out', temporaryFolder(), '--traces', 'none', ...args]);
    return { out, file, updated, again };
  }

  test('says what it takes in, and is met by the next run', async () => {
    const { updated, again, out, file } = await prepared();
    expect(updated.code).toBe(0);
    expect(updated.stdout).toContain('6 jobs added, 0 as they were\n  added    good/v7.1 (sc): holds\n');
    expect(updated.stdout).toContain(`Written to ${file}: 6 jobs\n`);
    const { code, stdout } = await again(good);
    expect(code).toBe(0);
    expect(stdout).toContain(`Compared with ${file}: 6 as they were\n`);
    const compared = await ranWith([good], ['baseline', '--out', out, '--baseline', file]);
    expect([compared.code, compared.stdout]).toEqual([0, `Compared with ${file}: 6 as they were\n`]);
  });

  test('makes a run fail whose verdict changed, though it is expected by now', async () => {
    const { again } = await prepared();
    const changed = withBuild(good, 'v7.1', 'waits');
    const expected = {
      ...changed,
      variants: changed.variants.map((it) =>
        it.name === 'v7.1'
          ? { ...it, expect: { sc: { kind: 'deadlock' }, armv8: { kind: 'deadlock' } } as const }
          : it,
      ),
    };
    const { code, stdout } = await again(expected);
    expect(stdout).toContain('6 jobs: 6 as expected');
    expect(stdout).toContain('  changed  good/v7.1 (sc): holds -> deadlock\n');
    expect(code).toBe(11);
  });

  test('tells of other counts, and does not fail for them', async () => {
    const { file, again } = await prepared();
    writeFileSync(file, read(file).replace('"states":3,', '"states":4,'));
    const { code, stdout } = await again(good);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '1 job with other counts, 5 as they were\n  counts   good/v7.1 (sc): states 4 -> 3\n',
    );
  });

  test('misses what no spec declares any more, if all of it was asked for', async () => {
    const { again } = await prepared();
    const less = { ...good, variants: good.variants.slice(1) };
    const { code, stdout } = await again(less);
    expect(code).toBe(14);
    expect(stdout).toContain('  gone     good/v7.1 (sc): holds\n');
    expect((await again(less, 'good/waits')).code).toBe(0);
    expect((await again(less, '--model', 'sc')).stdout).toContain('1 job gone');
    expect((await again(less, '--shard', '1/2')).code).toBe(0);
  });

  test('keeps what there are no results of, and drops what is no longer declared', async () => {
    const { file } = await prepared();
    const out = temporaryFolder();
    const less = { ...good, variants: good.variants.slice(1) };
    await ranWith([less], ['check', 'good/waits', '--model', 'sc', '--out', out]);
    const { stdout } = await ranWith([less], ['baseline', '--update', '--out', out, '--baseline', file]);
    expect(stdout).toContain('2 jobs gone, 1 as it was\n  gone     good/v7.1 (sc): holds\n');
    expect(stdout).toContain(
      `Written to ${file}: 4 jobs, 3 of them as before: ${out} has no results of them\n`,
    );
  });

  test('that is damaged is refused', async () => {
    const { file, again } = await prepared();
    writeFileSync(file, read(file).slice(0, 200));
    const { code, stderr } = await again(good);
    expect(code).toBe(2);
    expect(stderr).toContain(`the baseline ${file} is damaged: it cannot be parsed.`);
  });
});

describe('heddle merge', () => {
  async function parts(specs: readonly Spec[], of: number) {
    const folders = Array.from({ length: of }, () => temporaryFolder());
    for (const [i, out] of folders.entries())
      await ranWith(specs, ['check', '--ci', '--no-baseline', '--shard', `${i + 1}/${of}`, '--out', out]);
    return folders;
  }

  test('makes of all parts what one run would have made', async () => {
    const [whole, into] = [temporaryFolder(), temporaryFolder()];
    const all = await ranWith([good, bad], ['check', '--ci', '--no-baseline', '--out', whole]);
    const { code, stdout } = await ranWith(
      [good, bad],
      ['merge', ...(await parts([good, bad], 3)), '--out', into],
    );
    expect(code).toBe(all.code);
    expect(stdout).toContain('20 jobs of 3 folders: 6 as expected, 14 not\n');
    const files = (folder: string) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes('.') && name !== 'junit.xml')
        .sort()
        .map((name) => [name, read(folder, name)]);
    expect(files(into)).toEqual(files(whole));
    const untimed = (xml: string) =>
      xml.replace(/time="[\d.]+"/g, '').replace(/name="bytes" value="\d+"/g, '');
    expect(untimed(read(into, 'junit.xml'))).toBe(untimed(read(whole, 'junit.xml')));
  });

  test('names what is missing', async () => {
    const [one] = await parts([good], 2);
    const { code, stderr } = await ranWith([good], ['merge', one!, '--out', temporaryFolder()]);
    expect(code).toBe(20);
    expect(stderr).toMatch(/^heddle: part 2 of 2 is missing\nheddle: no part has results of good\//);
  });

  test('refuses results that contradict, folders without any, and to write over what it reads', async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    await ranWith([good], ['check', '--out', one]);
    await ranWith([withBuild(good, 'v7.1', 'waits')], ['check', '--out', two]);
    const refusal = async (...args: readonly string[]) => {
      const { code, stderr } = await ranWith([good], ['merge', ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal(one, two, '--out', temporaryFolder())).toContain(
      'both have results of good/v7.1 (sc)',
    );
    expect(await refusal(one, temporaryFolder(), '--out', two)).toContain('has no results that heddle check');
    expect(await refusal(one, '--out', one)).toContain('cannot be where the result goes');
    rmSync(join(one, 'traces'), { recursive: true });
    expect(await refusal(one, '--out', temporaryFolder())).toContain('good--no-smp-mb--sc.json: ENOENT');
  });
});

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
