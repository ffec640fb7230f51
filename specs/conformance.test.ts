import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runConformance } from '../model/litmus/conformance.ts';
import { exploreOracle } from '../model/memory/oracle/explore.ts';

const root = fileURLToPath(new URL('../../shared/litmus', import.meta.url));

test.skipIf(!existsSync(root))(
  'the oracle agrees with herd7 on a sample (skipped without ../shared/litmus)',
  () => {
    const under = ['aarch64/generated', 'aarch64/catalogue', 'aarch64/views'];
    const result = runConformance(exploreOracle, { root, under, maxStates: 50_000, sample: 120 });
    expect(result.disagreed).toEqual([]);
    expect(result.incomplete).toEqual([]);
    expect(result.agreed).toBeGreaterThan(110);
  },
);
