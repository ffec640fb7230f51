import { expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import type { Verdict } from '../checker/outcome.ts';
import type { Spec } from '../checker/spec.ts';
import { spec as arrayOps } from './array-ops/index.ts';
import { spec as iovaToPhys } from './iova-to-phys/index.ts';
import { overtakes, readsStale } from './reorder.ts';
import { unmapVsAttach as systemFor, spec as unmapVsAttach } from './unmap-vs-attach/index.ts';
import { small } from './unmap-vs-attach/scenario.ts';

const claimsOf = (spec: Spec, variant: string, model = 'armv8') =>
  spec.variants.find(({ name }) => name === variant)!.build(model).mustReorder ?? [];

test('the claims about reorderings are made under armv8 alone', () => {
  expect(claimsOf(unmapVsAttach, 'v7.1').map(({ name }) => name)).toEqual([
    'an unmap reads the array that another one has replaced',
  ]);
  expect(claimsOf(unmapVsAttach, 'v7.1', 'tso')).toEqual([]);
  expect(claimsOf(iovaToPhys, 'beside a map')).toHaveLength(2);
  expect(claimsOf(arrayOps, 'detach')).toHaveLength(1);
});

/** The verdict on the flagship's system, held to the claims of one of its variants. */
function heldTo(variant: string, change: Partial<typeof small>): Verdict {
  const system = systemFor('armv8', { ...small, ...change });
  return checkNow({ ...system, mustReorder: claimsOf(unmapVsAttach, variant) }, { search: 'bfs' }).verdict;
}

test('with the barrier the words of the STE stay behind the array, and the claim about them is vacuous', () => {
  expect(heldTo('no barrier on CPU1, STE all zero', { oldSte: 'all zero' })).toEqual({
    kind: 'vacuous',
    reasons: ['The reordering "a word of the STE is written before the array is published" never occurred.'],
  });
});

test('where nobody attaches, no unmap reads an old array', () => {
  const verdict = heldTo('v7.1', { reorder: () => [] });
  expect(verdict).toMatchObject({ kind: 'vacuous' });
  expect(verdict.kind === 'vacuous' && verdict.reasons).toContain(
    'The reordering "an unmap reads the array that another one has replaced" never occurred.',
  );
});

test('an access overtakes another whichever of the two says so', () => {
  const it = overtakes('b before a', { fn: 'f', text: 'b' }, { fn: 'g', text: 'a' });
  const says = (kind: 'early' | 'late' | 'stale', statement: string, fn: string, other: string) =>
    it.is({ kind, statement, fn, other });
  expect(says('early', 'CPU0: f(): b = 1', 'g', 'a = 1')).toBe(true);
  expect(says('late', 'CPU0: g(): a = 1', 'f', 'b = 1')).toBe(true);
  expect(says('late', 'CPU0: f(): b = 1', 'g', 'a = 1')).toBe(false);
  expect(says('early', 'CPU0: g(): a = 1', 'f', 'b = 1')).toBe(false);
  expect(says('stale', 'CPU0: f(): b = 1', 'g', 'a = 1')).toBe(false);
  const stale = readsStale('old', { fn: 'f', text: 'READ_ONCE(x)' });
  expect(stale.is({ kind: 'stale', statement: 'CPU1: f(): READ_ONCE(x)', other: '' })).toBe(true);
  expect(stale.is({ kind: 'early', statement: 'CPU1: f(): READ_ONCE(x)', other: '' })).toBe(false);
  expect(stale.is({ kind: 'stale', statement: 'CPU1: g(): READ_ONCE(x)', other: '' })).toBe(false);
});
