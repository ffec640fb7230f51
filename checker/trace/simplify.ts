/** Of all shortest ways to a state, the one that is read most easily: with the fewest changes from one column to another,
 *  then with the fewest reorderings. It ends in the very same state, so it shows the same.
 *
 *  Where states were found breadth first, all shortest ways are looked at. Backward, from the state's layer to the first,
 *  it is found which states lie on one: those of which some successor does. Forward along these a way to each of them is
 *  kept for each column that it may end in, which is all that matters for what follows. That expands every state before
 *  the last layer once more, without looking it up: a fraction of what the exploration took.
 *
 *  Otherwise (depth first, random walks, explorations beyond `MOST_STATES`) only the order of the steps of the way at hand
 *  is changed, and of the ways that this gives only the best few are followed. */
import { hashOf } from '../explore/key-set.ts';
import { queueFor } from '../explore/queue.ts';
import type { Edge, Successors } from '../explore/successors.ts';
import type { Visited } from '../explore/visited.ts';
import { pack } from '../intern/layout.ts';
import { nextLayout, relay, type Tables } from '../intern/tables.ts';
import { idsOfFlat } from '../symmetry/concrete.ts';
import type { Reduced } from '../symmetry/reduction.ts';
import type { Label } from '../system.ts';
import { type Learned, learnedStep } from './learned.ts';

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

/** Changes of column first, then reorderings. */
const SWITCH = 1_000_000;

/** What a step costs by itself. */
export function reorderingsOf({ lines }: Pick<Label, 'lines'>): number {
  return lines.reduce((sum, line) => sum + (line.reorderings?.length ?? 0), 0);
}

/** Where ways may go. */
interface Bounds {
  readonly start: string;
  /** What is left to do if the `i`-th step leads to `ids`, where `left` was left before; null if it may not. */
  admits(left: string, i: number, ids: readonly number[], edge: Edge): string | null;
  /** The states of a way that is followed whatever it costs. */
  readonly given?: readonly Learned[];
}

/** A state at the end of ways, and for each column that they may end in the best of them. */
interface Node {
  readonly ids: readonly number[];
  readonly left: string;
  readonly ways: Map<string | undefined, Way>;
}

interface Way {
  readonly cost: number;
  readonly edge: Edge | null;
  readonly ids: readonly number[];
  readonly before: Way | null;
}

/** The cheapest way of `length` steps within bounds, following the `kept` best states of each length. Of equal ways the
 *  one whose last step comes first in the order of agents and choices, and so on. */
function search(
  tables: Tables,
  successors: Successors,
  visited: Visited | null,
  length: number,
  next: string | undefined,
  kept: number,
  bounds: Bounds,
): readonly Learned[] | null {
  const expand = expander(tables, successors, visited);
  const initial = tables.values.map(() => 0);
  const none: Way = { cost: 0, edge: null, ids: initial, before: null };
  let layer: readonly Node[] = [{ ids: initial, left: bounds.start, ways: new Map([[undefined, none]]) }];
  for (let i = 1; i <= length; i++) {
    const found = new Map<string, Node>();
    for (const node of layer) {
      for (const { edge, ids } of expand(node.ids)) {
        const left = bounds.admits(node.left, i, ids, edge);
        if (left === null) continue;
        const key = `${ids.join()} ${left}`;
        const to = found.get(key) ?? { ids, left, ways: new Map() };
        found.set(key, to);
        extend(node, edge, to);
      }
    }
    layer = best([...found.values()], kept, bounds.given?.[i - 1]?.ids.join());
  }
  const ends = layer.flatMap(({ ways }) => [...ways.values()]);
  const total = ({ cost, edge }: Way): number =>
    cost + (next === undefined || edge === null || edge.label.agent === next ? 0 : SWITCH);
  const [cheapest] = ends.sort((a, b) => total(a) - total(b));
  return cheapest === undefined ? null : stepsOf(tables, cheapest);
}

function extend(from: Node, edge: Edge, to: Node): void {
  const column = edge.label.agent;
  const own = reorderingsOf(edge.label);
  for (const [last, before] of from.ways) {
    const cost = before.cost + own + (last === undefined || last === column ? 0 : SWITCH);
    const known = to.ways.get(column);
    if (known === undefined || cost < known.cost) to.ways.set(column, { cost, edge, ids: to.ids, before });
  }
}

