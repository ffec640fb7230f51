import { expect, test } from 'vitest';
import { traceText } from '../../checker/report/trace-text.ts';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

test('with a fair lock the writer waits for the reader that is interrupted, and the interrupt for the writer', () => {
  const { verdict } = outcomeOf(spec, 'v9, fair rwlock', 'armv8');
  if (verdict.kind !== 'deadlock') throw new Error(verdict.kind);
  expect(verdict.why).toMatch(
    /CPU0, interrupted in __arm_smmu_domain_inv_range\(\), waits in fair_read_lock\(\): .*; CPU1 waits in fair_write_lock\(\)/,
  );
  const text = traceText(verdict.trace, []);
  expect(text.indexOf('<Interrupt>')).toBeGreaterThan(text.indexOf('fair_read_lock():'));
});

test('on the queued lock both ways of a reader in an interrupt are taken: at once, and past a waiting writer', () => {
  const { covered, witnessesReached } = outcomeOf(spec, 'v9', 'sc');
  const slow = covered.filter((id) => id.includes('queued_read_lock_slowpath'));
  expect(slow.some((id) => id.includes('atomic_cond_read_acquire'))).toBe(true);
  expect(witnessesReached).toContain('a writer waits while there is a reader');
});
