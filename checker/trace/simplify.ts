/** Of all shortest ways to a state, the one that is read most easily: with the fewest changes from one column to another,
 *  then with the fewest reorderings, then with the fewest remarks. It ends in the very same state, so it shows the same.
 *
 *  Where states were found breadth first, all shortest ways are looked at. Backward, from the state's layer to the first,
 *  it is found which states lie on one: those of which some successor does. Forward along these a way to each of them is
 *  kept for each column that it may end in, which is all that matters for what follows. That expands every state before
 *  the last layer once more, without looking it up: a fraction of what the exploration took.
 *
 *  Otherwise (depth first, random walks, explorations beyond `MOST_STATES`) only the order of the steps of the way at hand
 *  is changed, and of the ways that this gives only the best few are followed. */
import type { Edge, Successors } from '../explore/successors.ts';
import type { Visited } from '../explore/visited.ts';
import type { Tables } from '../intern/tables.ts';
import { idsOfFlat } from '../symmetry/concrete.ts';
import type { Reduced } from '../symmetry/reduction.ts';
import type { Learned } from './learned.ts';
import { layersBefore, statesOnTheWay } from './on-the-way.ts';
import { search } from './simplest.ts';

/** Beyond so many states before the last layer it would take seconds. */
const MOST_STATES = 1_000_000;
/** Where the order of given steps is changed: how many states are expanded, about, and of each length at least. */
const MOST_EXPANDED = 4_000;
const FEWEST_KEPT = 4;

/** What a run has learned and found. */
export interface Explored {
  readonly tables: Tables;
  readonly successors: Successors;
  readonly visited: Visited;
  /** Whether states were found breadth first. */
  readonly inLayers: boolean;
  /** How likes are exchanged, if states stand for others. */
  readonly reduced: Reduced | null;
}

/** The simplest of the shortest ways to the visited state `goal`, which comes `way.length` steps after the initial state;
 *  null if the states were not found breadth first, or are too many. `next`: the column of what follows. */
export function simplestWay(
  explored: Explored,
  goal: number,
  length: number,
  next?: string,
): readonly Learned[] | null {
  const { tables, visited, reduced, successors, inLayers } = explored;
  if (!inLayers) return null;
  const layers = layersBefore(visited, goal, length);
  if (layers[length]! > MOST_STATES) return null;
  const onTheWay = statesOnTheWay(explored, goal, layers);
  const scratch = new Int32Array(tables.layout.words);
  const keys = onTheWay.map(
    (states) =>
      new Set(
        states.map((state) => {
          visited.load(state, scratch);
          return idsOfFlat(tables, scratch).join();
        }),
      ),
  );
  const represented = (ids: readonly number[]): readonly number[] => reduced?.representatives.of(ids) ?? ids;
  const concrete = successors.concrete ?? successors;
  return search(tables, concrete, visited, length, next, Number.POSITIVE_INFINITY, {
    // The last state is the goal itself and none of its likes.
    admits: (_, i, ids) => (keys[i]!.has((i === length ? ids : represented(ids)).join()) ? '' : null),
    start: '',
  });
}

/** The same steps in the simplest order that a limited search finds, to the same state. */
export function inSimplestOrder(
  { tables, successors, visited }: Pick<Explored, 'tables' | 'successors'> & { visited: Visited | null },
  way: readonly Learned[],
  next?: string,
): readonly Learned[] {
  const names = [...new Set(way.map(signature))];
  const numbers = new Map(names.map((name, n) => [name, n]));
  const counts = names.map(() => 0);
  for (const step of way) counts[numbers.get(signature(step))!]! += 1;
  const goal = way.at(-1)?.ids.join();
  const kept = Math.max(FEWEST_KEPT, Math.floor(MOST_EXPANDED / Math.max(1, way.length)));
  const found = search(tables, successors, visited, way.length, next, kept, {
    start: counts.join(),
    admits(left, i, to, edge) {
      const n = numbers.get(signature(edge));
      if (n === undefined) return null;
      const counts = left.split(',').map(Number);
      if (counts[n] === 0 || (i === way.length && to.join() !== goal)) return null;
      counts[n]! -= 1;
      return counts.join();
    },
    given: way,
  });
  return found ?? way;
}

/** What a step does, apart from what is said of its order. */
const signature = ({ agent, label }: Pick<Edge, 'agent' | 'label'>): string =>
  [agent, ...label.lines.map(({ fn, text, statement }) => `${fn}\t${text}\t${statement}`)].join('\n');
