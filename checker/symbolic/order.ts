/** In which order the components stand in a vector. A diagram is small if components that depend on each other stand
 *  near each other, and saturation is quick if what a step touches stands near the bottom.
 *
 *  The order is found by FORCE (F. Aloul, I. Markov, K. Sakallah: "FORCE: a fast and easy-to-implement variable-
 *  ordering heuristic", GLSVLSI 2003): every set of components that a function reads together pulls its members to its
 *  centre, until nothing moves any more. */
import type { Rules } from './rules.ts';

const ROUNDS = 200;

/** The components from the top level down. */
export function orderOf(rules: Rules): readonly number[] {
  const edges = new Map<string, readonly number[]>();
  for (const learned of [...rules.agents, ...rules.allReactors()]) {
    for (const id of learned.met()) {
      const reads = [...learned.readsAt(id)].sort((a, b) => a - b);
      if (reads.length > 1) edges.set(reads.join(), reads);
    }
  }
  return force(rules.values.length, [...edges.values()]);
}

export function force(components: number, edges: readonly (readonly number[])[]): readonly number[] {
  const index = Array.from({ length: components }, (_, c) => c);
  const candidates = [index, [...index].reverse()].map((start) => settle(start, edges));
  return candidates.reduce((best, it) => (cost(it, edges) < cost(best, edges) ? it : best));
}

/** Lets the edges pull until the cost has not become less for some rounds. */
function settle(start: readonly number[], edges: readonly (readonly number[])[]): readonly number[] {
  let order = start;
  let best = start;
  for (let round = 0; round < ROUNDS; round++) {
    order = pulled(order, edges);
    if (cost(order, edges) < cost(best, edges)) best = order;
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

/** How far the edges reach: each from its top to its bottom, and a little from its top to the bottom of all. */
function cost(order: readonly number[], edges: readonly (readonly number[])[]): number {
  const at = positions(order);
  let total = 0;
  for (const edge of edges) {
    const places = edge.map((c) => at[c]!);
    const top = Math.min(...places);
    total += Math.max(...places) - top + (order.length - top) / 4;
  }
  return total;
}

function positions(order: readonly number[]): Int32Array {
  const at = new Int32Array(order.length);
  for (const [i, c] of order.entries()) at[c] = i;
  return at;
}
