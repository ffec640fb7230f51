/** What fuzzing has found, each in its smallest form. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { good } from '../../checker/cli/toy-spec.ts';
import { resultSchema } from '../../checker/report/json.ts';
import { litmusCommand } from '../litmus/command.ts';
import { complaintAbout, ranHere } from './oracle.ts';

/** Runs heddle with a file, which FILE stands for, of this content. */
async function ranOn(content: string, ...argv: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-found-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'out'));
  const file = join(folder, 'out', 'good.json');
  writeFileSync(file, content);
  const named = argv.map((word) => word.replace('FILE', file).replace('FOLDER', join(folder, 'out')));
  return await ranHere([good], named, [litmusCommand]);
}

const inC = (body: string) => `C x\n{}\nP0(int *x) { ${body} }\nexists (x=1)\n`;

test.each([
  ['brackets that are nested deeply', inC(`int r = ${'('.repeat(20_000)}1;`), 'nested too deeply'],
  ['blocks that are nested deeply', inC(`${'if (1) {'.repeat(20_000)}`), 'nested too deeply'],
  ['a line that is very long', `${'x'.repeat(50_000)}\n`, 'x...'],
  ['bytes that no terminal should see', 'C \x1b[31m\u0007\n{}', 'Expected'],
])('a litmus file with %s is refused in few words', async (_, text, says) => {
  const ran = await ranOn(text, 'litmus', 'FILE');
  expect(ran.code).toBe(2);
  expect(JSON.stringify(ran.stderr)).not.toMatch(/\\u001b|\\u0007/);
  expect(ran.stderr).toContain(says);
  expect(ran.stderr.length).toBeLessThan(1000);
  expect(complaintAbout(ran)).toBe(null);
});

test.each([
  ['a run that is none', { runs: [null] }, 'runs.0: Object was expected, not null'],
  ['a run without a verdict', { runs: [{ variant: 'v7.1', about: '', model: 'sc' }] }, 'runs.0.search: '],
])('a page of results with %s is refused, and the file named', async (_, change, says) => {
  const results = { schema: resultSchema, heddle: '', spec: 'good', title: '', source: '', ...change };
  const ran = await ranOn(JSON.stringify(results), 'report', '--html', 'FOLDER/x.html', '--from', 'FOLDER');
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(`good.json is damaged: ${says}`);
});

test('a name that is very long is not repeated in full', async () => {
  const ran = await ranOn('', 'check', 'x'.repeat(100_000));
  expect(ran.code).toBe(2);
  expect(ran.stderr.length).toBeLessThan(1000);
});
