/** Runs that never end: states from which no step after step leads to a state without steps (AG EF end fails). */
import type { Space } from './domain.ts';
import { EMPTY } from './nodes.ts';
import type { Steps } from './steps.ts';

/** The states of `set`, which is closed under all steps, from which none of `ends` can be reached. */
export function* endless(
  { diagrams, order }: Space,
  steps: Steps,
  set: number,
  ends: number,
): Generator<void, number> {
  const relations = order.flatMap((_, level) => steps.relationsAt(level));
  let ending = ends;
  for (let before = EMPTY; before !== ending; ) {
    before = ending;
    for (const relation of relations) {
      yield;
      ending = diagrams.union(ending, diagrams.meet(steps.unfire(relation, ending), set));
    }
  }
  return diagrams.minus(set, ending);
}
