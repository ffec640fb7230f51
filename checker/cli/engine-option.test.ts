import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ranWith, temporaryFolder } from './test-io.ts';
import { bad, good } from './toy-spec.ts';

test('the symbolic engine is named in the table and in the results, and knows no depth', async () => {
  const out = temporaryFolder();
  const { code, stdout } = await ranWith([good], ['check', '--engine', 'symbolic', '--out', out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^engine: symbolic in \d+ of \d+ jobs/m);
  const { runs } = JSON.parse(readFileSync(join(out, 'good.json'), 'utf8'));
  expect(runs[0]).toMatchObject({ engine: 'symbolic', effort: { depth: null } });
});

test('where a trace was needed, the explicit engine is named as well', async () => {
  const out = temporaryFolder();
  const { stdout } = await ranWith([bad], ['check', 'bad/breaks', '--engine', 'symbolic', '--out', out]);
  expect(stdout).toContain('in 2 of them the explicit engine found the trace, and the counts are its');
  const { runs } = JSON.parse(readFileSync(join(out, 'bad.json'), 'utf8'));
  expect(runs[0]).toMatchObject({ engine: 'symbolic, then explicit', verdict: { kind: 'violated' } });
});

test('without the option, results and table say nothing of engines', async () => {
  const out = temporaryFolder();
  const { stdout } = await ranWith([good], ['check', '--out', out]);
  expect(stdout).not.toContain('engine');
  expect(readFileSync(join(out, 'good.json'), 'utf8')).not.toContain('engine');
});

test.each([
  ['--max-states', '5'],
  ['--search', 'random'],
  ['--workers', '2'],
  ['--fingerprint', '--no-symmetry'],
])('%s is refused beside --engine symbolic', async (option, value) => {
  const { code, stderr } = await ranWith([good], ['check', '--engine', 'symbolic', option, value]);
  expect(code).toBe(2);
  expect(stderr).toContain('is for --engine explicit');
});
