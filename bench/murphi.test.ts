import { expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import { murphi } from './murphi.ts';
import { installed, withVerifiers } from './peer.ts';
import { referenceModel, type Size } from './reference-model.ts';
import { parseRumur, rumur } from './rumur.ts';

test('the first line says the parameters and the switches that are on', () => {
  const [first] = murphi({ k: 2, p: 3, m: 2, tso: true, nobar: true }).split('\n');
  expect(first).toBe('-- Unmap against attach: K=2 P=3 M=2 TSO=1 NOBAR=1');
});

test('types have room for what they hold, and no more', () => {
  const text = murphi({ k: 2, p: 3, m: 2, tso: true });
  // 6 pages; SYNC of 2 CPUs; 2 versions and 2 STEs; 2 commands of each CPU; a buffer of each CPU.
  for (const type of ['page: 0..5', 'command: 0..7', 'store: 0..9', 'slot: 0..3', 'buffered: 0..2'])
    expect(text).toContain(`  ${type};`);
});

test('without store buffers there are none, and with one SMMU nobody attaches', () => {
  expect(murphi({ k: 2, p: 1, m: 2 })).not.toMatch(/buffer\[|"drain"/);
  expect(murphi({ k: 2, p: 1, m: 2, tso: true })).toMatch(/buffer\[.*"drain"/s);
  expect(murphi({ k: 2, p: 1, m: 1 })).not.toContain('publish');
});

test('the switches change the order of two steps or leave out a guard', () => {
  const readAt = (size: Size) => /"read the version" pc\[k\] = (\d) & (.*) ==>/.exec(murphi(size))?.slice(1);
  expect(readAt({ k: 1, p: 1, m: 2 })).toEqual(['1', 'true']);
  expect(readAt({ k: 1, p: 1, m: 2, wrongU: true })).toEqual(['0', 'true']);
  expect(readAt({ k: 1, p: 1, m: 2, tso: true })).toEqual(['1', 'waiting[k] = 0']);
  expect(readAt({ k: 1, p: 1, m: 2, tso: true, nobar: true })).toEqual(['1', 'true']);
  const publishAt = (size: Size) => /"publish the version" .* % 2 = (\d)/.exec(murphi(size))?.[1];
  expect([publishAt({ k: 1, p: 1, m: 2 }), publishAt({ k: 1, p: 1, m: 2, wrongA: true })]).toEqual([
    '0',
    '1',
  ]);
});

const summary = (status: string) =>
  `Rule "walk", g: 0, m: 1 fired.\nStatus:\n\n\t${status}\n\nState Space Explored:\n\n\t17020 states, 68443 rules fired in 0s.\n`;

test('the summary of a verifier is read: counts, verdict, steps', () => {
  expect(parseRumur(summary('No error found.'))).toMatchObject({
    states: 17_020,
    transitions: 68_443,
    holds: true,
    steps: null,
  });
  const found = `The following is the error trace:\n\n\tinvariant "no stale entry" failed\n\nStartstate 1 fired.\n`;
  expect(parseRumur(`${found}${summary('1 error(s) found.')}`)).toMatchObject({
    holds: false,
    why: 'invariant "no stale entry" failed',
    steps: 1,
  });
});

test('a summary without a count is refused with its text', () => {
  expect(() => parseRumur('out of memory')).toThrow('out of memory');
});

const isAbsent = installed([rumur]).length === 0;
const run = (size: Size) => withVerifiers([rumur], size, 1e5, ([verifier]) => verifier!.run());

test.skipIf(isAbsent).each<Size>([
  { k: 1, p: 2, m: 3 },
  { k: 2, p: 1, m: 2, tso: true },
])(
  'Rumur has as many states and transitions as heddle at %o',
  (size) => {
    const { states, transitions } = checkNow(referenceModel(size), { search: 'bfs' }).effort;
    expect(run(size)).toMatchObject({ holds: true, states, transitions });
  },
  60_000,
);

test.skipIf(isAbsent)(
  'Rumur finds the missing barrier bad, in as many steps as heddle',
  () => {
    const size = { k: 1, p: 2, m: 2, tso: true, nobar: true };
    const { verdict } = checkNow(referenceModel(size), { search: 'bfs' });
    const steps = verdict.kind === 'violated' ? verdict.trace.steps.length : null;
    expect(run(size)).toMatchObject({ holds: false, steps, why: 'invariant "no stale entry" failed' });
  },
  60_000,
);
