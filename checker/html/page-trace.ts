/** A saved trace as the page shows it: taken once more through the model, with what is held after each step. */

import { reason } from '../files/reason.ts';
import type { SavedTrace } from '../report/trace-file.ts';
import type { System } from '../system.ts';
import { replay } from '../trace/replay.ts';
import type { PageTrace } from './data.ts';
import { holdingsAlong } from './holdings.ts';

/** The trace called `id`; as it was saved where it cannot be replayed in `system`. */
export function pageTrace(
  id: string,
  { trace }: SavedTrace,
  system: System | null,
  title: readonly string[],
): PageTrace {
  const asSaved = (refused: string): PageTrace => ({ id, title, trace, refused });
  if (system === null) return asSaved('there is no such system any more');
  try {
    const again = replay(system, trace.steps, trace.repeats);
    if (again.ending !== trace.ending)
      return asSaved('its steps end differently with the model as it is now');
    const found = trace.found === undefined ? {} : { found: trace.found };
    return { id, title, trace: { ...again, ...found }, holdings: holdingsAlong(system, trace.steps) };
  } catch (error) {
    return asSaved(`with the model as it is now, ${reason(error).split('\n')[0]}`);
  }
}