/** The cheapest nodes, in the order in which they were found, and the one of the way that is given. */
function best(nodes: readonly Node[], kept: number, given: string | undefined): readonly Node[] {
  if (nodes.length <= kept) return nodes;
  const costs = nodes.map(({ ways }) => Math.min(...[...ways.values()].map(({ cost }) => cost)));
  const order = nodes.map((_, n) => n).sort((a, b) => costs[a]! - costs[b]! || a - b);
  const chosen = new Set(order.slice(0, kept));
  return nodes.filter((node, n) => chosen.has(n) || node.ids.join() === given);
}

function stepsOf(tables: Tables, end: Way): readonly Learned[] {
  const steps: Learned[] = [];
  for (let way = end; way.edge !== null; way = way.before!)
    steps.push(learnedStep(tables, way.edge, way.ids));
  return steps.reverse();
}

/** The first state of each layer up to that of `goal`, `length` steps away. */
function layersBefore(visited: Visited, goal: number, length: number): readonly number[] {
  const starts = [0];
  for (let state = 1; state <= goal && starts.length <= length; state++)
    if (visited.parentOf(state) >= starts.at(-1)!) starts.push(state);
  return starts;
}

/** For each layer the states on shortest ways to the goal. */
function statesOnTheWay(
  { tables, successors, visited }: Explored,
  goal: number,
  layers: readonly number[],
): readonly (readonly number[])[] {
  const onTheWay: (readonly number[])[] = [[goal]];
  const queue = queueFor(tables.layout.words);
  let flat = new Int32Array(tables.layout.words);
  for (let i = layers.length - 2; i >= 0; i--) {
    let among = amongStates(tables, visited, onTheWay[0]!);
    const found: number[] = [];
    for (let state = layers[i]!; state < layers[i + 1]!; state++) {
      const count = withRoom(tables, successors, visited, queue, () => {
        if (flat.length !== tables.layout.words) flat = new Int32Array(tables.layout.words);
        visited.load(state, flat);
        return flat;
      });
      if (among.layout !== tables.layout) among = amongStates(tables, visited, onTheWay[0]!);
      const width = tables.layout.words;
      for (let n = 0; n < count; n++) {
        if (!among.has(queue.words, n * width)) continue;
        found.push(state);
        break;
      }
    }
    onTheWay.unshift(found);
  }
  return onTheWay;
}

/** A test for some states. Nearly all that it is asked about are none of them, which a few bits tell. */
function amongStates(tables: Tables, visited: Visited, states: readonly number[]) {
  const width = tables.layout.words;
  const flat = new Int32Array(width);
  const bits = new Uint8Array(1 << 16);
  const exact = new Set<string>();
  const hash = (words: Int32Array, base: number): number => {
    let h = 0;
    for (let w = 0; w < width; w++) h = hashOf(words[base + w]!, h);
    return h >>> 16;
  };
  for (const state of states) {
    visited.load(state, flat);
    bits[hash(flat, 0)] = 1;
    exact.add(flat.join());
  }
  return {
    layout: tables.layout,
    has: (words: Int32Array, base: number): boolean =>
      bits[hash(words, base)] === 1 && exact.has(words.slice(base, base + width).join()),
  };
}

/** Queues the successors of a state; how many. A state that the exploration had not expanded may have values that are new,
 *  and need room. One in which a model function fails has none: it is for the exploration to say so, had it come there. */
function withRoom(
  tables: Tables,
  successors: Successors,
  visited: Visited | null,
  queue: ReturnType<typeof queueFor>,
  load: () => Int32Array,
): number {
  for (;;) {
    queue.size = 0;
    tables.overflow = false;
    let count = 0;
    try {
      count = successors.expand(load(), 0, queue);
    } catch {
      queue.size = 0;
    }
    if (count >= 0) return count;
    const from = tables.layout;
    const to = nextLayout(tables);
    visited?.relay(from, to);
    relay(tables, to);
    successors.relaid();
    Object.assign(queue, queueFor(to.words));
  }
}

/** A state's steps, each with the numbers of the state that it leads to. */
function expander(tables: Tables, successors: Successors, visited: Visited | null) {
  const queue = queueFor(tables.layout.words);
  return (ids: readonly number[]): readonly { readonly edge: Edge; readonly ids: readonly number[] }[] => {
    let flat = new Int32Array(0);
    const count = withRoom(tables, successors, visited, queue, () => {
      flat = new Int32Array(tables.layout.words);
      pack(tables.layout, ids, flat, 0);
      return flat;
    });
    if (count === 0) return [];
    const width = tables.layout.words;
    const to = Array.from({ length: count }, (_, n) =>
      idsOfFlat(tables, queue.words.subarray(n * width, (n + 1) * width)),
    );
    return successors.edges(flat, 0).map((edge, n) => ({ edge, ids: to[n]! }));
  };
}
