/** Why Armv8 forbids what the kernel's memory model allows: the properties of Armv8 without any one of which it would
 *  allow it, too. */
import { readFileSync } from 'node:fs';
import { armv8Properties, withoutAll } from '../../model/litmus/armv8-only.ts';
import { type LitmusTest, litmusTest } from '../../model/litmus/litmus-test.ts';
import { judge, type Limits, type Observation, outcomesOf } from '../../model/litmus/outcomes.ts';
import type { Variant } from '../../model/litmus/rewrite.ts';
import type { Answer } from '../../model/litmus/verdicts.ts';
import { exploreLag } from '../lag-runner.ts';

/** Machines without a property have more to explore. */
const LIMITS: Limits = { maxStates: 300_000, maxSeconds: 10 };

/** Our machine without other-multi-copy atomicity is still stronger than the kernel's model: its weak fences wait
 *  until a store has reached every CPU, and nobody can skip a store that was overwritten. */
const BY_ELIMINATION =
  'of how stores reach other CPUs, by elimination: nothing tried that one CPU alone orders is the reason';

/** `herd`: what the weaker model answers. */
export function whyStronger(path: string, herd: readonly Answer[]): string {
  const test = litmusTest(readFileSync(path, 'utf8'));
  const needed = armv8Properties.filter((p) => allows(test, p.without(test.scenario), herd));
  if (needed.length > 0) return needed.map(({ name }) => name).join(', and ');
  return allows(test, withoutAll(test.scenario), herd) ? 'of several properties together' : BY_ELIMINATION;
}

/** Whether the variants together have what the weaker model has. */
function allows(test: LitmusTest, variants: readonly Variant[] | null, herd: readonly Answer[]): boolean {
  if (variants === null) return false;
  const answer = answerOf(test, variants);
  return herd.some((h) => covers(answer, h));
}

function answerOf(test: LitmusTest, variants: readonly Variant[]): Answer {
  const observations = new Set<Observation>();
  const outcomes = new Set<string>();
  for (const { scenario, passes } of variants) {
    const variant = { ...test, scenario };
    const finals = exploreLag(scenario, LIMITS).finals.filter(passes);
    if (finals.length === 0) continue;
    observations.add(judge(variant, finals));
    for (const outcome of outcomesOf(variant, finals)) outcomes.add(outcome);
  }
  const [only = 'Never'] = observations;
  return { observation: observations.size > 1 ? 'Sometimes' : only, outcomes: outcomes.size };
}

const covers = (ours: Answer, herd: Answer): boolean =>
  ours.outcomes >= herd.outcomes &&
  (ours.observation === 'Sometimes' || ours.observation === herd.observation);
