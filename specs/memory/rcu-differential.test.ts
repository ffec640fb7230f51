/** RCU on the machine that checks drivers, which tells views as counts of stores, against the list machine, which has
 *  time for it (semantics.md 2): every interleaving, and unseen steps late. Seeded: a failure prints the program. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { litmusTest } from '../../model/litmus/litmus-test.ts';
import type { FinalState } from '../../model/litmus/outcomes.ts';
import { describeScenario, randomScenario } from '../../model/litmus/random-programs.ts';
import type { Scenario } from '../../model/machine.ts';
import { exploreOracle } from '../../model/memory/oracle/explore.ts';
import { corpus } from '../conformance.ts';
import { exploreLag, exploreLagInFull } from '../lag-runner.ts';
import { litmusFiles } from '../litmus/files.ts';

const outcomes = (finals: readonly FinalState[]): readonly string[] =>
  finals.map((f) => JSON.stringify(f)).sort();

/** Compares the machines unless the list machine has more states; whether it has not. */
function agrees(scenario: Scenario, maxStates: number, what: string): boolean {
  const { finals, complete } = exploreOracle(scenario, { maxStates });
  if (!complete) return false;
  const expected = outcomes(finals);
  for (const explore of [exploreLag, exploreLagInFull])
    expect(outcomes(explore(scenario, { maxStates: 20_000 }).finals), what).toEqual(expected);
  return true;
}

/** `through`: of `numRuns`, so many are small enough to be compared; `outcomes` of them together. */
const samples = [
  { model: 'armv8', maxThreads: 2, maxPieces: 2, numRuns: 40, through: 31, seed: 41 },
  { model: 'armv8', maxThreads: 3, maxPieces: 1, numRuns: 25, through: 13, seed: 42 },
  { model: 'armv8', maxThreads: 4, maxPieces: 1, numRuns: 15, through: 8, seed: 43 },
  { model: 'tso', maxThreads: 2, maxPieces: 2, numRuns: 15, through: 15, seed: 44 },
  { model: 'sc', maxThreads: 3, maxPieces: 1, numRuns: 15, through: 12, seed: 45 },
] as const;

for (const { numRuns, through, seed, ...shape } of samples) {
  const size = `${shape.maxThreads} threads of ${shape.maxPieces} pieces under ${shape.model}`;
  test(`with grace periods, outcomes are those of the list machine: ${size}`, { timeout: 30_000 }, () => {
    const programs = fc.sample(randomScenario({ ...shape, rcu: true }), { numRuns, seed });
    expect(programs.filter((s) => agrees(s, 400, describeScenario(s)))).toHaveLength(through);
  });
}

test('every random program waits for a grace period, and has a section that another thread may wait for', () => {
  for (const { programs } of fc.sample(randomScenario({ rcu: true }), { numRuns: 100, seed: 46 })) {
    const has = (what: string): readonly number[] =>
      programs.flatMap(({ code }, thread) =>
        code.some((i) => i.op === 'rcu' && i.what === what) ? [thread] : [],
      );
    expect(has('synchronize').some((thread) => has('lock').some((other) => other !== thread))).toBe(true);
    expect(has('unlock')).toEqual(has('lock'));
  }
});

const folder = fileURLToPath(new URL('../litmus/', import.meta.url));
const classics = readdirSync(folder).filter((name) => /^RCU.*\.litmus$/.test(name));

test('the classics of RCU have the outcomes that they have on the list machine', { timeout: 30_000 }, () => {
  const scenarios = classics.map((file) => litmusTest(readFileSync(join(folder, file), 'utf8')).scenario);
  expect(scenarios.filter((scenario, n) => agrees(scenario, 3_000, classics[n]!))).toHaveLength(13);
});

test.skipIf(!existsSync(corpus))(
  "so do tests of herd7's corpus (skipped without ../shared/litmus)",
  { timeout: 30_000 },
  () => {
    const texts = litmusFiles([join(corpus, 'c/kernel'), join(corpus, 'c/generated')])
      .map((file) => readFileSync(file, 'utf8'))
      .filter((text) => text.includes('synchronize_'));
    const sample = texts.filter((_, n) => n % 8 === 0);
    const through = sample.filter((text) => agrees(litmusTest(text).scenario, 500, text));
    expect(through.length).toBeGreaterThan(sample.length / 2);
  },
);
