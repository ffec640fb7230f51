/** Which states lie on shortest ways to a state, among those that were found breadth first. */
import { hashOf } from '../explore/key-set.ts';
import { queueFor } from '../explore/queue.ts';
import type { Successors } from '../explore/successors.ts';
import type { Visited } from '../explore/visited.ts';
import type { Tables } from '../intern/tables.ts';
import { withRoom } from './expand.ts';

/** The first state of each layer up to that of `goal`, `length` steps away. */
export function layersBefore(visited: Visited, goal: number, length: number): readonly number[] {
  const starts = [0];
  for (let state = 1; state <= goal && starts.length <= length; state++)
    if (visited.parentOf(state) >= starts.at(-1)!) starts.push(state);
  return starts;
}

/** What a run has learned and found. */
interface Found {
  readonly tables: Tables;
  readonly successors: Successors;
  readonly visited: Visited;
}

/** For each layer the states on shortest ways to the goal. */
export function statesOnTheWay(
  { tables, successors, visited }: Found,
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
