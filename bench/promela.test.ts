import { expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import { installed, withVerifiers } from './peer.ts';
import { promela } from './promela.ts';
import { referenceModel, type Size } from './reference-model.ts';
import { spin } from './spin.ts';

const proctypes = (text: string) => [...text.matchAll(/proctype (\w+)/g)].map(([, name]) => name);

test('each CPU, SMMU and store buffer is a process of its own', () => {
  expect(proctypes(promela({ k: 2, p: 1, m: 3 }))).toEqual([
    'cpu0',
    'cpu1',
    'attacher',
    'smmu0',
    'smmu1',
    'smmu2',
  ]);
  expect(proctypes(promela({ k: 1, p: 1, m: 1, tso: true }))).toEqual([
    'cpu0',
    'attacher',
    'smmu0',
    'drain0',
    'drain1',
  ]);
});

test('the first line says the parameters and the switches that are on', () => {
  const [first] = promela({ k: 2, p: 3, m: 2, tso: true, nobar: true }).split('\n');
  expect(first).toBe('/* Unmap against attach: K=2 P=3 M=2 TSO=1 NOBAR=1 */');
});

test('every page starts mapped, and a command queue holds two commands of each CPU', () => {
  const text = promela({ k: 2, p: 3, m: 2 });
  expect(text).toContain('byte pte = 63;');
  expect(text).toContain('chan commands1 = [4] of { byte };');
  expect(promela({ k: 3, p: 3, m: 1 })).toContain('short pte = 511;');
  expect(promela({ k: 4, p: 4, m: 1 })).toContain('int pte = 65535;');
});

test('more pages than a mask has bits are refused', () => {
  expect(() => promela({ k: 4, p: 8, m: 1 })).toThrow('32 pages; masks hold 31');
});

/** Where the version is read, and where the PTE of page 0 is cleared. */
const order = (size: Size): boolean => {
  const text = promela(size);
  return text.indexOf('seen = version') < text.indexOf('pte = pte & ~1');
};

test('the switches change the order of two steps or leave out a guard', () => {
  expect(order({ k: 1, p: 1, m: 2 })).toBe(false);
  expect(order({ k: 1, p: 1, m: 2, wrongU: true })).toBe(true);
  const attach = (text: string) => text.slice(text.indexOf('attacher'), text.indexOf('smmu0()'));
  const isSteFirst = (text: string) => text.indexOf('ste1 = 1') < text.indexOf('version = 1');
  expect(isSteFirst(attach(promela({ k: 1, p: 1, m: 2 })))).toBe(false);
  expect(isSteFirst(attach(promela({ k: 1, p: 1, m: 2, wrongA: true })))).toBe(true);
  const barrier = 'empty(buffer0) -> seen = version';
  expect(promela({ k: 1, p: 1, m: 2, tso: true })).toContain(barrier);
  expect(promela({ k: 1, p: 1, m: 2, tso: true, nobar: true })).not.toContain(barrier);
});

const isAbsent = installed([spin]).length === 0;
const run = (size: Size) => withVerifiers([spin], size, 1e5, ([verifier]) => verifier!.run());
const sizes: readonly Size[] = [
  { k: 2, p: 1, m: 2 },
  { k: 1, p: 2, m: 3 },
  { k: 2, p: 1, m: 2, tso: true },
];

test.skipIf(isAbsent).each(sizes)(
  'SPIN has as many states as heddle at %o',
  (size) => {
    const { states, transitions } = checkNow(referenceModel(size), { search: 'bfs' }).effort;
    // SPIN counts the entry into the initial state as a transition.
    expect(run(size)).toMatchObject({
      holds: true,
      states,
      transitions: transitions + 1,
    });
  },
  60_000,
);

test.skipIf(isAbsent)(
  'SPIN finds the missing barrier bad',
  () => {
    const found = run({ k: 1, p: 2, m: 2, tso: true, nobar: true });
    expect(found).toMatchObject({ holds: false, why: expect.stringContaining('assertion violated') });
  },
  60_000,
);
