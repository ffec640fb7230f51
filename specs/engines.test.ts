import { expect, test } from 'vitest';
import { allJobs, compare } from './engines.ts';

/** Evenly spread; a prime, so that all memory models take part. */
const EVERY = 23;
/** Takes half a minute. */
const slow = 'cmdq/full queue, MSI (armv8)';
const sample = allJobs()
  .filter((_, i) => i % EVERY === 7)
  .filter(({ name }) => name !== slow);

test('the sample has several specs, and jobs that hold as well as others', () => {
  expect(new Set(sample.map(({ name }) => name.split('/')[0])).size).toBeGreaterThan(10);
});

// All jobs: npx tsx specs/engines.ts.
test.each(sample)('both engines find the same: $name', async ({ build }) => {
  // Next to nothing is looked at one by one.
  const { explicit, symbolic, result } = await compare(build, { seconds: 60, pilot: 20 });
  expect(symbolic.found).toBe(explicit.found);
  expect(result).toBe('agree');
});
