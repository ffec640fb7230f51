/** What the main thread hands over to workers: whole levels, all but the last one expanded. */
import type { CheckOptions } from '../explore/options.ts';
import type { Standing } from '../explore/team.ts';
import { type Layout, repack } from '../intern/layout.ts';
import { nextLayout } from '../intern/tables.ts';
import { Log } from './log.ts';
import { makeRoom, type Shared } from './shared.ts';
import { bitsFor, Table } from './table.ts';

export interface Handover {
  readonly layout: Layout;
  /** Bits of the visited set (`Table`), which is empty and has room for many times these states. */
  readonly bits: number;
  /** How components have grown (`Tables`). */
  readonly counts: number[];
  readonly heat: number[];
  /** The states in the order in which they were found, the initial one first. */
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly states: number;
  readonly expanded: number;
  /** The distance of the last level from the initial state. */
  readonly level: number;
  /** No more states than this, of all workers together. */
  readonly maxStates: number;
}

/** States that are unpacked and packed together. */
const PORTION = 1024;

/** Makes the log begin with all values met so far, and packs all states anew, with spare bits for values to come. */
export function handoverOf(
  { tables, frontier, exploration: { visited } }: Standing,
  { maxStates = Number.POSITIVE_INFINITY }: CheckOptions,
  shared: Shared,
): Handover {
  const log = new Log(shared, tables.values.length);
  for (const [c, known] of tables.values.entries()) {
    const { idOf } = log.interner(c, tables.system.components[c]!.ref.name);
    for (let id = 0; id < known.count(); id++) idOf(known.valueOf(id));
  }
  const from = tables.layout;
  // The main thread may have to go on with its own.
  const grown = { counts: [...tables.counts], heat: [...tables.heat] };
  const layout = nextLayout({ ...tables, ...grown });
  const states = visited.count;
  const words = new Int32Array(new SharedArrayBuffer(4 * states * layout.words));
  const one = new Int32Array(from.words);
  const portion = new Int32Array(PORTION * from.words);
  for (let first = 0; first < states; first += PORTION) {
    const size = Math.min(PORTION, states - first);
    for (let i = 0; i < size; i++) {
      visited.load(first + i, one);
      portion.set(one, i * from.words);
    }
    words.set(repack(portion, size, from, layout, size), first * layout.words);
  }
  const expanded = states - frontier.size();
  const bits = bitsFor(4 * states, layout.words);
  makeRoom(shared.tables[0]!, Table.bytes(bits, layout.words));
  return { layout, bits, ...grown, words, states, expanded, level: frontier.depth(), maxStates };
}
