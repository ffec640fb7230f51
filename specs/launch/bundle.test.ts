import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { build } from './build.mjs';
import { type Bundled, bundleFor } from './bundle.mjs';
import { entries } from './entries.mjs';
import { sources } from './sources.mjs';

const here = fileURLToPath(new URL('../..', import.meta.url));
const heddle = join(here, 'specs/heddle.mjs');
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-launch-'));
  folders.push(folder);
  return folder;
}

/** Two sources of our own making: the entry, and what it says. */
function project(says: string): Bundled & { readonly said: string } {
  const root = temporary();
  mkdirSync(join(root, 'specs'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'specs/main.ts'), "import { say } from '../model/say.ts';\nconsole.log(say());\n");
  const said = join(root, 'model/say.ts');
  writeFileSync(said, source(says));
  return { root, said, cache: join(root, 'cache'), entries: { main: 'specs/main.ts' } };
}

const source = (says: string) => `export const say = (): string => '${says}';\n`;
const say = (folder: string | null) =>
  execFileSync(process.execPath, [join(folder!, 'main.mjs')], { encoding: 'utf8' }).trim();

test('a bundle is made once and then found', async () => {
  const it = project('hello');
  const folder = await bundleFor(it);
  expect(say(folder)).toBe('hello');
  const never = () => Promise.reject(new Error('made again'));
  expect(await bundleFor(it, never)).toBe(folder);
  expect(readdirSync(it.cache)).toHaveLength(1);
});

test('a changed source is bundled again, even with the size and the time of the old one', async () => {
  const it = project('hello');
  const first = await bundleFor(it);
  const { atime, mtime } = statSync(it.said);
  writeFileSync(it.said, source('world'));
  utimesSync(it.said, atime, mtime);
  const second = await bundleFor(it);
  expect([say(first), say(second)]).toEqual(['hello', 'world']);
});

test('a source that changes while it is bundled is bundled again', async () => {
  const it = project('hello');
  let times = 0;
  const folder = await bundleFor(it, async (what) => {
    const files = await build(what);
    if (times++ === 0) writeFileSync(it.said, source('a later word'));
    return files;
  });
  expect([times, say(folder)]).toEqual([2, 'a later word']);
});

test('a source that keeps changing is left to tsx', async () => {
  const it = project('hello');
  let times = 0;
  const changing = async () => writeFileSync(it.said, source(`${times++}`));
  expect(await bundleFor(it, changing)).toBe(null);
});

test('runs at the same time end with one bundle, and leave nothing else', async () => {
  const { root, cache, entries } = project('hello');
  const bundle = new URL('bundle.mjs', import.meta.url).href;
  const script = `import { bundleFor } from '${bundle}';
    console.log(await bundleFor(${JSON.stringify({ root, cache, entries })}));`;
  const run = promisify(execFile);
  const made = await Promise.all(
    Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', script])),
  );
  expect(new Set(made.map(({ stdout }) => stdout)).size).toBe(1);
  expect(say(made[0]!.stdout.trim())).toBe('hello');
  expect(readdirSync(cache)).toHaveLength(1);
});

test('where nothing can be written there is no bundle, and what went wrong is gone', async () => {
  const it = project('hello');
  expect(await bundleFor({ ...it, cache: it.said })).toBe(null);
  expect(await bundleFor({ ...it, cache: '' })).toBe(null);
  // Where Node would try for ever.
  expect(await bundleFor({ ...it, cache: '/proc/heddle/cache' })).toBe(null);
  writeFileSync(it.said, "import { x } from 'no-such-package';\nexport const say = x;\n");
  expect(await bundleFor(it)).toBe(null);
  expect(readdirSync(it.cache)).toEqual([]);
});

test('a mistake in a source is not left to tsx, and what was begun is gone', async () => {
  const it = project('hello');
  writeFileSync(it.said, 'export const = ;\n');
  await expect(bundleFor(it)).rejects.toThrow('model/say.ts:1:13: ERROR: Expected identifier but found "="');
  expect(readdirSync(it.cache)).toEqual([]);
});

test('bundles that nobody started for a day are removed, and nothing else is', async () => {
  const it = project('hello');
  const first = await bundleFor(it);
  mkdirSync(join(it.cache, 'somebody-elses'));
  for (const folder of [first!, join(it.cache, 'somebody-elses')]) utimesSync(folder, 0, 0);
  writeFileSync(it.said, source('world'));
  const second = await bundleFor(it);
  expect(existsSync(first!)).toBe(false);
  expect(
    readdirSync(it.cache)
      .map((name) => join(it.cache, name))
      .sort(),
  ).toEqual([second!, join(it.cache, 'somebody-elses')].sort());
});

test('every source that goes into a bundle of heddle is one whose change is noticed', async () => {
  for (const file of Object.values(entries)) expect(existsSync(join(here, file)), file).toBe(true);
  const files = await build({ root: here, entries, into: temporary() });
  const watched = new Set(sources(here));
  const unwatched = files.filter((file) => !watched.has(file) && !file.startsWith('node_modules/'));
  expect(files.length).toBeGreaterThan(200);
  expect(unwatched).toEqual([]);
});

test('heddle says the same from a bundle and, where it can make none, from its sources', () => {
  const list = (cache: string) =>
    execFileSync(process.execPath, [heddle, 'list'], {
      encoding: 'utf8',
      env: { ...process.env, HEDDLE_CACHE: cache },
    });
  const folder = temporary();
  const bundled = list(folder);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(list(heddle)).toBe(bundled);
  expect(bundled).toContain('unmap-vs-attach');
});

test('the trace of an error names the lines of the sources', async () => {
  const it = project('hello');
  writeFileSync(it.said, '\n\nexport function say(): never {\n  throw new Error("oops");\n}\n');
  const folder = await bundleFor(it);
  const main = pathToFileURL(join(folder!, 'main.mjs')).href;
  const script = `process.setSourceMapsEnabled(true); import('${main}').catch((e) => console.log(e.stack))`;
  const stack = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(stack).toContain('model/say.ts:4:9');
});
