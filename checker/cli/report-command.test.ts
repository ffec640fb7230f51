import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpacked } from '../html/unpacked.ts';
import type { Programs } from '../matrix/changes.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { parseTraceFile, traceFileText } from '../report/trace-file.ts';
import type { Spec } from '../spec.ts';
import { type Engine, engine as realEngine } from './engine.ts';
import { ranWith, temporaryFolder } from './test-io.ts';
import { bad, counters, good } from './toy-spec.ts';

/** A folder with the results of both specs. */
async function checked(): Promise<string> {
  const out = temporaryFolder();
  await ranWith([good, bad], ['check', '--out', out]);
  return out;
}

/** What `heddle report` prints, and what is in the page. */
async function reported(
  from: string,
  args: readonly string[] = [],
  specs: readonly Spec[] = [good, bad],
  engine: Engine = realEngine,
) {
  const file = join(temporaryFolder(), 'page.html');
  const ran = await ranWith(specs, ['report', '--html', file, '--from', from, ...args], { engine });
  return { ...ran, page: ran.code === 0 ? unpacked(readFileSync(file, 'utf8')) : null };
}

test('every job is in the page, and every trace that a verdict names', async () => {
  const { code, stdout, stderr, page } = await reported(await checked());
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/page\.html: 20 jobs, 12 traces, 0 matrices, \d+ KiB\n$/);
  const { data, groups } = page!;
  expect(data.specs.map((spec) => spec.variants.map(({ id, runs }) => `${id} ${runs.length}`))).toEqual([
    ['v7-1 2', 'no-smp-mb 2', 'waits 2'],
    ['breaks 2', 'breaks-another 2', 'never-breaks 2', 'vacuous 2', 'deadlocks 2', 'never-ends 2', 'bug 2'],
  ]);
  expect(data.traces.map(({ id, group }) => `${id} ${group}`).slice(0, 5)).toEqual([
    'good--no-smp-mb--sc 0',
    'good--no-smp-mb--armv8 0',
    'good--waits--sc 0',
    'good--waits--armv8 0',
    'bad--breaks--sc 1',
  ]);
  expect(groups.flatMap((group) => group.map(({ id }) => id))).toEqual(data.traces.map(({ id }) => id));
});

test('a variant is told with its statements, invariants and witnesses, and one that cannot be built without', async () => {
  const { page } = await reported(await checked());
  const { variants } = page!.data.specs[1]!;
  const systemOf = (id: string) => variants.find((it) => it.id === id)!.system;
  expect(systemOf('vacuous')).toEqual({
    statements: [{ id: 'inc', fn: 'count_up', text: 'n++;' }],
    absent: { sc: [], armv8: [] },
    invariants: ['stays small'],
    witnesses: ['counts to 9'],
  });
  expect(systemOf('bug')).toBe(undefined);
});

test('traces of the specs that are named, or none, are put in', async () => {
  const from = await checked();
  const count = async (...traces: readonly string[]) =>
    (await reported(from, ['--traces', ...traces])).page!.data.traces.length;
  expect([await count('good'), await count('good', 'bad'), await count('none')]).toEqual([4, 12, 0]);
  expect((await reported(from, ['--traces', 'goood'])).stderr).toBe(
    "heddle: There is no spec 'goood'. Did you mean good?\n",
  );
});

test('a trace that ends differently now is shown as it was saved, which is told', async () => {
  const from = await checked();
  const build = () => counters({ upTo: 2, below: 2 });
  const changed = { ...good, variants: good.variants.map((variant) => ({ ...variant, build })) };
  const { code, stderr, page } = await reported(from, [], [changed, bad]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^heddle: 4 traces, such as good--no-smp-mb--sc, cannot be replayed/);
  const [trace] = page!.groups[0]!;
  expect(trace).toMatchObject({
    refused: 'its steps end differently with the model as it is now',
    trace: { steps: [{ agent: 'P0' }], ending: 'stays small: n0 is 1' },
  });
  expect(trace!.holdings).toBe(undefined);
});

test('a trace that is not there or not one is left out, which is told', async () => {
  const from = await checked();
  rmSync(join(from, 'traces/good--waits--sc.json'));
  writeFileSync(join(from, 'traces/good--waits--armv8.json'), '{}');
  const { code, stderr, page } = await reported(from);
  expect(code).toBe(0);
  expect(stderr.split('\n').map((line) => line.slice(0, 80))).toEqual([
    expect.stringMatching(/^heddle: left out: ENOENT/),
    expect.stringMatching(/^heddle: left out: traces\/good--waits--armv8\.json is not a trace/),
    '',
  ]);
  expect(page!.data.traces).toHaveLength(10);
});

