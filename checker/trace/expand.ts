/** Successors of states that an exploration may not have expanded, and may not have room for. */
import { type Queue, queueFor } from '../explore/queue.ts';
import type { Edge, Successors } from '../explore/successors.ts';
import type { Visited } from '../explore/visited.ts';
import { pack } from '../intern/layout.ts';
import { nextLayout, relay, type Tables } from '../intern/tables.ts';
import { idsOfFlat } from '../symmetry/concrete.ts';

/** Queues the successors of a state; how many. A state that the exploration had not expanded may have values that are new,
 *  and need room. One in which a model function fails has none: it is for the exploration to say so, had it come there. */
export function withRoom(
  tables: Tables,
  successors: Successors,
  visited: Visited | null,
  queue: Queue,
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
export function expander(tables: Tables, successors: Successors, visited: Visited | null) {
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
