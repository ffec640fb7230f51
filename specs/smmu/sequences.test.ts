/** Each sequence by the may-sets and by the explicit walker, against the verdict derived by hand. */
import { describe, expect, test } from 'vitest';
import type { Scenario, SmmuDecl } from '../../model/machine.ts';
import { maySet } from '../../model/smmu/may-set.ts';
import { type Options, walkerOracle } from '../../model/smmu/walker-oracle.ts';
import { checkSequence, fixedStreams, verdictOf } from './sequence.ts';
import { sequences } from './sequences.ts';

const walker =
  (options: Options = {}) =>
  (decl: SmmuDecl, scenario: Scenario) =>
    walkerOracle({ ...options, fixed: fixedStreams(decl, scenario) });

describe.each(sequences)('$name: $expect, since $why', (s) => {
  test.each(['sc', 'tso', 'armv8'] as const)('by the may-sets under %s', (model) => {
    expect(verdictOf(checkSequence(s, model, () => maySet))).toBe(s.expect);
  });

  test('by the explicit walker', () => {
    expect(verdictOf(checkSequence(s, 'sc', walker()))).toBe(s.expect);
  });
});

describe('evictions change no verdict', () => {
  const some = sequences.filter(({ name }) => name.startsWith('unlink, TLBI'));
  test.each(some)('$name', (s) => {
    expect(verdictOf(checkSequence(s, 'sc', walker({ evictions: true })))).toBe(s.expect);
  });
});

// The start, and after it: the PTE is cleared, the queue slot is written, the list is published, the TLBI is
// consumed, the SYNC completes, the CPU sees it, the page is freed. One way, since the CPU has nothing to do meanwhile.
test('the textbook unmap has 8 states with a may-set', () => {
  const { effort } = checkSequence(sequences[0]!, 'sc', () => maySet);
  expect(effort).toMatchObject({ states: 8, transitions: 7 });
});
