/** A copy of a value of the state that may be changed: components are frozen, and a step works on a copy. */
import type { Draft } from 'immer';

/** Copies a JSON value to its leaves. `structuredClone` does the same and more, and takes five times as long. */
export function copyOf<T>(value: T): Draft<T> {
  return (typeof value === 'object' && value !== null ? copied(value) : value) as Draft<T>;
}

function copied(value: object): object {
  const copy = (Array.isArray(value) ? value.slice() : { ...value }) as Record<string, unknown>;
  for (const key in copy) {
    const part = copy[key];
    if (typeof part === 'object' && part !== null) copy[key] = copied(part);
  }
  return copy;
}
