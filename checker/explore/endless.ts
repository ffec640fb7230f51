/** Runs that never end: states from which no end can be reached, found in the graph of all states once it is complete.
 *
 *  A run is not blamed for an unfair schedule: a CPU that polls while nobody lets the other one go on could still end.
 *  Endless is what no schedule can end (CTL: not AG EF end). Of such states some lie in a closed component, which is
 *  never left and in which everything that happens happens again; a cycle there is what a fair run comes to, too. */
import { grown } from './leaves.ts';
import { queueFor } from './queue.ts';
import type { Successors } from './successors.ts';
import type { Visited } from './visited.ts';

/** A way into a cycle that is never left. */
export interface Lasso {
  /** The state at which the cycle begins: the first found of those in closed components. */
  readonly state: number;
  /** The states after it, of which the last is `state` again. */
  readonly cycle: readonly number[];
}

/** A lasso, or null if an end can be reached from every state. All states are visited and expanded. Memory: four words
 *  for each transition and state. */
export function findLasso(width: number, successors: Successors, visited: Visited): Lasso | null {
  const graph = graphOf(width, successors, visited);
  const ends = canEnd(graph);
  if (ends.every((it) => it === 1)) return null;
  const state = firstRecurrent(graph, ends);
  const flat = new Int32Array(width);
  const hopsFrom = (from: number): readonly Hop[] => {
    visited.load(from, flat);
    return successors
      .edges(flat, 0)
      .map(({ agent }, i) => ({ from, to: graph.to[graph.at[from]! + i]!, agent }));
  };
  return { state, cycle: fairCycle(state, hopsFrom) };
}

/** Bytes that `findLasso` takes, at most. */
export function lassoBytes(states: number, transitions: number): number {
  // Edges forward, in an array that may just have been doubled, and back; per state some arrays and the index of ids.
  return 4 * (3 * transitions + 12 * states);
}

/** Edges by their origin: those of state `s` are `to[at[s]]` up to `to[at[s + 1]]`. */
interface Graph {
  readonly states: number;
  readonly at: Int32Array;
  readonly to: Int32Array;
}

/** The successors of every state, computed once more: the exploration does not keep them. */
function graphOf(width: number, successors: Successors, visited: Visited): Graph {
  const states = visited.count;
  const at = new Int32Array(states + 1);
  let to = new Int32Array(4 * states);
  const queue = queueFor(width);
  const flat = new Int32Array(width);
  const idOf = visited.index();
  for (let s = 0; s < states; s++) {
    queue.size = 0;
    visited.load(s, flat);
    const found = successors.expand(flat, 0, queue);
    const from = at[s]!;
    if (from + found > to.length) to = grown(to, from + found);
    for (let i = 0; i < found; i++) to[from + i] = idOf(queue.words, i * width);
    at[s + 1] = from + found;
  }
  return { states, at, to };
}

function reversed({ states, at, to }: Graph): Graph {
  const edges = at[states]!;
  const first = new Int32Array(states + 2);
  for (let e = 0; e < edges; e++) first[to[e]! + 2]! += 1;
  for (let s = 0; s < states; s++) first[s + 2]! += first[s + 1]!;
  const from = new Int32Array(edges);
  for (let s = 0; s < states; s++) for (let e = at[s]!; e < at[s + 1]!; e++) from[first[to[e]! + 1]!++] = s;
  return { states, at: first, to: from };
}

/** 1 for the states from which one without successors can be reached. */
function canEnd(graph: Graph): Uint8Array {
  const back = reversed(graph);
  const ends = new Uint8Array(graph.states);
  const todo: number[] = [];
  for (let s = 0; s < graph.states; s++) {
    if (graph.at[s] !== graph.at[s + 1]) continue;
    ends[s] = 1;
    todo.push(s);
  }
  for (let s = todo.pop(); s !== undefined; s = todo.pop()) {
    for (let e = back.at[s]!; e < back.at[s + 1]!; e++) {
      const before = back.to[e]!;
      if (ends[before] === 1) continue;
      ends[before] = 1;
      todo.push(before);
    }
  }
  return ends;
}