test('counterexamples of a matrix that nobody kept are told in one sentence', async () => {
  const from = await checked();
  mkdirSync(join(from, 'matrix'));
  writeFileSync(join(from, 'matrix/good.json'), JSON.stringify(matrix));
  const { code, stderr } = await reported(from);
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^heddle: left out: \d+ counterexamples? of matrices are not in .*; heddle matrix writes them\n$/,
  );
});

test('other files in the folder are no results; damaged ones are refused', async () => {
  const from = await checked();
  writeFileSync(join(from, 'baseline.json'), '{"kind":"baseline"}');
  expect((await reported(from)).page!.data.specs).toHaveLength(2);
  writeFileSync(join(from, 'good.json'), readFileSync(join(from, 'good.json'), 'utf8').slice(0, 99));
  const { code, stderr } = await reported(from);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^heddle: cannot read .*good\.json: /);
});

test('a folder that has no results, or is none, is refused', async () => {
  const empty = temporaryFolder();
  expect((await reported(empty)).stderr).toBe(
    `heddle: ${empty} has no results. Run \`heddle check --out ${empty}\`, or name another folder with --from.\n`,
  );
  expect((await reported(join(empty, 'nothing'))).stderr).toMatch(/^heddle: cannot read .*nothing: ENOENT/);
});

test('a page that cannot be written is said, and which', async () => {
  const ran = await ranWith([good, bad], ['report', '--html', '/dev/null/x.html', '--from', await checked()]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/^heddle: cannot write \/dev\/null\/x\.html: /);
});

/** Of good/v7.1 under sc. */
const matrix: Matrix = {
  kind: 'heddle matrix',
  schema: 1,
  heddle: '0',
  spec: 'good',
  variant: 'v7.1',
  models: ['sc'],
  unchanged: { sc: { verdict: 'redundant', states: 3 } },
  rows: ['a', 'b', 'c'].map((id) => ({
    id,
    fn: 'count_up',
    text: 'smp_mb()',
    programs: ['P0'],
    sort: 'fence',
    change: 'dropped',
    cells: { sc: { verdict: 'needed', trace: `matrix/traces/good--v7-1--sc--${id}` } },
  })),
};

/** Knows changes that are numbers: each makes the limit so much smaller. */
const programs: Programs = {
  changesOf: () => ({ code: '', begun: [], changes: [] }),
  lineOf: (statement) => statement,
  both: (a, b) => Number(a) + Number(b),
  build: (_, __, edit) => counters({ upTo: 2, below: 3 - Number(edit) }),
};

test('the traces of a matrix are replayed in the changed programs', async () => {
  const from = await checked();
  mkdirSync(join(from, 'matrix/traces'), { recursive: true });
  writeFileSync(join(from, 'matrix/good.json'), JSON.stringify(matrix));
  const { trace } = parseTraceFile(readFileSync(join(from, 'traces/good--no-smp-mb--sc.json'), 'utf8'), '');
  for (const [i, { id }] of matrix.rows.entries()) {
    const change = { text: `change ${id}`, edit: i };
    const saved = { spec: 'good', variant: 'v7.1', model: 'sc', change, trace };
    writeFileSync(join(from, `matrix/traces/good--v7-1--sc--${id}.json`), traceFileText(saved));
  }
  const { stderr, page } = await reported(from, ['--traces', 'good'], undefined, { ...realEngine, programs });
  expect(page!.data.matrices).toEqual([matrix]);
  expect(page!.data.traces.slice(4).map(({ id, change }) => `${id}: ${change}`)).toEqual(
    ['a', 'b', 'c'].map((id) => `good--v7-1--sc--${id}: change ${id}`),
  );
  // Only the last one makes the counter break at the step at which the saved trace does.
  expect(page!.groups[1]!.map(({ refused }) => refused !== undefined)).toEqual([true, true, false]);
  expect(stderr).toMatch(/^heddle: 2 traces, such as good--v7-1--sc--a, cannot be replayed/);
  expect(page!.groups[1]![0]!.title.join(' ')).toContain('change a');
});
