import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

const lastWords = (variant: string): string => {
  const { verdict } = outcomeOf(spec, variant, 'sc');
  if (verdict.kind !== 'violated') throw new Error(`${variant}: ${verdict.kind}`);
  return verdict.why;
};

test('what a dropped or early ATC_INV leaves is in the ATC', () => {
  for (const variant of ['one command refused', 'VMM batches across CMD_SYNC, the page'])
    expect(lastWords(variant)).toMatch(/^SMMU0 .* \(by the ATC\) to page0, which the guest has given/);
});

test("the second device's translations are under the other VMID", () => {
  expect(lastWords('two devices, a VMID each')).toMatch(/of stream 5 \(ASID 1, VMID 2\) to page0/);
});

test("a guest that changes its command reaches the host's own world", () => {
  expect(lastWords('kernel parses the queue, reads twice')).toBe(
    'SMMU0 is told TLBI_EL2_ALL for a guest that has VMID 1 and SID 4, 5',
  );
});
