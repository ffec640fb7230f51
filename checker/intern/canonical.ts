/** Values to keys and back: what makes two values of a component the same value. */
import { configure } from 'safe-stable-stringify';
import { ModelBug } from '../system.ts';

const stringify = configure({ strict: true, deterministic: true });

/** The exact encoding of a JSON value; equal values have equal keys, whatever the order of their fields. */
export function keyOf(value: unknown): string {
  const key = stringify(value);
  if (key === undefined) throw new ModelBug(`not a JSON value: ${String(value)}`);
  return key;
}

/** Freezes `value` to its leaves, so that a model function that mutates what it reads throws instead of changing
 *  every state that shares the value. Throws where the contract's "immutable JSON values" is broken. */
export function sealed<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    if (!plain) throw new ModelBug(`not a JSON value: a ${value.constructor?.name ?? 'bare object'}`);
    for (const part of Object.values(value)) sealed(part);
    return Object.freeze(value);
  }
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ModelBug(`not a JSON value: ${String(value)}`);
}