/** The first state that every state reachable from it leads back to, among those that cannot end. Tarjan's strongly
 *  connected components, without recursion: a component is closed if none of its edges leads to an earlier one. */
function firstRecurrent({ states, at, to }: Graph, ends: Uint8Array): number {
  const DONE = states + 1;
  const low = new Int32Array(states); // 0: not met; the least index reachable + 1; DONE: in a component
  const index = new Int32Array(states);
  const next = at.slice(0, states);
  const leaves = new Uint8Array(states); // some edge from here or below leads to another component
  const open: number[] = [];
  let met = 0;
  let first = states;

  function close(root: number): void {
    let least = root;
    for (let s = -1; s !== root; ) {
      s = open.pop()!;
      low[s] = DONE;
      least = Math.min(least, s);
    }
    if (leaves[root] === 0) first = Math.min(first, least);
  }

  for (let start = 0; start < states; start++) {
    if (ends[start] === 1 || low[start] !== 0) continue;
    const path = [start];
    while (path.length > 0) {
      const s = path.at(-1)!;
      if (low[s] === 0) {
        low[s] = index[s] = ++met;
        open.push(s);
      }
      const edge = next[s]!;
      if (edge < at[s + 1]!) {
        next[s] = edge + 1;
        const t = to[edge]!;
        if (low[t] === 0) path.push(t);
        else if (low[t] === DONE) leaves[s] = 1;
        else low[s] = Math.min(low[s]!, index[t]!);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      const isRoot = low[s] === index[s];
      if (above !== undefined) {
        if (isRoot || leaves[s] === 1) leaves[above] = 1;
        low[above] = Math.min(low[above]!, low[s]!);
      }
      if (isRoot) close(s);
    }
  }
  return first;
}

/** A step within a closed component. */
interface Hop {
  readonly from: number;
  readonly to: number;
  readonly agent: string;
}

/** A way from the state back to it on which every agent that ever does anything there does something: a fair run, and
 *  not that of an agent that polls while the one to blame is kept waiting. */
function fairCycle(start: number, hopsFrom: (state: number) => readonly Hop[]): readonly number[] {
  const way: Hop[] = [];
  const at = (): number => way.at(-1)?.to ?? start;
  for (const agent of agentsFrom(start, hopsFrom)) {
    if (way.some((hop) => hop.agent === agent)) continue;
    way.push(...nearest(at(), hopsFrom, (hop) => hop.agent === agent));
  }
  if (at() !== start) way.push(...nearest(at(), hopsFrom, (hop) => hop.to === start));
  return way.map(({ to }) => to);
}

function agentsFrom(start: number, hopsFrom: (state: number) => readonly Hop[]): readonly string[] {
  const agents = new Set<string>();
  const found = new Set([start]);
  for (const s of found) {
    for (const { agent, to } of hopsFrom(s)) {
      agents.add(agent);
      found.add(to);
    }
  }
  return [...agents].sort();
}

/** The shortest way whose last hop is as wanted. */
function nearest(
  start: number,
  hopsFrom: (state: number) => readonly Hop[],
  wanted: (hop: Hop) => boolean,
): readonly Hop[] {
  const arrivedBy = new Map<number, Hop>();
  const todo = [start];
  for (const s of todo) {
    for (const hop of hopsFrom(s)) {
      if (wanted(hop)) {
        const way = [hop];
        for (let on = s; on !== start; on = way[0]!.from) way.unshift(arrivedBy.get(on)!);
        return way;
      }
      if (hop.to === start || arrivedBy.has(hop.to)) continue;
      arrivedBy.set(hop.to, hop);
      todo.push(hop.to);
    }
  }
  throw new Error(`state ${start} is in no closed component`);
}
