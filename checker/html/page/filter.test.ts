import { expect, test } from 'vitest';
import type { WrittenRun } from '../../report/json.ts';
import type { PageData, PageVariant } from '../data.ts';
import { modelsOf, shownSpecs } from './filter.ts';
import { type Choice, everything } from './route.ts';

const run = (variant: string, model: string, kind: 'holds' | 'violated', exitCode = 0): WrittenRun => ({
  variant,
  about: `about ${variant}`,
  model,
  search: 'bfs',
  maxStates: null,
  expected: { kind: 'holds' },
  verdict: kind === 'holds' ? { kind } : { kind, invariant: 'noStale', why: 'so', trace: 'traces/x.json' },
  exitCode,
});

const variant = (name: string, ...runs: readonly WrittenRun[]): PageVariant => ({
  name,
  id: name,
  about: `about ${name}`,
  runs,
});

const data: PageData = {
  heddle: '0',
  matrices: [],
  traces: [],
  specs: [
    {
      name: 'unmap',
      title: 'races',
      source: '',
      variants: [
        variant('v9', run('v9', 'armv8', 'holds')),
        variant('bare', run('bare', 'sc', 'holds'), run('bare', 'armv8', 'violated')),
      ],
    },
    {
      name: 'queue',
      title: 'locks',
      source: '',
      variants: [
        variant('plain', run('plain', 'sc', 'holds')),
        variant('odd', run('odd', 'sc', 'violated', 12)),
      ],
    },
  ],
};

/** The jobs that are shown, in order. */
const shown = (choice: Partial<Choice>) =>
  shownSpecs(data, { ...everything, ...choice }).flatMap(({ spec, variants }) =>
    variants.flatMap((it) => [...it.runs].map(({ model }) => `${spec.name}/${it.variant.name} ${model}`)),
  );

test('everything is shown in its order', () => {
  expect(shown({})).toEqual([
    'unmap/v9 armv8',
    'unmap/bare sc',
    'unmap/bare armv8',
    'queue/plain sc',
    'queue/odd sc',
  ]);
});

test('every word must occur somewhere in what is said of a job, whatever its case', () => {
  expect(shown({ words: 'ARMV8' })).toEqual(['unmap/v9 armv8', 'unmap/bare armv8']);
  expect(shown({ words: 'armv8 nostale' })).toEqual(['unmap/bare armv8']);
  expect(shown({ words: 'races bare holds' })).toEqual(['unmap/bare sc']);
  expect(shown({ words: 'unexpected' })).toEqual(['queue/odd sc']);
  expect(shown({ words: 'nowhere' })).toEqual([]);
});

test('a model or a kind of verdict may be asked for', () => {
  expect(shown({ model: 'armv8', kind: 'violated' })).toEqual(['unmap/bare armv8']);
  expect(shown({ kind: 'unexpected' })).toEqual(['queue/odd sc']);
});

test('what was not expected comes first on request: specs, and variants within them', () => {
  expect(shown({ unexpectedFirst: true })).toEqual([
    'queue/odd sc',
    'queue/plain sc',
    'unmap/v9 armv8',
    'unmap/bare sc',
    'unmap/bare armv8',
  ]);
});

test('memory models stand in the order of the variant with the most', () => {
  expect(modelsOf(data)).toEqual(['sc', 'armv8']);
});
