/** What belongs to the hardware's end of command queues, and where it lies in memory. */
import type { Read, Ref } from '../contract.ts';
import type { CellName, Engine, EngineDecl } from '../machine.ts';
import type { Cell, Layout } from '../memory/layout.ts';
import type { Value } from '../program/expression.ts';

/** Fields of a queue's object: its slots, and the registers of the SMMU. */
export const ENT = 'ent';
export const PROD = 'prod_reg';
export const CONS = 'cons_reg';
export const GERROR = 'gerror';
export const GERRORN = 'gerrorn';

export interface EngineUnit {
  readonly decl: EngineDecl;
  readonly layout: Layout;
  readonly state: Ref<Engine>;
}

/** Cells that the hardware writes. */
export function engineWrites(decl: EngineDecl, layout: Layout): readonly number[] {
  return decl.queues.flatMap((q) => [ENT, CONS, GERROR].flatMap((field) => layout.cellsOf(q, field)));
}

export function cellOf({ layout, decl }: EngineUnit, { object, field, index }: CellName): Cell {
  return layout.cells[layout.locate(object, field, index, `of ${decl.name}`)]!;
}

/** The value that memory holds. */
export function memoryHolds(unit: EngineUnit, read: Read, name: CellName): Value | null {
  const cell = cellOf(unit, name);
  return read(cell.group).values[cell.slot]!;
}

export const isSync = (command: string): boolean => command.startsWith('CMD_SYNC');
export const isAtcInv = (command: string): boolean => command.startsWith('ATC_INV');
/** Configures the device's stream so that nothing that its ATC holds is of use (EATS = 0). */
export const isBlocking = (command: string): boolean => command.startsWith('CFGI_STE');
