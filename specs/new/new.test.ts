import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ranWith, temporaryFolder } from '../../checker/cli/test-io.ts';
import type { Spec } from '../../checker/spec.ts';
import { outcomeOf } from '../every-variant.ts';
import { newCommand, ourRoot } from './command.ts';
import { identifierOf, registered } from './register.ts';
import { filesOf, tutorial, writeFiles } from './tutorial.ts';
import { workshop } from './workshop.ts';
import { assertName, templates, writeSpec } from './write.ts';

const place = (root = temporaryFolder()): string => workshop(ourRoot, root);

const bin = (root: string, name: string, ...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(ourRoot, 'node_modules', name), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
const index = readFileSync(join(ourRoot, 'specs/index.ts'), 'utf8');
const longest = 'a-name-that-is-just-as-long-as-may-be-40';

describe('a spec made from a template', () => {
  const called = (from: string): string => longest.replace('name', from.padEnd(4, 'x'));
  let root: string;
  beforeAll(() => {
    root = place(mkdtempSync(join(tmpdir(), 'heddle-new-')));
    for (const from of templates) writeSpec(root, from, called(from));
    writeFiles(root, filesOf(readFileSync(tutorial, 'utf8')).last);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(templates)('%s: has its name, a claim that holds, and twins that break it', async (from) => {
    const file = join(root, 'specs', called(from), 'index.ts');
    const { default: spec }: { readonly default: Spec } = await import(pathToFileURL(file).href);
    expect(spec.name).toBe(called(from));
    for (const { name, expect: expected } of spec.variants)
      for (const model of Object.keys(expected))
        expect(outcomeOf(spec, name, model).verdict, `${name} (${model})`).toMatchObject({
          kind: expected[model]!.kind,
        });
    const kinds = (name: string) =>
      Object.values(spec.variants.find((v) => v.name === name)!.expect).map(({ kind }) => kind);
    expect(kinds('merged')).toEqual(['holds', 'holds', 'holds']);
    expect(kinds('no dma_wmb')).toEqual(['holds', 'holds', 'violated']);
  });

  test('is as the type checker and the linter want it, as is that of the tutorial', () => {
    // All that is new here: what the list names besides is checked where it is.
    const include = [...templates.map((from) => `specs/${called(from)}`), 'specs/bnx2-tx'];
    bin(root, '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', ...include, 'specs/index.ts');
    const settings = JSON.parse(readFileSync(join(ourRoot, 'tsconfig.json'), 'utf8'));
    rmSync(join(root, 'tsconfig.json'));
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ ...settings, include }));
    expect(bin(root, 'typescript/bin/tsc', '-p', '.')).toBe('');
  });
});

test('a new spec is found where specs are listed, in the order of the alphabet', () => {
  const after = registered(registered(index, 'tg3-tx'), 'a2-b');
  const imports = [...after.matchAll(/^import \w+ from '(\.\/.*)';$/gm)].map(([, path]) => path);
  expect(imports.length).toBeGreaterThan(20);
  expect(imports).toEqual([...imports].sort());
  expect(after).toContain("import tg3Tx from './tg3-tx/index.ts';\n");
  expect(after.trimEnd().endsWith('  tg3Tx,\n  a2B,\n];')).toBe(true);
});

test('the list of specs stays as the linter wants it, whatever the new one is called', () => {
  const names = [
    'aa',
    'attach-x',
    'attach2',
    'nested-10',
    'nested-9',
    'zz',
    'smmu-x',
    'write',
    'irq',
    'new-x',
  ];
  const root = temporaryFolder();
  mkdirSync(join(root, 'specs'));
  writeFileSync(join(root, 'biome.json'), readFileSync(join(ourRoot, 'biome.json')));
  writeFileSync(join(root, 'specs/index.ts'), names.reduce(registered, index));
  bin(root, '@biomejs/biome/bin/biome', 'check', 'specs/index.ts');
});

test('the name of a spec is one word in the list, and no word of the language', () => {
  expect(['tg3-tx', 'x', 'for', 'specs', 'r8169-2-rx'].map(identifierOf)).toEqual([
    'tg3Tx',
    'x',
    'forSpec',
    'specsSpec',
    'r81692Rx',
  ]);
});

describe('heddle new', () => {
  const heddleNew = (root: string, ...argv: readonly string[]) =>
    ranWith([], ['new', ...argv], { extensions: [newCommand(root)] });

  test('says what it wrote and what comes next', async () => {
    const root = place();
    expect(await heddleNew(root, 'tg3-tx')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '  specs/tg3-tx/index.ts',
        '  specs/tg3-tx/scenario.ts',
        '  specs/tg3-tx/tg3-tx.test.ts',
        '  specs/index.ts',
        '',
        'It holds, and its twins do not:  npx heddle check tg3-tx',
        'While you edit it:               npx heddle check tg3-tx --watch',
        'From here on:                    specs/TUTORIAL.md',
        '',
      ].join('\n'),
    });
    expect(readdirSync(join(root, 'specs')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('leaves alone what is there', async () => {
    const root = place();
    const before = readFileSync(join(root, 'specs/index.ts'), 'utf8');
    expect(await heddleNew(root, 'attach')).toMatchObject({
      code: 2,
      stderr: 'heddle: specs/attach exists already: choose another name, or edit it\n',
    });
    expect(readFileSync(join(root, 'specs/index.ts'), 'utf8')).toBe(before);
    await heddleNew(root, 'once');
    expect(await heddleNew(root, 'once')).toMatchObject({ code: 2 });
    rmSync(join(root, 'specs/once'), { recursive: true });
    expect(await heddleNew(root, 'once')).toMatchObject({ code: 0 });
    expect(readFileSync(join(root, 'specs/index.ts'), 'utf8').match(/once\/index/g)).toHaveLength(1);
  });

  test.each([
    ['Tg3_TX', "a letter first, as in 'tg3-tx'"],
    ['../evil', "as in 'evil'"],
    ['8139too', "as in 'too'"],
    ['a--b', "as in 'a-b'"],
    ['-', 'a letter first'],
    ['x'.repeat(41), 'at most 40 characters'],
  ])('refuses %s, and says what would do', (name, says) => {
    expect(() => assertName(name)).toThrow(says);
  });

  test('says what to do by hand where the list of specs is not as expected', async () => {
    const root = place();
    writeFileSync(join(root, 'specs/index.ts'), 'export const specs = [];\n');
    const { code, stderr } = await heddleNew(root, 'tg3-tx');
    expect(code).toBe(2);
    expect(stderr).toContain("import tg3Tx from './tg3-tx/index.ts';");
    expect(existsSync(join(root, 'specs/tg3-tx'))).toBe(false);
  });
});
