import { expect, test } from 'vitest';
import { traceText } from '../../checker/report/trace-text.ts';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

test('the cycle of v9 is the loop at the entry that clears stage 1, and nothing else', () => {
  const { verdict } = outcomeOf(spec, 'v9, everything', 'armv8');
  if (verdict.kind !== 'endless') throw new Error(verdict.kind);
  const { steps, repeats } = verdict.trace;
  expect(steps).toHaveLength(repeats! + 1);
  expect(steps.at(-1)!.lines.map(({ text }) => text)).toEqual([
    'invs->inv[cur].type == 2',
    'invs->inv[cur].smmu == &smmu0',
  ]);
  expect(verdict.why).toBe('No end can be reached any more: CPU0 goes round the last step for ever.');
});

test('it is entered after stage 2 was invalidated and waited for', () => {
  const { verdict } = outcomeOf(spec, 'v9, everything', 'armv8');
  const text = 'trace' in verdict ? traceText(verdict.trace, []) : '';
  expect(text.indexOf('SMMU0 completes CMD_SYNC')).toBeGreaterThan(0);
  expect(text.indexOf('repeats for ever:')).toBeGreaterThan(text.indexOf('SMMU0 completes CMD_SYNC'));
});
