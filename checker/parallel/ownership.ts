/** Which worker a state belongs to: its hash says, so that it is always the same one and nobody need be asked. */
import { hashOfState } from '../explore/recent.ts';
import type { Layout } from '../intern/layout.ts';

/** The owner of a state with this hash. The low bits decide: the high ones are its place in the visited set, and the
 *  states of one worker must not crowd in a part of that. */
export function ownerByHash(hash: number, workers: number): number {
  return ((hash & 0xff) * workers) >>> 8;
}

/** The owner of the packed state at `base`: a worker's number. */
export type Owner = (words: Int32Array, base: number) => number;

/** Fields that moved from one word to another by the same shift. */
interface Shift {
  readonly from: number;
  readonly to: number;
  /** Of the bits in the word that they moved from. */
  readonly mask: number;
  readonly left: number;
  readonly right: number;
}

/** The owners of states packed in `layout`, as they were when they were packed in `first`: a state does not change
 *  hands when fields grow. */
export function ownerOf(first: Layout, layout: Layout, workers: number): Owner {
  const shifts = shiftsOf(layout, first);
  const was = new Int32Array(first.words);
  return (words, base) => {
    was.fill(0);
    for (let i = 0; i < shifts.length; i++) {
      const { from, to, mask, left, right } = shifts[i]!;
      was[to]! |= ((words[base + from]! & mask) << left) >>> right;
    }
    return ownerByHash(hashOfState(was, 0, was.length), workers);
  };
}

/** What to do to each word of a state in `from` to have it in `to`, without the bits that `to` has no room for. */
function shiftsOf(from: Layout, to: Layout): readonly Shift[] {
  const found = new Map<string, Shift>();
  for (let c = 0; c < from.wordOf.length; c++) {
    const up = to.shiftOf[c]! - from.shiftOf[c]!;
    const way = { from: from.wordOf[c]!, to: to.wordOf[c]!, left: Math.max(0, up), right: Math.max(0, -up) };
    const key = Object.values(way).join();
    const mask = (from.maskOf[c]! & to.maskOf[c]!) << from.shiftOf[c]!;
    found.set(key, { ...way, mask: (found.get(key)?.mask ?? 0) | mask });
  }
  return [...found.values()];
}
