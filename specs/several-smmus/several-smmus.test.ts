import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

const lastWords = (variant: string): string => {
  const { verdict } = outcomeOf(spec, variant, 'armv8');
  if (verdict.kind !== 'violated') throw new Error(`${variant}: ${verdict.kind}`);
  return verdict.why;
};

test('each wrong order of renumbering misses the tag that it should miss', () => {
  expect(lastWords('renumbering at once')).toContain('stream 0 (VMID 1)');
  expect(lastWords('renumbering, STE first')).toContain('stream 0 (VMID 2)');
  expect(lastWords('renumbering without a flush')).toContain('stream 1 (VMID 1)');
});

test('who waits for the last SMMU only may be too early for the first', () => {
  expect(lastWords('wait for the last')).toMatch(/^SMMU0 /);
});
