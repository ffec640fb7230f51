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

/** What the valid descriptors of a table lead to. */
export function descriptorsOf(
  layout: Layout,
  cell: ReadCell,
  table: string,
): readonly { readonly slot: number; readonly target: string }[] {
  return layout.cellsOf(assertTable(layout, table), 'pte').flatMap((_, slot) => {
    const descriptor = cell(table, 'pte', slot);
    return typeof descriptor === 'string' ? [{ slot, target: descriptor.slice(1) }] : [];
  });
}

/** A page where a table is expected would be a block descriptor, or a wild walk; neither is modelled. */
export function assertTable(layout: Layout, object: string): string {
  if (layout.cellsOf(object, 'pte').length > 0) return object;
  throw new ModelBug(`an SMMU walks ${object}, which is no table: it has no field 'pte'`);
}
