import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

test('what stays is the block, and not a walk or a page', () => {
  expect(outcomeOf(spec, 'before 6833b8f2e199', 'armv8').verdict).toMatchObject({
    why: 'SMMU may still translate page 0 of stream 0 (VMID 1) to block0, which was freed',
  });
});
