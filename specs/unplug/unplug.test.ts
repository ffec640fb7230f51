import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec, {
  except: [
    'synchronize_rcu (armv8)',
    'synchronize_rcu too early (armv8)',
    'synchronize_rcu, no rcu_read_lock (armv8)',
    'array replaced (armv8)',
  ],
});

test('what reaches the SMMU too late is the TLBI of the unmap', () => {
  for (const [variant, smmu] of [
    ['v7.1', 'SMMU1'],
    ['array replaced', 'SMMU0'],
    ['one SMMU', 'SMMU0'],
  ] as const)
    expect(outcomeOf(spec, variant, 'sc').verdict).toMatchObject({
      why: `${smmu} is switched off, and TLBI_S2_IPA(VMID 1, page 0) is in its queue`,
    });
});
