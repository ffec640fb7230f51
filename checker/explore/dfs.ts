/** Depth first: the frontier is a stack. It finds deep states soon and short counterexamples rarely. */
import type { Frontier } from './frontier.ts';
import { grown } from './leaves.ts';

export function dfs(): Frontier {
  let stack = new Int32Array(1 << 10);
  let depths = new Int32Array(1 << 10);
  let top = 0;
  /** The distance at which the state last handed out was found. */
  let here = -1;
  let deepest = 0;
  return {
    inLayers: false,
    found(from, to) {
      const size = top + to - from;
      if (size > stack.length) {
        stack = grown(stack, size);
        depths = grown(depths, size);
      }
      // Pushed backwards, so that the first successor is taken first.
      for (let id = to - 1; id >= from; id--) {
        stack[top] = id;
        depths[top++] = here + 1;
      }
      if (to > from) deepest = Math.max(deepest, here + 1);
    },
    next(pending) {
      if (top === 0 || pending > 0) return -1;
      here = depths[--top]!;
      return stack[top]!;
    },
    size: () => top,
    depth: () => deepest,
    save: () => ({ numbers: [here, deepest], lists: [stack.subarray(0, top), depths.subarray(0, top)] }),
    restore({ numbers, lists }, states) {
      [here, deepest] = numbers as [number, number];
      top = lists[0]!.length;
      const isStack = numbers.length === 2 && lists.length === 2 && lists[1]!.length === top;
      if (!isStack || !lists[0]!.every((id) => id >= 0 && id < states))
        throw new Error('its frontier is not one of depth first');
      stack = grown(Int32Array.from(lists[0]!), top);
      depths = grown(Int32Array.from(lists[1]!), top);
    },
  };
}
