/** Breadth first: states are expanded in the order of their ids, so the frontier is a cursor. The first state
 *  found to break an invariant is at the least distance from the initial state. */
import type { Frontier } from './frontier.ts';

export function bfs(): Frontier {
  let cursor = 0;
  let count = 0;
  /** The first state of the next level. */
  let levelEnd = 0;
  let level = -1;
  let paused = false;
  return {
    inLayers: true,
    found(_from, to) {
      count = to;
    },
    next(pending) {
      if (cursor === levelEnd) {
        if (pending > 0 || paused || levelEnd === count) return -1;
        levelEnd = count;
        level += 1;
      }
      return cursor++;
    },
    size: () => count - cursor,
    depth: () => (count > levelEnd ? level + 1 : level),
    pause: (wanted) => {
      paused = wanted;
    },
    save: () => ({ numbers: [cursor, count, levelEnd, level], lists: [] }),
    restore({ numbers }, states) {
      [cursor, count, levelEnd, level] = numbers as [number, number, number, number];
      const isInOrder = 0 <= cursor && cursor <= levelEnd && levelEnd <= count && count === states;
      if (!isInOrder || numbers.length !== 4) throw new Error('its frontier is not one of breadth first');
    },
  };
}
