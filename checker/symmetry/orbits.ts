/** The naive twin of the reduction, for tests: all states, one by one, and their images by brute force. */
import { keyOf } from '../intern/canonical.ts';
import type { System } from '../system.ts';
import { initialValues, readOf, take, type Values } from '../trace/take.ts';
import { groupOf } from './group.ts';

/** How many states the system has, up to the exchange of likes. */
export function orbitsOf(system: System): number {
  const group = groupOf(system);
  const left = new Map(reachable(system).map((values) => [keyOf(values), values]));
  let orbits = 0;
  for (const values of left.values()) {
    orbits += 1;
    for (const { from, value } of group) {
      const image = from.map((c) => value(c, values[c]));
      left.delete(keyOf(image));
    }
  }
  return orbits;
}

function reachable(system: System): readonly Values[] {
  const found = new Map([[keyOf(initialValues(system)), initialValues(system)]]);
  for (const values of found.values()) {
    for (const { steps } of system.agents) {
      for (const step of steps(readOf(values))) {
        const after = take(system, values, step);
        if (!found.has(keyOf(after))) found.set(keyOf(after), after);
      }
    }
  }
  return [...found.values()];
}
