/** Hash-consing: each distinct value of a component, and each distinct event, is a small integer. */
import { ModelBug } from '../system.ts';
import { keyOf, sealed } from './canonical.ts';

/** Distinct values of one kind, numbered from 0 in the order in which they were met. */
export interface Interner<T> {
  /** The number of `value`; a new value gets the next one. */
  idOf(value: T): number;
  /** The number of `value`, or -1 if it was never met. */
  find(value: T): number;
  /** The first value met with this number. Frozen. */
  valueOf(id: number): T;
  count(): number;
}

/** An interner that knows no value yet; `what` names its values in an error. */
export function interner<T>(what: string): Interner<T> {
  const ids = new Map<string, number>();
  const values: T[] = [];
  return {
    idOf(value) {
      const key = named(what, () => keyOf(value));
      const known = ids.get(key);
      if (known !== undefined) return known;
      values.push(named(what, () => sealed(value)));
      ids.set(key, values.length - 1);
      return values.length - 1;
    },
    find: (value) => ids.get(keyOf(value)) ?? -1,
    valueOf: (id) => values[id] as T,
    count: () => values.length,
  };
}

function named<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new ModelBug(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
