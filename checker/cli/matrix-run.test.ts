import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../explore/check.ts';
import type { Runner } from '../jobs/runner.ts';
import { taskResult } from '../jobs/task.ts';
import { cacheIn } from '../matrix/cache.ts';
import { planOf } from '../matrix/plan.ts';
import { type Filled, fillMatrix, type MatrixOptions } from '../matrix/run.ts';
import { temporaryFolder } from './test-io.ts';
import { toyChanges, toyPrograms } from './toy-programs.ts';
import { good } from './toy-spec.ts';

const v71 = good.variants[0]!;
const subject = { spec: good, variant: v71, models: ['sc', 'armv8'] };
const quiet = { expect: () => {}, show: () => {}, done: () => {} };

/** Fills the toy's matrix; `cells`: how many may be explored before Ctrl-C. */
async function filled(
  folder: string,
  more: Partial<MatrixOptions> & { readonly cells?: number } = {},
  programs = toyPrograms(),
): Promise<Filled & { readonly explored: number }> {
  const controller = new AbortController();
  let explored = 0;
  const runner: Runner = {
    atOnce: 2,
    run: async ({ change, model, search }, options) => {
      if (options.signal.aborted) return { kind: 'not run' };
      explored += 1;
      if (explored === more.cells) controller.abort();
      const build = () => (change === undefined ? v71.build(model) : programs.build(v71, model, change));
      return taskResult(build, check, search, {});
    },
    close: async () => {},
  };
  const options: MatrixOptions = {
    runner,
    programs,
    cache: cacheIn(folder),
    sources: 'these',
    heddle: '0',
    maxStates: 500,
    pairs: false,
    signal: controller.signal,
    progress: quiet,
    keep: ({ id }, model) => `traces/${id}--${model}`,
    ...more,
  };
  return { ...(await fillMatrix(planOf(subject, programs, null), options)), explored };
}

describe('every cell has an answer', () => {
  test('what breaks, by how many steps and where the trace is; what holds, in how many states', async () => {
    const { matrix, missing } = await filled(temporaryFolder());
    expect(missing).toBe(0);
    expect(matrix.unchanged.sc).toEqual({ verdict: 'redundant', states: 3, transitions: 2 });
    const cells = Object.fromEntries(matrix.rows.map((row) => [row.text, row.cells.armv8]));
    expect(cells).toEqual({
      'smp_mb()': {
        verdict: 'needed',
        by: 'stays small',
        why: 'n0 is 2',
        states: 3,
        transitions: 2,
        steps: 2,
        trace: 'traces/count_up.smp_mb.dropped--armv8',
      },
      'smp_wmb()': { verdict: 'redundant', states: 3, transitions: 2 },
      'smp_rmb()': expect.objectContaining({ verdict: 'needed', by: 'deadlock', steps: 2 }),
      'witnessed()': expect.objectContaining({
        verdict: 'vacuous',
        why: 'The witness "counts to 9" was never reached.',
      }),
      'long()': expect.objectContaining({ verdict: 'incomplete', states: 500 }),
      'n()': { verdict: 'no program', why: expect.stringContaining('before it is given a value') },
      'odd()': { verdict: 'fault', why: 'counts backwards' },
      'unused()': { verdict: 'vacuous', unexecuted: true, why: 'never executed in this spec' },
      'begun()': { verdict: 'redundant', states: 4, transitions: 3 },
    });
  });

  test('none, if the unchanged variant does not hold', async () => {
    const broken = { ...subject, variant: good.variants[1]! };
    const programs = toyPrograms();
    const runner: Runner = {
      atOnce: 1,
      run: ({ model, search }) => taskResult(() => broken.variant.build(model), check, search, {}),
      close: async () => {},
    };
    const { matrix } = await fillMatrix(planOf(broken, programs, null), {
      runner,
      programs,
      cache: cacheIn(temporaryFolder()),
      sources: 'these',
      heddle: '0',
      maxStates: 500,
      pairs: false,
      signal: new AbortController().signal,
      progress: quiet,
      keep: () => 'a trace',
    });
    expect(matrix.unchanged.sc).toMatchObject({ verdict: 'needed', by: 'stays small' });
    expect(matrix.rows.every(({ cells }) => Object.keys(cells).length === 0)).toBe(true);
  });
});

describe('what was found is not looked for again', () => {
  // Twice: unchanged, that again for coverage, and eight changes that are tried; the ninth is never executed.
  const ALL = 2 * (2 + 8);

  test('a second run explores nothing, and tells the same', async () => {
    const folder = temporaryFolder();
    const first = await filled(folder);
    const second = await filled(folder);
    expect([first.explored, second.explored]).toEqual([ALL, 0]);
    expect(second.matrix).toEqual(first.matrix);
  });

  test('a run goes on where Ctrl-C stopped it', async () => {
    const folder = temporaryFolder();
    const first = await filled(folder, { cells: 7 });
    expect(first.explored).toBe(7);
    expect(first.missing).toBe(ALL - 7);
    const second = await filled(folder);
    expect([second.missing, second.explored]).toEqual([0, ALL - 7]);
    expect(second.matrix).toEqual((await filled(temporaryFolder())).matrix);
  });

  test.each([
    ['other sources', { sources: 'those' }],
    ['another bound', { maxStates: 501 }],
  ])('%s: everything is', async (_, other) => {
    const folder = temporaryFolder();
    await filled(folder);
    expect((await filled(folder, other)).explored).toBe(ALL);
  });

  test('another change to the same line is', async () => {
    const folder = temporaryFolder();
    await filled(folder);
    const others = toyChanges.map((c) =>
      c.text === 'smp_mb()' ? { ...c, edit: { below: 1 }, code: 'other' } : c,
    );
    expect((await filled(folder, {}, toyPrograms(others))).explored).toBe(2);
  });

  test('a damaged entry counts as none', async () => {
    const folder = temporaryFolder();
    const first = await filled(folder);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) =>
      f.endsWith('.json'),
    );
    expect(files).toHaveLength(ALL);
    const damages = ['', '{', '{"sha256":"0","found":{"cell":{"verdict":"redundant"}}}'];
    for (const [k, text] of damages.entries()) writeFileSync(join(folder, files[k]!), text);
    const second = await filled(folder);
    expect(second.explored).toBe(damages.length);
    expect(second.matrix).toEqual(first.matrix);
  });
});

test('pairs are made of different lines that are redundant alone, and found out where they are needed', async () => {
  const edits = [{ upTo: 2 }, { upTo: 3 }, { below: 3 }] as const;
  const [a, b, c] = toyChanges;
  const changes = [a!, b!, c!].map((one, k) => ({ ...one, edit: edits[k], code: `${k}` }));
  const sameLine = { ...changes[0]!, id: 'count_up.smp_mb.smp_wmb', change: 'smp_wmb()', code: 'weaker' };
  const { matrix } = await filled(temporaryFolder(), { pairs: true }, toyPrograms([...changes, sameLine]));
  const pairs = matrix.rows.filter(({ sort }) => sort === 'pair');
  // Of the four, two are of one line: 6 - 1.
  expect(pairs).toHaveLength(5);
  const needed = pairs.filter(({ cells }) => cells.sc?.verdict === 'needed');
  expect(needed.map(({ id }) => id)).toEqual(['count_up.smp_wmb.dropped+count_up.smp_rmb.dropped']);
});
