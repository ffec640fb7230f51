/** Everything that an SMMU could have fetched by now, given what it may hold and what memory says: computed to a
 *  fixpoint after every store to a structure that it reads and after every command (semantics.md 3.3). */
import type { Smmu, SmmuDecl, SteEntry, TlbEntry, WalkEntry } from '../machine.ts';
import type { Layout } from '../memory/layout.ts';
import { coversTlb, coversWalk, inherited } from './commands.ts';
import { add, sorted } from './entries.ts';
import { type Context, contextsOf, STE_WORDS } from './ste.ts';
import { descriptorsOf, type ReadCell, spanOf } from './tables.ts';

/** Adds all that can be derived. Invalid descriptors are not cached; STE words are, valid or not. */
export function close(decl: SmmuDecl, layout: Layout, cell: ReadCell, s: Smmu): Smmu {
  const ste = fetched(decl, cell, s.ste);
  const contexts = decl.streams.flatMap(({ sid }) => contextsOf(ste, sid));
  const isUsable = (w: WalkEntry): boolean => contexts.some((c) => c.vmid === w.vmid);
  const roots = contexts.map((c) => rootWalk(decl, c));
  const walks = [...s.walks];
  const tlb = [...s.tlb];
  for (let changed = true; changed; ) {
    changed = false;
    for (const w of [...roots, ...walks.filter(isUsable)]) {
      for (const { slot, target } of descriptorsOf(layout, cell, w.table)) {
        const page = w.page + slot * spanOf(layout, w.below - 1);
        const isNew =
          w.below > 0
            ? reachTable(layout, s, w, { page, target }, walks)
            : reachPage(s, w, { page, target }, tlb);
        changed = isNew || changed;
      }
    }
  }
  return { ste: sorted(ste), walks: sorted(walks), tlb: sorted(tlb), consumed: s.consumed };
}

function fetched(decl: SmmuDecl, cell: ReadCell, held: readonly SteEntry[]): readonly SteEntry[] {
  const ste = [...held];
  for (const { sid, ste: object } of decl.streams) {
    for (const q of STE_WORDS) {
      const value = cell(object, 'data', q);
      if (value !== null) add(ste, { sid, q, value, doom: [] }, sameSte);
    }
  }
  return ste;
}

/** The walk that a context starts. It is not kept: the root is part of the configuration, and once a CMD_SYNC has
 *  completed a CFGI, no transaction that used the old configuration is left, nor its walk. */
const rootWalk = (decl: SmmuDecl, c: Context): WalkEntry => ({
  vmid: c.vmid,
  table: c.root,
  below: decl.levels - 1,
  page: 0,
  doom: [],
});

interface Found {
  readonly page: number;
  readonly target: string;
}

/** A table descriptor leads a walk to the next table. True if that is new. */
function reachTable(
  layout: Layout,
  s: Smmu,
  w: WalkEntry,
  { page, target }: Found,
  walks: WalkEntry[],
): boolean {
  const child: WalkEntry = { vmid: w.vmid, table: target, below: w.below - 1, page, doom: [] };
  const span = spanOf(layout, child.below);
  const doom = inherited(w.doom, s.consumed, (c) => coversWalk(c, child, span));
  return add(walks, { ...child, doom }, sameWalk);
}

/** A page descriptor leads a walk to a page. True if that is new. */
function reachPage(s: Smmu, w: WalkEntry, { page, target }: Found, tlb: TlbEntry[]): boolean {
  const child: TlbEntry = { vmid: w.vmid, page, target, doom: [] };
  const doom = inherited(w.doom, s.consumed, (c) => coversTlb(c, child));
  return add(tlb, { ...child, doom }, sameTlb);
}

const sameSte = (a: SteEntry, b: SteEntry): boolean => a.sid === b.sid && a.q === b.q && a.value === b.value;
const sameWalk = (a: WalkEntry, b: WalkEntry): boolean =>
  a.vmid === b.vmid && a.table === b.table && a.below === b.below && a.page === b.page;
const sameTlb = (a: TlbEntry, b: TlbEntry): boolean =>
  a.vmid === b.vmid && a.page === b.page && a.target === b.target;
