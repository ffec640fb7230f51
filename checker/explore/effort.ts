/** What a search cost. */
import type { Tables } from '../intern/tables.ts';
import type { Effort } from '../outcome.ts';
import type { Progress } from './options.ts';

/** The effort of a run that came as far as `progress`; `bytes` without the tries. */
export function effortOf(tables: Tables, progress: Progress, bytes: number): Effort {
  const { states, transitions, depth, seconds } = progress;
  const { system, tries, slowCalls, lookups, slowSeconds, values } = tables;
  return {
    states,
    transitions,
    depth,
    seconds,
    bytes: bytes + tries.bytes(),
    slowCalls,
    lookups,
    slowSeconds,
    values: Object.fromEntries(system.components.map(({ ref }, c) => [ref.name, values[c]!.count()])),
  };
}
