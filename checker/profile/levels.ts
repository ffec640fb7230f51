/** How many states lie at each distance from the initial one. */
import type { Visited } from '../explore/visited.ts';

/** Only of a breadth-first search, whose ids are in order of distance, with parents kept. */
export function levelsOf(visited: Visited): readonly number[] {
  const levels: number[] = [];
  for (let from = 0; from < visited.count; ) {
    // The level ends before the first state that was found from a state of this level.
    const to = firstFrom(visited, from, from);
    levels.push(to - from);
    from = to;
  }
  return levels;
}

/** The first state after `from` whose parent is not before `parent`: parents of states grow with their ids. */
function firstFrom(visited: Visited, from: number, parent: number): number {
  let low = from + 1;
  let high = visited.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (visited.parentOf(middle) < parent) low = middle + 1;
    else high = middle;
  }
  return low;
}
