/** Two runs at once in the same folder. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from './test-io.ts';
import { many } from './toy-spec.ts';

const toys = fileURLToPath(new URL('toy-main.ts', import.meta.url));

/** Runs the variants of `many` whose number leaves this remainder. */
function half(remainder: number, out: string): Promise<number | null> {
  const named = many.variants.filter((_, i) => i % 2 === remainder).map(({ name }) => `many/${name}`);
  const args = ['--import', 'tsx', toys, 'check', ...named, '--traces', 'none', '--out', out];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve) => child.on('close', resolve));
}

test('two runs at once lose no verdict and no trace of each other', async () => {
  const out = temporaryFolder();
  expect(await Promise.all([half(0, out), half(1, out)])).toEqual([0, 0]);
  const { runs } = JSON.parse(readFileSync(join(out, 'many.json'), 'utf8'));
  const found = runs.map((run: { variant: string; model: string }) => `${run.variant} ${run.model}`);
  expect(found).toEqual(many.variants.flatMap(({ name }) => [`${name} sc`, `${name} armv8`]));
  const named = runs.map((run: { verdict: { trace: string } }) => run.verdict.trace.slice('traces/'.length));
  const there = readdirSync(join(out, 'traces'));
  expect(there.filter((file) => file.endsWith('.json')).sort()).toEqual([...named].sort());
  expect(there).toHaveLength(2 * named.length);
  expect(readdirSync(out).sort()).toEqual(['junit.xml', 'many.json', 'traces']);
});
