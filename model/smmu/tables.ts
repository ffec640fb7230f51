/** Memory as an SMMU walks it: tables of descriptors, and which pages each translates. */
import { ModelBug, type Read } from '../contract.ts';
import type { Layout } from '../memory/layout.ts';
import type { Value } from '../program/expression.ts';

/** What memory holds now, as the SMMU reads it: one cell of an object. */
export type ReadCell = (object: string, field: string, index: number) => Value | null;

export function cellReader(layout: Layout, read: Read): ReadCell {
  return (object, field, index) => {
    const cell = layout.cells[layout.locate(object, field, index, 'read by an SMMU')]!;
    return read(cell.group).values[cell.slot]!;
  };
}

/** Descriptors of a full table, at every level: as many as the largest table has. In a smaller one only the first
 *  are modelled, the others are invalid for good. */
export function fanOut(layout: Layout): number {
  return Math.max(...layout.cellsOf(null, 'pte').map((loc) => layout.cells[loc]!.index)) + 1;
}

/** Pages that a table translates with `below` levels under it. */
export const spanOf = (layout: Layout, below: number): number => fanOut(layout) ** (below + 1);

/** The valid descriptors of a table: pointers to what they lead to. */
export function descriptorsOf(
  layout: Layout,
  cell: ReadCell,
  table: string,
): readonly { readonly slot: number; readonly descriptor: string }[] {
  return layout.cellsOf(assertTable(layout, table), 'pte').flatMap((_, slot) => {
    const descriptor = cell(table, 'pte', slot);
    return typeof descriptor === 'string' ? [{ slot, descriptor }] : [];
  });
}

/** Whether the object is a table: what leads to anything else above the last level is a block descriptor. */
export const isTable = (layout: Layout, object: string): boolean => layout.cellsOf(object, 'pte').length > 0;

/** A root that is no table would be a wild walk, which is not modelled. */
export function assertTable(layout: Layout, object: string): string {
  if (isTable(layout, object)) return object;
  throw new ModelBug(`an SMMU walks ${object}, which is no table: it has no field 'pte'`);
}
