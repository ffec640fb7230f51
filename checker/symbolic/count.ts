/** How many vectors a set holds: exactly, in numbers as long as they are exact and in bigints beyond. */
import type { Levels } from './levels.ts';
import { EMPTY, UNIT } from './nodes.ts';
import type { Sets } from './sets.ts';

/** A whole number, exact whatever its size. */
export type Count = number | bigint;

export interface Census {
  /** How many vectors there are. */
  readonly size: Count;
  /** The sum, over all vectors, of the weight that `weights` gives to what they have at `levels`: a vector of
   *  `weights` ends in its weight. */
  weigh(levels: Levels | null, weights: number): Count;
}

/** Counts the vectors of `set`, which have `height` levels. No node may be freed meanwhile. */
export function censusOf(sets: Sets, set: number, height: number): Census {
  const sizes = new Map<number, Count>([[UNIT, 1]]);
  const size = (node: number): Count => {
    const known = sizes.get(node);
    if (known !== undefined) return known;
    let sum: Count = 0;
    for (let x = node; x !== EMPTY; x = sets.right[x]!) sum = plus(sum, size(sets.down[x]!));
    sizes.set(node, sum);
    return sum;
  };
  const ways = waysTo(sets, set, height);
  return {
    size: size(set),
    weigh(levels, weights) {
      if (weights === EMPTY || set === EMPTY) return 0;
      const top = levels === null ? 0 : levels.level;
      const sum = weigher(sets, size);
      let all: Count = 0;
      for (const [node, count] of ways[top]!) all = plus(all, times(sum(node, top, levels, weights), count));
      return all;
    },
  };
}

/** For each level, the sets that vectors go on with there, and how many beginnings of vectors lead to each. */
function waysTo(sets: Sets, set: number, height: number): readonly ReadonlyMap<number, Count>[] {
  const levels: Map<number, Count>[] = [new Map([[set, 1]])];
  for (let level = 1; level <= height; level++) {
    const below = new Map<number, Count>();
    for (const [node, count] of levels[level - 1]!) {
      for (let x = node; x !== EMPTY; x = sets.right[x]!) {
        const down = sets.down[x]!;
        below.set(down, plus(below.get(down) ?? 0, count));
      }
    }
    levels.push(below);
  }
  return levels;
}

/** Sums weights below a level; it remembers, for each level, pairs of a set and what is left of the weights. */
function weigher(sets: Sets, size: (node: number) => Count) {
  const known: Map<number, Count>[] = [];
  return function sum(node: number, level: number, list: Levels | null, weights: number): Count {
    if (list === null) return times(size(node), sets.value[weights]!);
    known[level] ??= new Map();
    const sums = known[level];
    // Nodes have less than 26 bits.
    const key = node * 2 ** 26 + weights;
    const before = sums.get(key);
    if (before !== undefined) return before;
    let all: Count = 0;
    let y = weights;
    for (let x = node; x !== EMPTY; x = sets.right[x]!) {
      if (level < list.level) {
        all = plus(all, sum(sets.down[x]!, level + 1, list, weights));
        continue;
      }
      while (y !== EMPTY && sets.value[y]! < sets.value[x]!) y = sets.right[y]!;
      if (y === EMPTY) break;
      if (sets.value[y] === sets.value[x])
        all = plus(all, sum(sets.down[x]!, level + 1, list.rest, sets.down[y]!));
    }
    sums.set(key, all);
    return all;
  };
}

export function plus(a: Count, b: Count): Count {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  return BigInt(a) + BigInt(b);
}

function times(a: Count, b: Count): Count {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a * b)) return a * b;
  return BigInt(a) * BigInt(b);
}
