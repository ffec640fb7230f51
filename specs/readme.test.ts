/** Holds specs/README.md to the specs: what it names is there, and has the verdict that it says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { traceFile } from '../checker/report/names.ts';
import type { Spec, Variant } from '../checker/spec.ts';
import { specs } from './index.ts';
import { isMapped, propertiesOf, systems } from './systems.ts';
import { expectedWords, type Row, roughly, rowsIn, timesIn, withTables } from './table.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const readme = readFileSync(join(here, 'README.md'), 'utf8');
const byHand = readme.slice(0, readme.indexOf('\n## Systems')).trim();

const all = specs.flatMap((spec) => spec.variants.map((variant) => ({ spec, variant })));
const named = new Map(all.map((v) => [`${v.spec.name}/${v.variant.name}`, v.variant]));

/** What is called as a variant is called: `spec/variant`. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => specs.some((spec) => name.startsWith(`${spec.name}/`)));

/** Rows of the tables written by hand, as cells by the name of the column. */
const rows = byHand.split('\n\n').flatMap((block): readonly Readonly<Record<string, string>>[] => {
  if (!block.startsWith('| ')) return [];
  const [head = [], , ...body] = block.split('\n').map((line) => line.slice(2, -2).split(' | '));
  return body.map((cells) => Object.fromEntries(cells.map((cell, i) => [head[i] ?? '', cell])));
});
const column = (...names: readonly string[]): string =>
  rows.flatMap((row) => names.map((name) => row[name] ?? '')).join('\n');
const numbered = (name: string): readonly (string | undefined)[] =>
  rows.filter((row) => row[name] !== undefined).map((row) => row[name]?.split(' ')[0]);
const upTo = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `${i + 1}`);

const verdicts = (variant: Variant | undefined): readonly string[] =>
  Object.values(variant?.expect ?? {}).map((e) => (e.kind === 'violated' ? e.by : e.kind));

/** The properties that are expected to break. */
function brokenBy({ spec, variant }: (typeof all)[number]): readonly string[] {
  const found = verdicts(variant);
  return propertiesOf(spec, variant, found, found.includes('endless'));
}

describe('the tables', () => {
  const shown = (row: Pick<Row, 'spec' | 'variant' | 'expected'>): string =>
    `${row.spec}/${row.variant}: ${row.expected}`;

  test('have every variant of every spec, with what the code expects of it (else: npm run table)', () => {
    const wanted = all.map(({ spec, variant }) =>
      shown({ spec: spec.name, variant: variant.name, expected: expectedWords(variant) }),
    );
    expect(rowsIn(readme).map(shown).sort()).toEqual([...wanted].sort());
  });

  test('have every spec in one system', () => {
    const grouped = systems.flatMap((group) => group.specs);
    expect(grouped.filter((name, i) => grouped.indexOf(name) !== i)).toEqual([]);
    expect([...grouped].sort()).toEqual(specs.map(({ name }) => name).sort());
  });

  test('know of every invariant that is expected to break of which property it is a part', () => {
    const kinds = ['holds', 'deadlock', 'endless'];
    const broken = all.flatMap(({ variant }) => verdicts(variant)).filter((v) => !kinds.includes(v));
    expect(broken.length).toBeGreaterThan(100);
    expect([...new Set(broken)].filter((name) => !isMapped(name))).toEqual([]);
  });
});

