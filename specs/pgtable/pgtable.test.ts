import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

const lastWords = (variant: string): string => {
  const { verdict } = outcomeOf(spec, variant, 'armv8');
  if (verdict.kind !== 'violated') throw new Error(`${variant}: ${verdict.kind}`);
  return verdict.why;
};

test('a table that is installed before it is zeroed lends the SMMU what its page held before', () => {
  expect(lastWords('no dma_wmb before install')).toMatch(/to old_page, which was freed$/);
});

test('what a table is freed under is a walk, also where the pages are invalidated later', () => {
  for (const variant of ['no flush_walk', 'leaf-only flush_walk', 'flush queue, no flush_walk'])
    expect(lastWords(variant)).toMatch(/may still walk ptes for stream 0, which was freed$/);
});

test('a mapping that a second table took away is missed by a walk, not by a CPU', () => {
  expect(lastWords('no cmpxchg')).toMatch(/a walk that starts now faults instead of page[01]$/);
});

test('the CPU that maps in a range that is being unmapped is the one that uses the freed table', () => {
  expect(lastWords('overlap')).toMatch(/^use-after-free on CPU1 in arm_lpae_init_pte\(\)/);
});
