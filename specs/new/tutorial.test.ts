/** Holds TUTORIAL.md to the truth; new.test.ts has the type checker and the linter look at its spec. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { specs } from '../index.ts';
import { systems } from '../systems.ts';
import { ourRoot } from './command.ts';
import { filesOf, NAME, tutorial, withOutputs } from './tutorial.ts';

const text = readFileSync(tutorial, 'utf8');

test('what the tutorial shows is what comes of what it says (else: npm run tutorial)', async () => {
  expect(text.match(/^```text$/gm)).toHaveLength(3);
  expect(await withOutputs(text)).toBe(text);
});

test('the patch is refuted where stores wait, and each twin breaks the invariant that it should', () => {
  const tables = text.match(/^ {4}variant [\s\S]*?^```$/gm) ?? [];
  expect(tables).toHaveLength(2);
  expect(tables[0]!.match(/^(!!|ok)/gm)?.join(' ')).toBe('ok ok ok ok !! !!');
  expect(tables[1]!.match(/^(!!|ok)/gm)?.join(' ')).toBe('ok ok ok ok ok ok ok ok ok');
  expect(tables[1]!.match(/violated: queueGoesOn +as expected/g)).toHaveLength(3);
});

test('both ways of the tutorial give whole files, and the last one has what it tells to change', () => {
  const { first, last } = filesOf(text);
  expect(first['index.ts'].match(/variant\('/g)).toHaveLength(2);
  expect(last['index.ts']).toContain("drop('bnx2_start_xmit', 'smp_mb()')");
  expect(last['index.ts']).not.toContain('always(holds), {\n      edits');
  expect(last['scenario.ts']).toBe(first['scenario.ts']);
});

test('the race of the tutorial is none of ours yet', () => {
  expect(specs.map(({ name }) => name)).not.toContain(NAME);
});

test.each(['TUTORIAL.md', 'REFERENCE.md'])(
  '%s links to files that are there, and names scripts and groups that are',
  (file) => {
    const doc = readFileSync(join(ourRoot, 'specs', file), 'utf8');
    const links = [...doc.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((target) => !existsSync(join(dirname(tutorial), target)))).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(ourRoot, 'package.json'), 'utf8'));
    const named = [...doc.matchAll(/\bnpm run (?:-s )?([a-z:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    const group = /such as _(.*)_ /.exec(doc)?.[1];
    if (group !== undefined) expect(systems.map(({ title }) => title)).toContain(group);
  },
);
