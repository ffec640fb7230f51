import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conformance, corpus } from './conformance.ts';

/** Folder, machine, model, tests, and how many of them can be answered at least. */
const samples = [
  ['aarch64/generated', 'oracle', 'armv8', 60, 60],
  ['aarch64/catalogue', 'oracle', 'armv8', 40, 38],
  ['aarch64/generated', 'lag', 'armv8', 80, 80],
  ['aarch64/catalogue', 'lag', 'armv8', 60, 57],
  ['aarch64/views', 'lag', 'armv8', 3, 3],
  ['c/kernel', 'lag', 'armv8', 48, 48],
  ['c/generated', 'lag', 'armv8', 60, 60],
  ['c/collected', 'lag', 'armv8', 60, 57],
  // Bounds only: what herd7 forbids under a weaker model.
  ['aarch64/generated', 'lag', 'sc', 50, 50],
  ['c/kernel', 'lag', 'sc', 48, 48],
  ['c/kernel', 'lag', 'tso', 48, 48],
] as const;

test.skipIf(!existsSync(corpus)).each(samples)(
  '%s on the machine %s under %s agrees with herd7 on a sample (skipped without ../shared/litmus)',
  async (folder, machine, model, sample, answered) => {
    const { examined, disagreed, text } = await conformance({ folder, machine, model, jobs: 1, sample });
    expect(disagreed, text).toEqual([]);
    expect(examined.filter(({ report }) => report.kind === 'answered').length).toBeGreaterThanOrEqual(
      answered,
    );
  },
  20_000,
);
