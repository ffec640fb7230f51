import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../checker/files/temporary.ts';
import { build } from './build.mjs';
import { explained } from './explain.mjs';

/** What is said of a source that cannot be translated, or that throws while it is loaded. */
async function said(scenario: string): Promise<string> {
  const root = `${temporaryFolder()}/`;
  mkdirSync(join(root, 'specs/mine'), { recursive: true });
  writeFileSync(join(root, 'specs/kernel.ts'), 'export const dma_wmb = () => 1;\n');
  writeFileSync(join(root, 'specs/mine/scenario.ts'), scenario);
  const entries = { main: 'specs/mine/scenario.ts' };
  const error: unknown = await build({ root, entries, into: join(root, 'out') }).then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).not.toBe(null);
  return explained(error, root);
}

const first = '/** Mine. */\n';

test('a mistake of syntax is said with its line, the line itself, and the place in it', async () => {
  expect(await said(`${first}const body = [dma_wmb(, 1];\n`)).toBe(
    [
      'heddle: specs/mine/scenario.ts:2:23: Unexpected ","',
      '  2 | const body = [dma_wmb(, 1];',
      `    | ${' '.repeat(22)}^`,
    ].join('\n'),
  );
});

test('an import of what is not there is said with its line', async () => {
  const text = await said(
    `${first}import { dma_wbm } from '../kernel.ts';\nexport const body = [dma_wbm()];\n`,
  );
  expect(text).toMatch(/^heddle: specs\/mine\/scenario\.ts:2:10: No matching export in "specs\/kernel\.ts"/);
});

test('a file that is not there is said with the line that imports it', async () => {
  expect(await said(`${first}import x from './nowhere.ts';\nexport default x;\n`)).toContain(
    'heddle: specs/mine/scenario.ts:2:15: Could not resolve "./nowhere.ts"\n  2 | import x',
  );
});

test('several mistakes are said one after the other, and no more than a few', async () => {
  const imports = Array.from({ length: 7 }, (_, n) => `export * from './${n}.ts';\n`).join('');
  const text = await said(imports);
  expect(text.match(/^heddle: /gm)).toHaveLength(5);
  expect(text).toMatch(/and 2 more like these$/);
});

test('what is thrown while a source is loaded is said with the innermost line of ours', () => {
  const error = new ReferenceError('dma_wmb is not defined');
  error.stack = `${error}\n    at f (node:internal/x:1:2)\n    at g (file:///r/specs/mine/scenario.ts:3:5)\n    at /r/specs/x.ts:1:1`;
  expect(explained(error, '/r/')).toBe(
    'heddle: specs/mine/scenario.ts:3:5: dma_wmb is not defined: is it imported, or declared before it is used?',
  );
});

test('what comes from nowhere in our sources is said without a place, and how to learn more', () => {
  const error = new Error("Cannot find module '/r/specs/a.ts'");
  error.stack = `${error}\n    at f (node:internal/x:1:2)`;
  expect(explained(error, '/r/')).toBe(
    "heddle: Cannot find module 'specs/a.ts'\n  HEDDLE_DEBUG=1 shows where it comes from.",
  );
});
