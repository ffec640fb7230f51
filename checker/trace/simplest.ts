/** The cheapest way through states, by dynamic programming from one length of ways to the next. */
import type { Edge, Successors } from '../explore/successors.ts';
import type { Visited } from '../explore/visited.ts';
import type { Tables } from '../intern/tables.ts';
import type { Label } from '../system.ts';
import { expander } from './expand.ts';
import { type Learned, learnedStep } from './learned.ts';

/** What a way costs: changes of column first, then reorderings, then remarks. */
const SWITCH = 1_000_000;
const REORDERING = 1_000;

/** What a step costs by itself. Its reorderings are those that it tells of itself; which of them mattered is only known of
 *  a whole run. */
function costOf({ lines }: Label): number {
  return lines.reduce(
    (sum, { reorderings = [], notes = [] }) => sum + REORDERING * reorderings.length + notes.length,
    0,
  );
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
export function search(
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
  const own = costOf(edge.label);
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