describe('what is written by hand', () => {
  test('names variants that exist', () => {
    expect(namesIn(byHand).length).toBeGreaterThan(200);
    expect(namesIn(byHand).filter((name) => !named.has(name))).toEqual([]);
  });

  test('calls holding what holds under every model, and violated what does not under one', () => {
    const holds = (name: string): boolean => verdicts(named.get(name)).every((v) => v === 'holds');
    const [good, bad] = [namesIn(column('holds', 'after')), namesIn(column('violated', 'before'))];
    expect(good.filter((name) => !holds(name))).toEqual([]);
    expect(bad.filter(holds)).toEqual([]);
  });

  test('says of bugs which invariant breaks, and where armv8 alone shows it', () => {
    const said = [...column('before').matchAll(/((?:`[^`]+`(?:, )?)+): (\w+)(, armv8 only)?/g)];
    expect(said.length).toBeGreaterThanOrEqual(25);
    for (const [text, variants = '', what, only] of said)
      for (const name of namesIn(variants)) {
        const { expect: expected } = named.get(name)!;
        const wrong = Object.keys(expected).filter((model) => expected[model]?.kind !== 'holds');
        expect(verdicts(named.get(name)), text).toContain(what);
        expect(wrong.join() === 'armv8' && Object.keys(expected).length === 3, text).toBe(only !== undefined);
      }
  });

  test('has every property, by variants that put it to the test and by such that break it', () => {
    const s = upTo(15).map((n) => `S${n}`);
    const tested = new Map(rowsIn(readme).map((r) => [`${r.spec}/${r.variant}`, r.properties.split(' ')]));
    const broken = new Map(all.map((v) => [`${v.spec.name}/${v.variant.name}`, brokenBy(v)]));
    expect(numbered('property')).toEqual([...s, 'L1', 'L2', 'L3']);
    for (const row of rows.filter((r) => r.property !== undefined)) {
      const property = row.property?.split(' ')[0];
      const [good, bad] = [namesIn(row.holds ?? ''), namesIn(row.violated ?? '')];
      expect(good.length * bad.length, property).toBeGreaterThan(0);
      for (const name of good) expect(tested.get(name), name).toContain(property);
      for (const name of bad) expect(broken.get(name), name).toContain(property);
    }
  });

  test('has every bug, before and after', () => {
    const [first, later] = [upTo(17), [20, 21, 22, 23, 24, 26, 28, 33, 34, 35].map(String)];
    expect(numbered('bug')).toEqual([...first, ...later]);
    for (const row of rows.filter((r) => r.bug !== undefined)) {
      expect(namesIn(row.before ?? ''), row.bug).not.toEqual([]);
      expect(namesIn(row.after ?? ''), row.bug).not.toEqual([]);
    }
  });

  test('answers every question and meets every point', () => {
    const questions = byHand.slice(byHand.indexOf('## Questions')).matchAll(/^(\d)\. \*\*.*?\?\*\*/gm);
    expect([...questions].map(([, n]) => n)).toEqual(upTo(8));
    expect(numbered('point')).toEqual(upTo(20));
  });

  test('links to files that are there, and to traces that are made', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
    const traces = all.flatMap(({ spec, variant }) =>
      Object.entries(variant.expect)
        .filter(([, expected]) => expected.kind !== 'holds')
        .map(([model, expected]) => `../results/${traceFile({ spec, variant, model, expected })}.txt`),
    );
    const missing = links.filter((target) => !traces.includes(target) && !existsSync(join(here, target)));
    expect(links.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });
});

describe('npm run table', () => {
  const variant: Variant = {
    name: 'a | b',
    about: 'rcu_read_lock() || __free_page()',
    expect: { sc: { kind: 'holds' }, armv8: { kind: 'violated', by: 'atsFence' } },
    build: () => ({
      name: 'toy',
      components: [],
      agents: [],
      statements: [],
      columns: [],
      stuck: () => null,
      invariants: [{ name: 'atsFence', broken: () => null }],
      witnesses: [],
    }),
  };
  const toy: Spec = { name: 'toy', title: 'a toy', source: 'nothing', variants: [variant] };
  const marked = '<!-- `npm run table` writes what follows -->\n<!-- until here -->\n';
  const runs = (states: number, exitCode = 0) => {
    const effort = { states, transitions: 0, depth: 0, values: {} };
    const how = { about: '', search: 'bfs', maxStates: null };
    const run = { variant: variant.name, ...how, verdict: { kind: 'holds' }, effort, exitCode };
    const both = Object.entries(variant.expect).map(([model, expected]) => ({ ...run, model, expected }));
    return JSON.stringify({ schema: 1, heddle: '0.1.0', spec: 'toy', title: '', source: '', runs: both });
  };
  const junit = (states: number) =>
    `<testcase classname="toy" name="a | b (armv8)" time="1.234">\n<properties>\n<property name="states" value="${states}"/>`;
  const row = (results: string, times = '', before = marked): Row | undefined =>
    rowsIn(withTables({ specs: [toy], results: () => results, junit: times, readme: before })).at(-1);

  test('says that a variant was not run yet', () => {
    expect(row('')).toMatchObject({ found: 'not run yet', states: '', time: '' });
  });

  test('shows what was found of the last model, and whether each was as expected', () => {
    const expected = 'holds (sc); violated: atsFence (armv8)';
    expect(row(runs(1234), junit(1234))).toEqual({
      spec: 'toy',
      variant: 'a | b',
      about: 'rcu_read_lock() \\|\\| \\_\\_free_page()',
      properties: 'S6',
      expected,
      found: 'as expected',
      states: '1,234',
      time: '1.2 s',
    });
    expect(row(runs(7, 14))?.found).toBe('**holds** (sc), **holds** (armv8)');
  });

  test('takes the time of the same run, or leaves what it says of as many states', () => {
    expect(row(runs(7), junit(8))?.time).toBe('');
    const before = withTables({ specs: [toy], results: () => runs(7), junit: junit(7), readme: marked });
    expect(row(runs(7), '', before)?.time).toBe('1.2 s');
    expect(row(runs(8), '', before)?.time).toBe('');
  });

  test('reads the names of junit.xml as they were written, and rounds', () => {
    const written = junit(5).replaceAll('a | b', '&#62; &#38; b');
    expect([...timesIn(written)]).toEqual([['toy/> & b (armv8)/5', 1.234]]);
    expect([0.004, 0.05, 0.96, 9.96, 12.4].map(roughly)).toEqual([
      '< 0.1 s',
      '0.1 s',
      '1.0 s',
      '10 s',
      '12 s',
    ]);
  });
});
