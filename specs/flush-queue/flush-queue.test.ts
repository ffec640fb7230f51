import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec, { except: ['full ring (armv8)'] });

test('nothing is left for a reordering under sc: the barrier in queue_iova() changes no state count there', () => {
  const states = (variant: string): number => outcomeOf(spec, variant, 'sc').effort.states;
  expect(states('no smp_mb')).toBe(states('timer'));
  expect(states('smp_wmb')).toBe(states('timer'));
});

test('the page stays mapped for the device, not the IOVA for its next owner', () => {
  expect(outcomeOf(spec, 'no smp_mb', 'armv8').verdict).toMatchObject({
    why: 'page 0 may be mapped to something else, but stream 0 may still use its translation to page0',
  });
});
