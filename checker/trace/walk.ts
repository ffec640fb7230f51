/** From the choices of a walk to its trace, replayed on the model itself. */
import { queueFor } from '../explore/queue.ts';
import type { Successors } from '../explore/successors.ts';
import type { Tables } from '../intern/tables.ts';
import type { Trace } from '../outcome.ts';
import { idsOfFlat } from '../symmetry/concrete.ts';
import { type Learned, learnedStep } from './learned.ts';
import { preludeOf } from './narrate.ts';
import { confirm } from './replay.ts';
import { inSimplestOrder } from './simplify.ts';

/** Which of the successors a walk took, from the initial state on; all of them have been computed before. */
export type Choices = readonly number[];

/** The learned steps of a walk. */
export function stepsOfWalk(tables: Tables, successors: Successors, choices: Choices): readonly Learned[] {
  // A value that does not fit its field is why the walk ended; the steps to the state are older than it.
  tables.overflow = false;
  const width = tables.layout.words;
  const queue = queueFor(width);
  let state = new Int32Array(width);
  return choices.map((choice) => {
    queue.size = 0;
    successors.expand(state, 0, queue);
    const edge = successors.edges(state, 0)[choice]!;
    state = queue.words.slice(choice * width, (choice + 1) * width);
    return learnedStep(tables, edge, idsOfFlat(tables, state));
  });
}

/** The trace of a walk, confirmed by the model's own functions. `found` says how it was come by. */
export function traceOfWalk(
  tables: Tables,
  successors: Successors,
  choices: Choices,
  found: string,
  ending: string,
): Trace {
  const { system } = tables;
  const way = stepsOfWalk(tables, successors, choices);
  const steps = confirm(system, inSimplestOrder({ tables, successors, visited: null }, way));
  return { columns: system.columns, ...preludeOf(system), found, steps, ending };
}
