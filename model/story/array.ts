/** Which invalidation array a CPU went by, and whether a newer one was there or on its way. */

import type { Value } from '../program/expression.ts';
import { pointeeOf } from '../program/qword.ts';
import { type Did, listed, type Past } from './past.ts';

/** The field of a domain that points to its array, and those of the array that say whose caches its entries are for. */
const POINTER = 'invs';
const ENTRY = 'inv.smmu';
const USERS = 'inv.users';

/** Of the last array that the CPU looked up before `step`: where it was from, and which SMMUs it lists. Only if there is
 *  another one, or it does not list `smmu`. */
export function arrayStory(past: Past, cpu: string, step: number, smmu: string): readonly string[] {
  const { layout } = past.machine;
  const read = arrayRead(past, cpu, step);
  const cell = layout.cells.find((c) => c.name === read?.place);
  const array = read === undefined ? null : pointeeOf(read.value);
  if (read === undefined || cell === undefined || array === null) return [];
  const lists = smmusIn(past, array, read.step);
  if (lists === null || lists.includes(smmu)) return [];
  const told = `${cpu} went by ${read.value}, which lists ${listed(lists.map((n) => n.toUpperCase()))}`;
  const now = past.memory(cell.loc, past.end);
  if (now !== read.value) {
    const stored = past.lastState((i) => past.memory(cell.loc, i) !== now);
    const when = stored < read.step ? 'before it looked, and it read the old value' : 'after it had looked';
    return [`${told}: ${past.deed(stored, ({ place }) => place === cell.name)} reached memory ${when}.`];
  }
  const coming = past.onItsWay(cell.loc, past.end);
  return [coming === null ? `${told}.` : `${told}: ${coming} has not reached memory.`];
}

/** The last time before the end of `step` that the CPU read a pointer to an array. */
export function arrayRead(past: Past, cpu: string, step: number): Did | undefined {
  const pointers = past.machine.layout.cells.filter((c) => c.field === POINTER).map((c) => c.name);
  return past
    .did((d) => d.agent === cpu && d.kind === 'read' && d.step <= step && pointers.includes(d.place))
    .at(-1);
}

/** The SMMUs that an array's entries are for, of those in use; null if it is no array. */
function smmusIn(past: Past, array: string, i: number): readonly string[] | null {
  const { layout } = past.machine;
  const cells = layout.cellsOf(array, ENTRY);
  if (cells.length === 0) return null;
  const values = (field: string): readonly (Value | null)[] =>
    layout.cellsOf(array, field).map((loc) => past.memory(loc, i));
  const users = values(USERS);
  const named = values(ENTRY).flatMap((v, i) => (users[i] !== 0 && v !== null ? (pointeeOf(v) ?? []) : []));
  return [...new Set(named)];
}
