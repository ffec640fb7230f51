import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { traceFileText } from '../report/trace-file.ts';
import type { Spec } from '../spec.ts';
import { ranWith, temporaryFolder } from './test-io.ts';
import { bad, counters, good } from './toy-spec.ts';

/** A saved counterexample of good/no smp_mb(). */
async function savedTrace(): Promise<string> {
  const out = temporaryFolder();
  await ranWith([good], ['check', 'good/no-smp-mb', '--model', 'sc', '--out', out]);
  return join(out, 'traces', 'good--no-smp-mb--sc.json');
}

/** What `heddle trace` says of the file after `edit` had its way with it. */
async function tracedAfter(edit: (text: string) => string, specs: readonly Spec[] = [good]) {
  const file = await savedTrace();
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
  return await ranWith(specs, ['trace', file]);
}

/** Replaces text in the saved trace and makes its hash right again. */
function forged(from: string, to: string) {
  return (text: string) => traceFileText(JSON.parse(text.replaceAll(from, to)));
}

/** Replaces what the file says and makes its hash right again. */
function reforged(change: object) {
  return (text: string) => traceFileText({ ...JSON.parse(text), ...change });
}

/** Puts into the trace what no recursive function comes to the bottom of. */
function deepened(text: string): string {
  return text.replace('"columns": [', `"columns": [${'['.repeat(50_000)}${']'.repeat(50_000)},`);
}

function rebuilt(build: () => ReturnType<typeof counters>): Spec {
  return { ...good, variants: good.variants.map((variant) => ({ ...variant, build })) };
}

test('a saved counterexample is replayed and printed as it was saved', async () => {
  const file = await savedTrace();
  const { code, stdout } = await ranWith([good], ['trace', file]);
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(file.replace('.json', '.txt'), 'utf8'));
});

test.each([
  ['cut short', (text: string) => text.slice(0, -20), 'is cut short or damaged'],
  ['not JSON at all', () => 'hello', 'is not JSON'],
  ['some other JSON', () => '{}', 'is not a trace that heddle saved'],
  [
    'of another schema',
    (text: string) => text.replace('"schema": 1', '"schema": 7'),
    'has trace schema 7, written by',
  ],
  ['edited by hand', (text: string) => text.replace('n++; // 1', 'n--;'), 'does not match its hash'],
  ['of an unknown spec', forged('"good"', '"goof"'), "There is no spec 'goof'. Did you mean good?"],
  ['of an unknown variant', forged('no smp_mb()', 'no smp_wmb()'), 'There is no variant of good'],
  ['of an unknown memory model', forged('"sc"', '"tso"'), "is not run under the memory model 'tso'"],
  ['of a memory model that every object has', forged('"sc"', '"constructor"'), "model 'constructor'"],
  ['without a trace', reforged({ trace: null }), 'trace: Object was expected, not null'],
  [
    'with a step that is none',
    forged('"choice": 0', '"choice": "length"'),
    'trace.steps.0.choice: number was expected, not "length"',
  ],
  [
    'that repeats from where it never was',
    forged('"ending"', '"repeats": 1, "ending"'),
    'trace.repeats is not the number of a step',
  ],
  ['that is deeper than anything of ours', deepened, 'does not match its hash'],
  [
    'with a schema that cannot be said',
    (text: string) => text.replace('"schema": 1', '"schema": {"toString": 0}'),
    'has trace schema a list or an object',
  ],
  [
    'with a step that is not enabled',
    forged('"choice": 0', '"choice": 3'),
    'step 1 of 1: P0#3 is not enabled',
  ],
] as const)('a trace file %s is refused with a sentence', async (_, edit, sentence) => {
  const { code, stdout, stderr } = await tracedAfter(edit);
  expect(stderr).toContain(sentence);
  expect([code, stdout]).toEqual([2, '']);
});

test('a trace that no longer fits the model says which step does not', async () => {
  const { code, stderr } = await tracedAfter((text) => text, [rebuilt(() => counters({ upTo: 0 }))]);
  expect(stderr).toContain('step 1 of 1');
  expect(code).toBe(2);
});

test('a trace that ends differently now says so and exits with 14', async () => {
  const { code, stderr } = await tracedAfter((text) => text, [rebuilt(() => counters({ upTo: 2 }))]);
  expect(stderr).toContain('saved:    stays small: n0 is 1');
  expect(code).toBe(14);
});

/** A saved run that never ends, replayed on `specs`. */
async function tracedEndless(specs: readonly Spec[]) {
  const out = temporaryFolder();
  await ranWith([bad], ['check', 'bad/never-ends', '--model', 'sc', '--out', out]);
  const file = join(out, 'traces', 'bad--never-ends--sc.json');
  return { file, ...(await ranWith(specs, ['trace', file])) };
}

test('a run that never ends is replayed once around and printed as it was saved', async () => {
  const { file, code, stdout } = await tracedEndless([bad]);
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(file.replace('.json', '.txt'), 'utf8'));
  expect(stdout).toContain('repeats for ever:');
});

test('one that does not lead back any more says so and exits with 14', async () => {
  const variants = bad.variants.map((it) => ({ ...it, build: () => counters({ upTo: 5 }) }));
  const { code, stderr } = await tracedEndless([{ ...bad, variants }]);
  expect(stderr).toContain('replayed: The last 3 steps do not repeat: Every invariant holds here');
  expect(code).toBe(14);
});

test('a file that is not there is a usage error', async () => {
  const { code, stderr } = await ranWith([good], ['trace', 'no-such-file.json']);
  expect(stderr).toContain('cannot read the trace');
  expect(code).toBe(2);
});
