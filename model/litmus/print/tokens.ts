/** What values are called in a litmus test: numbers as they are, pointers as numbers, or as themselves where something is
 *  accessed through them and one cell stands for what they point to. */
import type { Loc } from '../../machine.ts';
import type { Layout } from '../../memory/layout.ts';
import type { Value } from '../../program/expression.ts';
import type { Op } from './op.ts';
import { FREED } from './path.ts';

export interface Tokens {
  of(value: Value): string;
  /** Whether it is written as the address of a variable. */
  isAddress(value: Value | undefined): boolean;
  /** Whether a load whose value is used as an address may as well read something that is none. */
  mayBeOther(load: Op): boolean;
  isAtomic(loc: Loc): boolean;
  pointerRegister(registers: ReadonlyMap<Op, string>, register: string): boolean;
  /** How a parameter is declared. */
  typeOf(parameter: string): string;
  /** What numbers stand for: `1 is &invs0`. */
  legend(): readonly string[];
}

export function tokensFor(
  layout: Layout,
  names: ReadonlyMap<Loc, string>,
  ops: readonly Op[],
  initial: (loc: Loc) => Value | null,
): Tokens {
  const cellsOf = new Map<string, Loc[]>();
  for (const loc of names.keys()) {
    const { name } = layout.cells[loc]!.object;
    cellsOf.set(name, [...(cellsOf.get(name) ?? []), loc]);
  }
  const only = (value: Value): Loc | null => {
    const cells =
      typeof value === 'string' && value.startsWith('&') ? (cellsOf.get(value.slice(1)) ?? []) : [];
    return cells.length === 1 ? cells[0]! : null;
  };
  const addresses = new Set(
    ops.flatMap(({ base }) => (base?.read !== undefined && only(base.read) !== null ? [base.read] : [])),
  );
  const values = [
    ...[...names.keys()].flatMap((loc) => initial(loc) ?? []),
    ...ops.flatMap(({ read, written, operand }) => [read, written, operand].flatMap((v) => v ?? [])),
  ];
  const numbers = new Set(values.filter((v) => typeof v === 'number'));
  const ids = new Map<Value, number>();
  const idOf = (value: Value): number => {
    const known = ids.get(value);
    if (known !== undefined) return known;
    let id = 1;
    while (numbers.has(id) || [...ids.values()].includes(id)) id++;
    ids.set(value, id);
    return id;
  };
  const of = (value: Value): string => {
    if (addresses.has(value)) return names.get(only(value)!)!;
    if (typeof value === 'number' && Math.abs(value) < 2 ** 31) return String(value);
    return String(idOf(value));
  };
  for (const value of values) of(value);
  const atomics = new Set(
    ops.flatMap(({ what, i, loc }) => (what === 'rmw' && i.op === 'rmw' && i.fn !== 'swap' ? [loc!] : [])),
  );
  const locks = new Set(ops.flatMap(({ what, loc }) => (what === 'lock' || what === 'unlock' ? [loc!] : [])));
  const byName = new Map([...names].map(([loc, name]) => [name, loc]));
  const valuesOf = (loc: Loc): readonly Value[] =>
    [initial(loc) ?? 0, ...ops.flatMap((op) => (op.loc === loc ? [op.read, op.written] : []))].flatMap(
      (v) => v ?? [],
    );
  const holdsAddress = (loc: Loc): boolean => valuesOf(loc).some((v) => addresses.has(v));
  return {
    of,
    isAddress: (value) => value !== undefined && addresses.has(value),
    mayBeOther: ({ loc, read }) =>
      read !== undefined && addresses.has(read) && valuesOf(loc!).some((v) => !addresses.has(v)),
    isAtomic: (loc) => atomics.has(loc),
    pointerRegister: (registers, register) =>
      [...registers].some(([op, r]) => r === register && op.loc !== null && holdsAddress(op.loc)),
    typeOf: (parameter) => {
      const loc = byName.get(parameter);
      if (loc === undefined) return 'int *';
      if (locks.has(loc)) return 'spinlock_t *';
      if (atomics.has(loc)) return 'atomic_t *';
      return holdsAddress(loc) ? 'int **' : 'int *';
    },
    legend: () => legendOf(ids, ops),
  };
}

/** What numbers stand for that are no numbers, and numbers that the source has a name for. */
function legendOf(ids: ReadonlyMap<Value, number>, ops: readonly Op[]): readonly string[] {
  const named = new Map<Value, string>();
  for (const { i, written } of ops) {
    const [, name] = /, ([A-Z][A-Z0-9_ |]*)\)$/.exec(i.at.text) ?? [];
    if (i.op === 'store' && written !== undefined && name !== undefined) named.set(written, name);
  }
  const flags = [...named].flatMap(([value, name]) =>
    typeof value === 'number' && !ids.has(value) && String(value) !== name ? [`${value} is ${name}`] : [],
  );
  const stand = (value: Value): string =>
    value === FREED ? 'what is read after it was freed' : (named.get(value) ?? String(value));
  return [...[...ids].map(([value, id]) => `${id} is ${stand(value)}`), ...flags];
}
