/** Everything that an SMMU could have fetched by now, given what it may hold and what memory says: computed to a
 *  fixpoint after every store to a structure that it reads and after every command (semantics.md 3.3). */
import type { Read } from '../contract.ts';
import type { Smmu, SmmuDecl, SteEntry, TlbEntry, WalkEntry } from '../machine.ts';
import type { Layout } from '../memory/layout.ts';
import type { Value } from '../program/expression.ts';
import { coversTlb, coversWalk, inherited } from './commands.ts';
import { contextsOf, STE_WORDS } from './ste.ts';

/** What memory holds now, as the SMMU reads it: one cell of an object. */
export type ReadCell = (object: string, field: string, index: number) => Value | null;

export function cellReader(layout: Layout, read: Read): ReadCell {
  return (object, field, index) => {
    const cell = layout.cells[layout.locate(object, field, index, 'read by an SMMU')]!;
    return read(cell.group).values[cell.slot]!;
  };
}

/** Number of descriptors in a table. */
export const tableSize = (layout: Layout, table: string): number => layout.cellsOf(table, 'pte').length;

/** Pages that a walk that reached `e.table` translates. */
export function spanOf(layout: Layout, e: WalkEntry): number {
  return tableSize(layout, e.table) ** (e.below + 1);
}

/** Adds all that can be derived. Invalid descriptors are not cached; STE words are, valid or not. */
export function close(decl: SmmuDecl, layout: Layout, cell: ReadCell, s: Smmu): Smmu {
  const ste = [...s.ste];
  for (const { sid, ste: object } of decl.streams) {
    for (const q of STE_WORDS) {
      const value = cell(object, 'data', q);
      if (value !== null) add(ste, { sid, q, value, doom: [] }, sameSte);
    }
  }
  const walks = [...s.walks];
  const tlb = [...s.tlb];
  for (const { sid } of decl.streams) {
    for (const { vmid, root } of contextsOf(ste, sid)) {
      add(walks, { vmid, table: root, below: decl.levels - 1, page: 0, doom: [] }, sameWalk);
    }
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const w of [...walks]) {
      for (let slot = 0; slot < tableSize(layout, w.table); slot++) {
        const descriptor = cell(w.table, 'pte', slot);
        if (typeof descriptor !== 'string') continue;
        changed = follow(layout, s, w, slot, descriptor.slice(1), walks, tlb) || changed;
      }
    }
  }
  return { ste: sorted(ste), walks: sorted(walks), tlb: sorted(tlb), consumed: s.consumed };
}

/** A valid descriptor leads a walk to the next table, or to a page. True if that is new. */
function follow(
  layout: Layout, s: Smmu, w: WalkEntry, slot: number, target: string, walks: WalkEntry[], tlb: TlbEntry[],
): boolean {
  const span = tableSize(layout, w.table) ** w.below;
  const page = w.page + slot * span;
  if (w.below > 0) {
    const child: WalkEntry = { vmid: w.vmid, table: target, below: w.below - 1, page, doom: [] };
    const doom = inherited(w.doom, s.consumed, (c) => coversWalk(c, child, spanOf(layout, child)));
    return add(walks, { ...child, doom }, sameWalk);
  }
  const child: TlbEntry = { vmid: w.vmid, page, target, doom: [] };
  return add(tlb, { ...child, doom: inherited(w.doom, s.consumed, (c) => coversTlb(c, child)) }, sameTlb);
}

const sameSte = (a: SteEntry, b: SteEntry): boolean => a.sid === b.sid && a.q === b.q && a.value === b.value;
const sameWalk = (a: WalkEntry, b: WalkEntry): boolean =>
  a.vmid === b.vmid && a.table === b.table && a.below === b.below && a.page === b.page;
const sameTlb = (a: TlbEntry, b: TlbEntry): boolean => a.vmid === b.vmid && a.page === b.page && a.target === b.target;

/** Adds an entry unless one with the same content is doomed by no more than it; removes those doomed by more. */
function add<E extends { readonly doom: readonly number[] }>(entries: E[], e: E, same: (a: E, b: E) => boolean): boolean {
  const within = (a: E, b: E): boolean => a.doom.every((d) => b.doom.includes(d));
  if (entries.some((x) => same(x, e) && within(x, e))) return false;
  const kept = entries.filter((x) => !(same(x, e) && within(e, x)));
  entries.splice(0, entries.length, ...kept, e);
  return true;
}

/** One order for one set, so that equal may-sets are equal values. */
function sorted<E>(entries: readonly E[]): readonly E[] {
  return entries.map((e) => [JSON.stringify(e), e] as const).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, e]) => e);
}
