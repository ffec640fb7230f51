/** Ways to spoil a JSON value: what is in a file has the right form, but not the right content. */
import fc from 'fast-check';

/** One thing done to a value; `at` picks one of all the places in it, from 0 to 1. */
export type Change =
  | { readonly kind: 'set'; readonly at: number; readonly value: unknown }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'double'; readonly at: number }
  | { readonly kind: 'nest'; readonly at: number }
  | { readonly kind: 'add'; readonly at: number; readonly key: string; readonly value: unknown }
  | { readonly kind: 'move'; readonly at: number; readonly other: number }
  | { readonly kind: 'grow'; readonly at: number; readonly times: number }
  | { readonly kind: 'bury'; readonly at: number; readonly depth: number };

/** Evenly spread, as fc.double is not. */
const place = fc.nat({ max: 999_999 }).map((n) => n / 1e6);

const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    '',
    'x',
    0,
    -1,
    1,
    0.5,
    1e9,
    1e308,
    -0,
    2 ** 31,
    2 ** 53,
    [],
    {},
  ),
  fc.constantFrom<unknown>('__proto__', 'constructor', '../../x', '\0', '\u001b[31m', '\ud800', 'é', 'a\nb'),
  fc.integer({ min: -3, max: 12 }),
  fc.jsonValue({ maxDepth: 2 }),
);

const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'length', 'then', 'toJSON', '', '0'];

export const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof<fc.Arbitrary<Change>[]>(
    fc.record({ kind: fc.constant('set'), at: place, value }),
    fc.record({ kind: fc.constant('remove'), at: place }),
    fc.record({ kind: fc.constant('double'), at: place }),
    fc.record({ kind: fc.constant('nest'), at: place }),
    fc.record({ kind: fc.constant('add'), at: place, key: fc.constantFrom(...keys), value }),
    fc.record({ kind: fc.constant('move'), at: place, other: place }),
    fc.record({ kind: fc.constant('grow'), at: place, times: fc.constantFrom(100, 20_000) }),
    fc.record({ kind: fc.constant('bury'), at: place, depth: fc.constantFrom(20, 20_000) }),
  ),
  { minLength: 1, maxLength: 3 },
);

/** A place: what holds it, and its key there. */
interface Place {
  readonly holder: Holder;
  readonly key: string | number;
}

type Holder = unknown[] | Record<string, unknown>;

/** The value after all changes; the one that was given stays as it is. */
export function changed(value: unknown, all: readonly Change[]): unknown {
  const root = { value: structuredClone(value) };
  try {
    for (const change of all) apply(root, change);
  } catch (error) {
    // Too deep to be copied: deep enough.
    if (!(error instanceof RangeError)) throw error;
  }
  return root.value;
}

function apply(root: { value: unknown }, change: Change): void {
  const places = placesIn(root);
  // There are few places at the top, and what is there matters most.
  const { holder, key } = places[Math.floor(change.at ** 2 * places.length)]!;
  const old = get(holder, key);
  if (change.kind === 'add') {
    if (isHolder(old) && !Array.isArray(old)) set(old, change.key, change.value);
  } else if (change.kind === 'double') {
    if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(old));
  } else if (change.kind === 'remove') {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (holder !== root) delete holder[key];
  } else if (change.kind === 'move') {
    const from = places[Math.floor(change.other * places.length)]!;
    set(holder, key, structuredClone(get(from.holder, from.key)));
  } else {
    set(holder, key, replaced(old, change));
  }
}

function replaced(
  old: unknown,
  change: Extract<Change, { kind: 'set' | 'nest' | 'bury' | 'grow' }>,
): unknown {
  switch (change.kind) {
    case 'set':
      return change.value;
    case 'nest':
      return [old];
    case 'bury':
      return buried(old, change.depth);
    case 'grow':
      if (Array.isArray(old)) return grown(old, change.times);
      return (typeof old === 'string' ? old.slice(0, 100) : 'x').repeat(change.times);
  }
}

function placesIn(root: Holder): readonly Place[] {
  const found: Place[] = [];
  const open: Holder[] = [root];
  for (const holder of open) {
    for (const key of Object.keys(holder)) {
      found.push({ holder, key });
      const held = get(holder, key);
      if (isHolder(held) && found.length < 5000) open.push(held);
    }
  }
  return found;
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

function get(holder: Holder, key: string | number): unknown {
  return (holder as Record<string | number, unknown>)[key];
}

/** As a reader of JSON would: `__proto__` is a key like any other. */
function set(holder: Holder, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function grown(list: readonly unknown[], times: number): readonly unknown[] {
  return list.length === 0 ? [] : Array.from({ length: times }, (_, i) => list[i % list.length]);
}

function buried(value: unknown, depth: number): unknown {
  let inner = value;
  for (let i = 0; i < depth; i++) inner = i % 2 === 0 ? [inner] : { a: inner };
  return inner;
}

/** The value as JSON, however deep it is. */
export function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (error instanceof RangeError) return `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    throw error;
  }
}
