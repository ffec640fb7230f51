/** Holds REFERENCE.md to the code: what it names is there, and what is there for authors is named. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { ourRoot } from './command.ts';

const folder = join(ourRoot, 'specs');
const reference = readFileSync(join(folder, 'REFERENCE.md'), 'utf8');

/** Each table with the files that its head names, and the names in its first column. */
const tables = reference.split('\n\n').flatMap((block) => {
  const [head = '', , ...rows] = block.split('\n');
  if (!head.startsWith('| from ')) return [];
  const files = [...head.matchAll(/\]\(([^)]+)\)/g)].map(([, file = '']) => file);
  const named = (cell: string): readonly string[] =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  const names = rows.flatMap((row) => named(row.split(' | ')[0]!));
  return [{ files, names }];
});

async function exportsOf(files: readonly string[]): Promise<readonly string[]> {
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(join(folder, file)).href)));
  return modules.flatMap((module) => Object.keys(module));
}

/** Functions that give invariants. */
const properties = readdirSync(join(ourRoot, 'model/property'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .flatMap((file) => readFileSync(join(ourRoot, 'model/property', file), 'utf8').split(/^export /m))
  .flatMap((text) => {
    const name = /^(?:function|const) (\w+)/.exec(text)?.[1];
    const [head = ''] = text.split(/\n\}?\n/);
    return name !== undefined && /\): (readonly Property\[\]|Property) (\{|=>)/.test(head) ? [name] : [];
  });

test('what the reference names is exported by the files that it names', async () => {
  expect(tables).toHaveLength(9);
  for (const { files, names } of tables) {
    const exported = files.length === 0 ? properties : await exportsOf(files);
    expect(names.length).toBeGreaterThan(0);
    expect(
      names.filter((name) => !exported.includes(name)),
      files.join(', '),
    ).toEqual([]);
  }
});

test('everything that authors write programs and claims with is in the reference', async () => {
  const files = [
    'kit.ts',
    '../model/program/kernel.ts',
    '../model/program/expression.ts',
    '../model/program/statement.ts',
  ];
  const ours = await exportsOf(files);
  // Of use to the machine only.
  const others = ['registersOf', 'applyBinary', 'isTrue', 'IN_INTERRUPT', 'rewriting'];
  const named = tables.flatMap(({ names }) => names);
  expect(ours.filter((name) => !others.includes(name) && !named.includes(name))).toEqual([]);
  expect(others.filter((name) => !ours.includes(name))).toEqual([]);
});

test('every property that there is is in the reference', () => {
  expect(properties.length).toBeGreaterThan(20);
  const named = tables.find(({ files }) => files.length === 0)!.names;
  expect([...named].sort()).toEqual([...properties].sort());
});

test('names of operations and words of claims are those of the code', async () => {
  const source = (file: string) => readFileSync(join(folder, file), 'utf8');
  const operations = /\(`(add [a-z ]+)`\)/.exec(reference)![1]!.split(' ');
  const declared = [...source('../model/program/expression.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(
    ([, op]) => op,
  );
  expect(operations).toEqual(declared);
  const look = source('kit.ts').match(/interface Look \{[\s\S]*?^\}/m)![0];
  const words = /look at: (.*) \|/.exec(reference)![1]!.match(/\w+/g)!;
  expect(words).toEqual([...look.matchAll(/^ {2}(\w+)\(/gm)].map(([, word]) => word));
});
