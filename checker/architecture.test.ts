/** Holds the arrows of the architecture: specs -> {model, checker}, model -> nothing, checker -> nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every source file of ours, tests included, with the files of ours that it imports, as paths from the root. */
const imports = new Map(sourceFiles().map((file) => [file, importedBy(file)]));

function sourceFiles(): readonly string[] {
  const tops = ['model', 'checker', 'specs', 'bench'].filter((folder) => existsSync(join(root, folder)));
  const files = tops.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return files.filter((file) => /\.(tsx?|mjs)$/.test(file)).sort();
}

function importedBy(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'";]*?\bfrom\s*'(\.[^']+)'|\bimport\(?\s*'(\.[^']+)'/gm,
  );
  return [...found].map(([, from, bare]) => normalize(join(dirname(file), from ?? bare ?? '')));
}

function top(file: string): string {
  return file.split('/')[0] ?? '';
}

/** `importer -> imported` for every import from one top folder into another. */
function arrows(from: string): readonly string[] {
  const files = [...imports].filter(([file]) => top(file) === from);
  return files.flatMap(([file, targets]) =>
    targets.filter((target) => top(target) !== from).map((target) => `${file} -> ${target}`),
  );
}

/** Files that a depth-first walk meets again while it is still below them. */
function cycles(): readonly string[] {
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (file: string, above: readonly string[]): void => {
    if (state.get(file) === 'open') found.push([...above.slice(above.indexOf(file)), file].join(' -> '));
    if (state.has(file)) return;
    state.set(file, 'open');
    for (const target of imports.get(file) ?? []) visit(target, [...above, file]);
    state.set(file, 'done');
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

test('the imports are found at all', () => {
  expect(imports.get('specs/main.ts')).toContain('specs/index.ts');
  expect(imports.get('specs/heddle.mjs')).toEqual(
    ['load', 'explain', 'watch'].map((name) => `specs/launch/${name}.mjs`),
  );
});

test('every import names a file that is there', () => {
  const dangling = [...imports.values()].flat().filter((target) => !existsSync(join(root, target)));
  expect(dangling).toEqual([]);
});

test('model imports nothing of ours outside model', () => {
  expect(arrows('model')).toEqual([]);
});

test('checker imports nothing of ours outside checker', () => {
  expect(arrows('checker')).toEqual([]);
});

test('specs import model and checker and nothing else', () => {
  expect(arrows('specs').filter((arrow) => !/ -> (model|checker)\//.test(arrow))).toEqual([]);
});

test('nothing imports results', () => {
  expect([...imports].filter(([, targets]) => targets.some((target) => top(target) === 'results'))).toEqual(
    [],
  );
});

test('inside checker, nothing but the command line imports the command line, and the engine no reports', () => {
  const inside = [...imports].flatMap(([file, targets]) => targets.map((target) => `${file} -> ${target}`));
  expect(inside.filter((arrow) => /^checker\/(?!cli\/).* -> checker\/cli\//.test(arrow))).toEqual([]);
  expect(
    inside.filter((arrow) =>
      /^checker\/(intern|explore|property|trace)\/.* -> checker\/report\//.test(arrow),
    ),
  ).toEqual([]);
});

test('no file imports itself by way of others', () => {
  expect(cycles()).toEqual([]);
});
