/** Why a run could come to its end: sentences that follow from its states, each by itself, for whoever reads its trace. */
import type { History } from '../contract.ts';
import type { Property } from '../property/properties.ts';
import { maySet } from '../smmu/may-set.ts';
import type { Machine } from '../system.ts';
import { cachedStory } from './cached.ts';
import { commandStory } from './commanded.ts';
import { memoryStory } from './freed.ts';
import { Past } from './past.ts';
import { stuckStory } from './stuck.ts';

/** Longer runs, found depth first, are left as they are. */
const LONGEST = 500;

export function explain(
  machine: Machine,
  properties: readonly Property[],
  invariant: string,
  history: History,
): readonly string[] {
  if (history.steps.length > LONGEST) return [];
  const past = new Past(machine, history);
  const last = history.state(past.end);
  const broken = properties.find((p) => p.name === invariant && p.broken(last) !== null);
  // A walker of its own (tests) holds something else.
  const mayHold = machine.smmus.every(({ model }) => model === maySet);
  const suspect = (mayHold ? broken?.suspect?.(last) : undefined) ?? null;
  if (suspect !== null) return cachedStory(past, suspect);
  if (invariant === 'memorySafety') return memoryStory(past);
  if (invariant === 'deadlock') return stuckStory(past);
  return commandStory(past, invariant);
}
