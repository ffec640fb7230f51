/** Who takes part in a litmus test: CPUs, RCU where it frees what is read, and a walk of an SMMU. */
import type { Needed } from './cells.ts';
import type { Op } from './op.ts';
import { FREED, type Path } from './path.ts';
import type { Walk } from './walk.ts';

export interface Thread {
  /** Who it is. */
  readonly role: string;
  readonly ops: readonly Op[];
  readonly kind: 'cpu' | 'walk' | 'callback';
  /** How many operations of a walk belong to each level. */
  readonly levels?: readonly number[];
  readonly object?: string;
}

const ACCESSES: ReadonlySet<Op['what']> = new Set([
  'load',
  'store',
  'rmw',
  'cas',
  'free',
  'call',
  'lock',
  'unlock',
]);

/** Without what orders nothing: fences that no access precedes or follows. */
export function relevant(ops: readonly Op[]): readonly Op[] {
  const first = ops.findIndex(({ what }) => ACCESSES.has(what));
  const last = ops.findLastIndex(({ what }) => ACCESSES.has(what));
  return first < 0
    ? []
    : ops.filter(({ what }, k) => what === 'rcu' || (k >= first && k <= last)).filter(isNoRepetition);
}

const isNoRepetition = ({ what, i }: Op, k: number, all: readonly Op[]): boolean =>
  what !== 'fence' || all[k - 1]?.what !== 'fence' || all[k - 1]!.i.at.text !== i.at.text;

/** What depends on nothing. */
export const plain = { base: null, from: null, tests: [], lost: false } as const;

export function threadsOf(
  paths: readonly Path[],
  ops: readonly (readonly Op[])[],
  walk: Walk | null,
  needed: Needed,
): readonly Thread[] {
  const cpus = paths.flatMap(({ cpu }, id): readonly Thread[] =>
    ops[id]!.some(({ what }) => ACCESSES.has(what)) ? [{ role: cpu.name, ops: ops[id]!, kind: 'cpu' }] : [],
  );
  const called = [...new Set(ops.flat().flatMap((op) => (op.what === 'call' ? [op] : [])))];
  const callbacks = called.map((call): Thread => {
    const frees = needed.freed
      .get(call.object!)!
      .map((loc): Op => ({ ...plain, what: 'free', i: call.i, loc, written: FREED }));
    return {
      role: `RCU, which frees ${call.object} after a grace period`,
      ops: frees,
      kind: 'callback',
      object: call.object!,
    };
  });
  const graced = callbacks.length > 0 || ops.flat().some(({ what }) => what === 'synchronize');
  const own = graced ? cpus : cpus.map((t) => ({ ...t, ops: t.ops.filter(({ what }) => what !== 'rcu') }));
  if (walk === null) return [...own, ...callbacks];
  const levels = walk.levels
    .map((level) => level.filter(({ loc }) => needed.cells.has(loc)))
    .filter((l) => l.length > 0);
  const loads = levels
    .flat()
    .map(({ loc, value }): Op => ({ ...plain, what: 'load', i: NO_INSTRUCTION, loc, read: value }));
  if (loads.length === 0) return [...own, ...callbacks];
  const role = `the walk by which ${walk.about}`;
  return [...own, ...callbacks, { role, ops: loads, kind: 'walk', levels: levels.map((l) => l.length) }];
}

export const NO_INSTRUCTION = { op: 'isb', at: { fn: '', text: '' } } as const;
