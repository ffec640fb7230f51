/** In which order the components stand in a vector. A diagram is small if components that depend on each other stand
 *  near each other.
 *
 *  Such an order is found by FORCE (F. Aloul, I. Markov, K. Sakallah: "FORCE: a fast and easy-to-implement variable-
 *  ordering heuristic", GLSVLSI 2003): every set of components that a function reads together pulls its members to its
 *  centre, until nothing moves any more.
 *
 *  It says nothing of which end is up, and that decides between a second and an hour. Components with many values are
 *  where the long runs are (where a CPU is, what a queue holds); those with few soon have all of them. With the latter
 *  below, saturation does at once all that hardware can do after each step of a CPU; with the former below, it does all
 *  that CPUs could do after each step of the hardware, and then again. So the many values go to the top, and of several
 *  orders those are best that are short and lean most that way. It is no more than a guess: see race.ts. */
import type { Rules } from './rules.ts';

/** Orders that are tried, and how long each is pulled at. */
const STARTS = 24;
const ROUNDS = 60;
/** How much longer an order may be that leans all the way to the top, in lengths of the shortest. */
const LEAN = 3;

/** Orders of the components from the top level down, by what `rules` has learned: `most` at most, the best first. */
export function ordersFor(rules: Rules, most: number): readonly (readonly number[])[] {
  const edges = new Map<string, readonly number[]>();
  for (const learned of [...rules.agents, ...rules.allReactors()]) {
    for (const id of learned.met()) {
      const reads = [...learned.readsAt(id)].sort((a, b) => a - b);
      if (reads.length > 1) edges.set(reads.join(), reads);
    }
  }
  const counts = rules.values.map((known) => known.count());
  return goodOrders(counts, [...edges.values()], most);
}

/** Orders of as many components as there are `counts` of values: the members of each edge are near each other, and
 *  components with many values near the top. Each is followed by the same upside down. */
export function goodOrders(
  counts: readonly number[],
  edges: readonly (readonly number[])[],
  most: number,
): readonly (readonly number[])[] {
  const index = counts.map((_, c) => c);
  const orders = Array.from({ length: STARTS }, (_, i) => {
    const order = settle(i === 0 ? index : shuffled(index, i), edges);
    return lean(order, counts) > 1 / 2 ? [...order].reverse() : order;
  });
  const least = Math.max(1, Math.min(...orders.map((order) => span(order, edges))));
  const score = (order: readonly number[]) => span(order, edges) / least + LEAN * lean(order, counts);
  orders.sort((a, b) => score(a) - score(b));
  const different = [...new Map(orders.map((order) => [order.join(), order])).values()];
  return different.flatMap((order) => [order, [...order].reverse()]).slice(0, most);
}

/** Where the values are: from 0, if all are those of the first component, to 1, if they are those of the last. */
function lean(order: readonly number[], counts: readonly number[]): number {
  const bits = order.map((c) => Math.log2(counts[c]!));
  const all = bits.reduce((sum, it) => sum + it, 0);
  if (all === 0) return 0;
  return bits.reduce((sum, it, i) => sum + it * i, 0) / all / Math.max(1, order.length - 1);
}

/** Lets the edges pull, and keeps the best order on the way. */
function settle(start: readonly number[], edges: readonly (readonly number[])[]): readonly number[] {
  let order = start;
  let best = start;
  let least = span(start, edges);
  for (let round = 0; round < ROUNDS; round++) {
    order = pulled(order, edges);
    const reach = span(order, edges);
    if (reach >= least) continue;
    best = order;
    least = reach;
  }
  return best;
}

function pulled(order: readonly number[], edges: readonly (readonly number[])[]): readonly number[] {
  const at = positions(order);
  const sum = new Float64Array(order.length);
  const count = new Float64Array(order.length);
  for (const edge of edges) {
    const centre = edge.reduce((total, c) => total + at[c]!, 0) / edge.length;
    for (const c of edge) {
      sum[c]! += centre;
      count[c]! += 1;
    }
  }
  const pull = (c: number) => (count[c] === 0 ? at[c]! : sum[c]! / count[c]!);
  return [...order].sort((a, b) => pull(a) - pull(b) || at[a]! - at[b]!);
}

/** How far the edges reach in all. */
function span(order: readonly number[], edges: readonly (readonly number[])[]): number {
  const at = positions(order);
  return edges.reduce((total, edge) => {
    const places = edge.map((c) => at[c]!);
    return total + Math.max(...places) - Math.min(...places);
  }, 0);
}

function positions(order: readonly number[]): Int32Array {
  const at = new Int32Array(order.length);
  for (const [i, c] of order.entries()) at[c] = i;
  return at;
}

/** Always the same for the same seed. */
function shuffled(order: readonly number[], seed: number): readonly number[] {
  const result = [...order];
  let random = seed;
  for (let i = result.length - 1; i > 0; i--) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((random / 2 ** 32) * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
