/** What may not be done to a command queue, and may not be found done (properties.md S7, S14): judged when a slot is
 *  consumed, and when a store reaches memory. */
import type { Read } from '../contract.ts';
import type { Engine, EngineQueue, Misuse, StoreEvent } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { cellOf, ENT, type EngineUnit, isBlocking, memoryHolds, PROD } from './cmdq-unit.ts';

/** What is wrong with a CPU's store, if anything. */
export function storeMisuse(unit: EngineUnit, own: Engine, e: StoreEvent, read: Read): Misuse | null {
  const cell = unit.layout.cells[e.loc]!;
  const name = cell.object.name;
  const queue = own.queues[unit.decl.queues.indexOf(name)];
  if (queue !== undefined && cell.field === ENT) return overwritten(unit, own, queue, e.old, cell.index);
  if (queue !== undefined && cell.field === PROD) {
    return movedBack(
      unit,
      queue,
      e.old as number,
      memoryHolds(unit, read, { object: name, field: PROD, index: 0 }),
    );
  }
  return returned(unit, own, e);
}

function overwritten(
  unit: EngineUnit,
  own: Engine,
  queue: EngineQueue,
  old: Value | null,
  slot: number,
): Misuse | null {
  if (typeof old !== 'string' || queue.stopped) return null;
  if (own.completed.includes(old) || queue.consumed.includes(old)) return null;
  return {
    kind: 'slot overwritten',
    why: `${old} in slot ${slot} is overwritten before ${unit.decl.name} has consumed it`,
  };
}

/** PROD stays within a queue's length of CONS, and moves on only. */
function movedBack(unit: EngineUnit, queue: EngineQueue, old: number, now: Value | null): Misuse | null {
  const size = 2 ** unit.decl.shift;
  const ahead = (position: number): number => (position - queue.cons + 2 * size) % (2 * size);
  if (typeof now === 'number' && ahead(now) <= size && ahead(old) <= ahead(now)) return null;
  return { kind: 'PROD moved back', why: `PROD goes from ${old} to ${now} while CONS is ${queue.cons}` };
}

/** A page is used again: what was to be invalidated first has to be gone. */
function returned(unit: EngineUnit, own: Engine, e: StoreEvent): Misuse | null {
  const { decl } = unit;
  const reuse = decl.reuses.find(({ cell }) => cellOf(unit, cell).loc === e.loc);
  if (reuse === undefined) return null;
  const { name } = cellOf(unit, reuse.cell);
  const missing = reuse.commands.find((c) => !own.completed.includes(c));
  if (missing !== undefined)
    return { kind: 'returned too early', why: `${name} is stored to, but ${missing} is not complete` };
  if (own.atc && !own.completed.some(isBlocking))
    return {
      kind: 'ATC not invalidated',
      why: `${name} is reused, but the ATC of the device may still hold it`,
    };
  return null;
}

/** Why what stands in the slot is not the command that ought to stand there. */
export function slotMisuse(
  unit: EngineUnit,
  read: Read,
  queue: EngineQueue,
  index: number,
  found: Value | null,
): Misuse | null {
  const { decl } = unit;
  const { completed } = read(unit.state);
  if (typeof found !== 'string')
    return { kind: 'slot not written', why: `PROD covers slot ${index}, which is not written yet` };
  if (completed.includes(found) || queue.consumed.includes(found))
    return { kind: 'slot not written', why: `PROD covers slot ${index}, which still holds the old ${found}` };
  const follows = queue.rest[0];
  const starts = decl.lists.some((l) => l.commands[0] === found);
  if (follows === undefined ? !starts : follows !== found)
    return { kind: 'list torn', why: `${found} follows where ${follows ?? 'a list begins'}` };
  const { after } = decl.lists.find((l) => l.commands.includes(found))!;
  if (after !== null && memoryHolds(unit, read, after) === 0)
    return {
      kind: 'consumed too early',
      why: `${found} is consumed before what its CPU stored first: ${cellOf(unit, after).name}`,
    };
  return null;
}
