/** From a state's chain of parents to a trace: which steps led there, replayed on the model itself. */
import type { Lasso } from '../explore/endless.ts';
import type { Queue } from '../explore/queue.ts';
import { queueFor } from '../explore/queue.ts';
import type { Edge, Successors } from '../explore/successors.ts';
import type { Visited } from '../explore/visited.ts';
import type { Tables } from '../intern/tables.ts';
import type { Trace } from '../outcome.ts';
import { idsOfFlat, roundAlong, runTo } from '../symmetry/concrete.ts';
import type { Reduced } from '../symmetry/reduction.ts';
import { ModelBug } from '../system.ts';
import { learnedStep } from './learned.ts';
import { preludeOf } from './narrate.ts';
import { confirm, endlessEnding, type RecordedStep, soFar } from './replay.ts';
import { type Explored, inSimplestOrder, simplestWay } from './simplify.ts';

/** The states from the initial one to `state`, by parents. */
function chainTo(visited: Visited, state: number): readonly number[] {
  const chain: number[] = [];
  for (let at = state; at >= 0; at = visited.parentOf(at)) chain.push(at);
  return chain.reverse();
}

/** The first step that leads from one state to another, as it was learned. */
function edgeBetween(
  visited: Visited,
  successors: Successors,
  width: number,
  queue: Queue,
  [from, to]: readonly [number, number],
): Edge {
  queue.size = 0;
  const before = new Int32Array(width);
  const after = new Int32Array(width);
  visited.load(from, before);
  visited.load(to, after);
  const count = successors.expand(before, 0, queue);
  for (let i = 0; i < count; i++) {
    let w = 0;
    while (w < width && queue.words[i * width + w] === after[w]) w++;
    if (w === width) return successors.edges(before, 0)[i]!;
  }
  throw new Error(`no learned step leads from state ${from} to state ${to}, whose parent it is`);
}

/** The learned steps along a chain of states, each with the state that it led to. */
function pathAlong(tables: Tables, successors: Successors, visited: Visited, chain: readonly number[]) {
  // A value that does not fit its field may be why the exploration ended; the steps to the state are older than it.
  tables.overflow = false;
  const width = tables.layout.words;
  const queue = queueFor(width);
  return chain.slice(1).map((to, i) => {
    const edge = edgeBetween(visited, successors, width, queue, [chain[i]!, to]);
    const after = new Int32Array(width);
    visited.load(to, after);
    return learnedStep(tables, edge, idsOfFlat(tables, after));
  });
}

/** The learned steps to a state; where likes were exchanged, those of a run of the system itself. */
function pathTo(
  tables: Tables,
  successors: Successors,
  visited: Visited,
  state: number,
  reduced: Reduced | null,
): readonly RecordedStep[] {
  const chain = chainTo(visited, state);
  if (reduced === null) return pathAlong(tables, successors, visited, chain);
  return runTo(tables, reduced, idsAlong(tables, visited, chain.slice(1))).steps;
}

const idsAlong = (
  tables: Tables,
  visited: Visited,
  chain: readonly number[],
): readonly (readonly number[])[] => {
  const flat = new Int32Array(tables.layout.words);
  return chain.map((state) => {
    visited.load(state, flat);
    return idsOfFlat(tables, flat);
  });
};

/** The steps to a state that is shown, in the order that is read most easily. `next`: the column of what follows. */
function simplePathTo(explored: Explored, state: number, next?: string): readonly RecordedStep[] {
  const { tables, successors, visited, reduced } = explored;
  const chain = chainTo(visited, state);
  tables.overflow = false;
  const simplest = simplestWay(explored, state, chain.length - 1, next);
  if (simplest !== null) return simplest;
  if (reduced !== null) return pathTo(tables, successors, visited, state, reduced);
  const way = pathAlong(tables, successors, visited, chain);
  return inSimplestOrder(explored, way, next);
}

/** The steps to a cycle, and those of it. */
function lassoAlong(
  explored: Explored,
  { state, cycle }: Lasso,
): readonly [readonly RecordedStep[], readonly RecordedStep[]] {
  const { tables, successors, visited, reduced } = explored;
  if (reduced === null) {
    const round = pathAlong(tables, successors, visited, [state, ...cycle]);
    const [first] = round;
    return [simplePathTo(explored, state, first?.label.agent), round];
  }
  const chain = chainTo(visited, state);
  const { steps, values } = runTo(tables, reduced, idsAlong(tables, visited, chain.slice(1)));
  const { before, round } = roundAlong(tables, reduced, idsAlong(tables, visited, cycle), values);
  return [[...steps, ...before], round];
}

/** The trace to `state`, confirmed by the model's own functions. */
export function traceTo(explored: Explored, state: number, ending: string): Trace {
  const { tables, visited, reduced } = explored;
  const system = reduced?.reduction.original ?? tables.system;
  if (!visited.keepParents) {
    return { columns: system.columns, steps: [], ending: `${ending} (run again with traces to see how)` };
  }
  const steps = confirm(system, simplePathTo(explored, state));
  return { columns: system.columns, ...preludeOf(system), steps, ending };
}

/** The trace into a cycle that is never left and once around it, confirmed as well. */
export function traceOfLasso(explored: Explored, lasso: Lasso): Trace {
  const { tables, visited, reduced } = explored;
  const system = reduced?.reduction.original ?? tables.system;
  if (!visited.keepParents) {
    const ending = 'no end can be reached any more (run again with traces to see how)';
    return { columns: system.columns, steps: [], ending };
  }
  const [before, round] = lassoAlong(explored, lasso);
  const steps = confirm(system, [...before, ...round]);
  const repeats = before.length;
  const ending = endlessEnding(steps.slice(repeats));
  return { columns: system.columns, ...preludeOf(system), steps, repeats, ending };
}

/** An error that a model function threw when it was asked about `state`, with the steps that led there. */
export function explained(
  tables: Tables,
  successors: Successors,
  visited: Visited,
  state: number,
  error: unknown,
  reduced: Reduced | null = null,
): ModelBug {
  const steps = !visited.keepParents ? [] : pathTo(tables, successors, visited, state, reduced);
  return after(steps, error);
}

/** An error that a model function threw after `steps`. */
export function after(steps: readonly RecordedStep[], error: unknown): ModelBug {
  // By name, because a model has a ModelBug of its own: neither half imports the other.
  const isModelBug = error instanceof Error && error.name === 'ModelBug';
  const what = isModelBug ? error.message : `a model function threw ${String(error)}`;
  return new ModelBug(`${what}\n${soFar(steps)}`, { cause: error });
}
