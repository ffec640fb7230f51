/** Resolves what README.md and results/README.md name, and holds README.md to what it promises. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exitCode } from './report/exit-code.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

/** npm's own commands, which need no script. */
const builtin = ['install', 'ci'];

test.each(['README.md', 'results/README.md'])('every file that %s links to is there', (doc) => {
  const links = [...read(doc).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
  expect(links.filter((target) => !existsSync(join(root, dirname(doc), target)))).toEqual([]);
});

test('every folder that README.md names is there', () => {
  const folders = [...readme.matchAll(/`([a-z][a-z-]*\/)`/g)].map(([, folder = '']) => folder);
  expect(folders.length).toBeGreaterThan(0);
  expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
});

test('every npm script that README.md names is in package.json', () => {
  const names = [...readme.matchAll(/\bnpm (?:run (?:-s )?)?([a-z:-]+)/g)].map(([, name = '']) => name);
  const called = names.filter((name) => !builtin.includes(name));
  expect(called.length).toBeGreaterThanOrEqual(2);
  expect(called.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('.ci/run calls the two commands of README.md', () => {
  const commands = readme.match(/^npm install .*$/gm) ?? [];
  expect(commands).toHaveLength(2);
  for (const command of commands) expect(read('.ci/run')).toContain(command);
});

test('README.md lists every exit code', () => {
  for (const code of Object.values(exitCode)) expect(readme).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
});

test('README.md is at most 150 lines long', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(151);
});

test('the counterexample in README.md is the one in results/', () => {
  const trace = read('results/traces/unmap-vs-attach--no-barrier-on-cpu1--armv8.txt');
  expect(readme).toContain(trace);
});
