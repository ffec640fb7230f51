import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Matrix } from '../matrix/matrix.ts';
import { exitCode } from '../report/exit-code.ts';
import { engine } from './engine.ts';
import { type Ran, ranWith, temporaryFolder } from './test-io.ts';
import { type ToyEdit, toyChanges, toyPrograms } from './toy-programs.ts';
import { bad, good } from './toy-spec.ts';

const [mb, wmb] = toyChanges;
const answered = toyPrograms([mb!, wmb!]);

function ran(out: string, ...args: readonly string[]): Promise<Ran> {
  return ranWith([good, bad], ['matrix', ...args, '--jobs', '1', '--out', out], {
    engine: { ...engine, programs: answered, sources: () => 'these' },
  });
}

const matrixIn = (out: string, name: string): Matrix =>
  JSON.parse(readFileSync(join(out, 'matrix', name), 'utf8')) as Matrix;

describe('heddle matrix', () => {
  test('prints the matrix, and writes it with its counterexamples, which can be replayed', async () => {
    const out = temporaryFolder();
    const { code, stdout, stderr } = await ran(out, 'good');
    expect([code, stderr]).toEqual([exitCode.asExpected, '']);
    expect(stdout).toContain('dropped  needed, 2  needed, 2  stays small');
    expect(stdout).toContain('- smp_mb() in count_up(): needed on sc and armv8.');
    const { rows } = matrixIn(out, 'good.json');
    expect(rows.map(({ text, cells }) => [text, cells.sc?.verdict, cells.sc?.trace])).toEqual([
      ['smp_mb()', 'needed', 'matrix/traces/good--v7-1--sc--count_up.smp_mb.dropped'],
      ['smp_wmb()', 'redundant', undefined],
    ]);
    const trace = join(out, `${rows[0]!.cells.sc!.trace}.json`);
    const replayed = await ranWith([good], ['trace', trace], { engine: { ...engine, programs: answered } });
    expect(replayed).toMatchObject({ code: exitCode.asExpected, stderr: '' });
    expect(replayed.stdout).toBe(readFileSync(trace.replace('.json', '.txt'), 'utf8'));
    expect(replayed.stdout).toContain('smp_mb() in count_up() dropped');
  });

  test('asks nothing twice', async () => {
    const out = temporaryFolder();
    await ran(out, 'good');
    const before = answered.built.length;
    const { stdout } = await ran(out, 'good');
    expect(answered.built).toHaveLength(before);
    expect(stdout).toContain('needed, 2');
  });

  test('takes the first variant that is expected to hold, or the one that is named', async () => {
    const out = temporaryFolder();
    await ran(out, 'bad', '--model', 'sc');
    expect(readdirSync(join(out, 'matrix')).filter((f) => f.endsWith('.json'))).toEqual(['bad.json']);
    const named = await ran(out, 'bad/deadlocks', '--model', 'sc');
    expect(named.code).toBe(exitCode.vacuous);
    expect(named.stdout).toContain('Unchanged, sc: needed, 2.');
  });

  test('a single row does not replace a whole matrix', async () => {
    const out = temporaryFolder();
    const { code, stdout } = await ran(out, 'good', '--only', 'count_up.smp_mb');
    expect(code).toBe(exitCode.asExpected);
    expect(stdout).not.toContain('smp_wmb()');
    expect(existsSync(join(out, 'matrix/good.json'))).toBe(false);
  });

  test.each([
    [['nonsense'], "There is no spec 'nonsense'"],
    [['good', '--model', 'x86'], "There is no memory model 'x86'"],
    [['good', '--only', 'smp_mb'], "There is no row 'smp_mb'"],
    [['--survivors'], 'no matrices in'],
  ])('%j is refused', async (args, why) => {
    const { code, stderr } = await ran(temporaryFolder(), ...args);
    expect(code).toBe(exitCode.usage);
    expect(stderr).toContain(why);
  });

  test('a fault of ours in a cell is one of the run, and an incomplete cell is told', async () => {
    const withFault = (...changes: typeof toyChanges): Promise<Ran> =>
      ranWith([good], ['matrix', 'good', '--jobs', '1', '--max-states', '500', '--out', temporaryFolder()], {
        engine: { ...engine, programs: toyPrograms(changes) },
      });
    const named = (name: string) => toyChanges.filter(({ text }) => text === `${name}()`);
    expect((await withFault(...named('odd'))).code).toBe(exitCode.fault);
    expect((await withFault(...named('long'))).code).toBe(exitCode.incomplete);
    expect((await withFault(...named('n'))).code).toBe(exitCode.asExpected);
  });
});

test('survivors are read from what is there', async () => {
  const out = temporaryFolder();
  await ran(out, 'good');
  const { code, stdout } = await ran(out, '--survivors');
  expect(code).toBe(exitCode.asExpected);
  expect(stdout).toContain('2 changes were judged in 1 matrix, each under the');
  expect(stdout).toContain('1 leave as many states and transitions as there were');
  expect(stdout).toContain('count_up():\n  smp_wmb(): dropped\n');
  expect(JSON.parse(readFileSync(join(out, 'matrix/survivors.json'), 'utf8'))).toMatchObject({
    judged: 2,
    caught: 1,
  });
  writeFileSync(join(out, 'matrix/good.json'), '{');
  expect((await ran(out, '--survivors')).code).toBe(exitCode.usage);
});

test('a trace whose change cannot be made any more is refused', async () => {
  const out = temporaryFolder();
  await ran(out, 'good');
  const trace = join(out, `${matrixIn(out, 'good.json').rows[0]!.cells.sc!.trace}.json`);
  const programs = {
    ...answered,
    build: (_: unknown, __: unknown, edit: unknown) =>
      answered.build(good.variants[0]!, 'sc', { ...(edit as ToyEdit), bug: 'no smp_mb' }),
  };
  const { code, stderr } = await ranWith([good], ['trace', trace], { engine: { ...engine, programs } });
  expect(code).toBe(exitCode.usage);
  expect(stderr).toContain('its change cannot be made in the programs as they are now: no smp_mb');
});
