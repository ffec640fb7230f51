/** `heddle trace FILE --format X [--out F]`. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engine } from './engine.ts';
import { ranWith, temporaryFolder } from './test-io.ts';
import { good } from './toy-spec.ts';

async function savedTrace() {
  const out = temporaryFolder();
  await ranWith([good], ['check', 'good/no-smp-mb', '--model', 'sc', '--out', out]);
  return { out, file: join(out, 'traces', 'good--no-smp-mb--sc.json') };
}

test('JSON has the trace and every state, replayed', async () => {
  const { file } = await savedTrace();
  const { code, stdout, stderr } = await ranWith([good], ['trace', file, '--format', 'json']);
  expect([code, stderr]).toEqual([0, '']);
  const { kind, trace, states } = JSON.parse(stdout);
  expect(kind).toBe('heddle trace with states');
  expect(trace).toEqual(JSON.parse(readFileSync(file, 'utf8')).trace);
  expect(states).toEqual([
    { values: { n0: 0 }, shown: {} },
    { values: { n0: 1 }, shown: {} },
  ]);
});

test('a file gets what would have been printed, and nothing is printed', async () => {
  const { out, file } = await savedTrace();
  for (const format of ['text', 'itf']) {
    const printed = await ranWith([good], ['trace', file, '--format', format]);
    const place = join(out, `trace.${format}`);
    const written = await ranWith([good], ['trace', file, '--format', format, '--out', place]);
    expect([written.code, written.stdout]).toEqual([0, '']);
    expect(readFileSync(place, 'utf8')).toBe(printed.stdout);
  }
});

test('a file that cannot be written is said to be so', async () => {
  const { out, file } = await savedTrace();
  const place = join(out, 'folder');
  mkdirSync(place);
  const { code, stderr } = await ranWith([good], ['trace', file, '--format', 'itf', '--out', place]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`cannot write ${place}: `)]);
});

test('an unknown format is refused with those that there are', async () => {
  const { file } = await savedTrace();
  const { code, stderr } = await ranWith([good], ['trace', file, '--format', 'pdf']);
  expect(code).toBe(2);
  expect(stderr).toContain('text, json, itf');
});

test('formats of those who know the model come with the engine', async () => {
  const { file } = await savedTrace();
  const withLitmus = { ...engine, exporters: { litmus: () => 'C it\n' } };
  const asked = ['trace', file, '--format', 'litmus'];
  expect((await ranWith([good], asked, { engine: withLitmus })).stdout).toBe('C it\n');
  expect(await ranWith([good], asked)).toMatchObject({ code: 2, stdout: '' });
});
