/** Everything that an SMMU could have fetched by now, given what it may hold and what memory says: computed to a
 *  fixpoint after every store to a structure that it reads and after every command (semantics.md 3.3). */
import type { AtcEntry, CdEntry, Command, Smmu, SteEntry, Tag, TlbEntry, WalkEntry } from '../machine.ts';
import { pointeeOf } from '../program/qword.ts';
import { ATS_FIELD } from './atc.ts';
import { CD_WORDS, cdField, substreamsOf } from './cd.ts';
import { compact, inherited } from './commands.ts';
import { type Config, type Context, configsOf, contextsOf, sameTag, tagOf, walksFor } from './contexts.ts';
import { add, sorted } from './entries.ts';
import { coversCd, coversTlb, coversWalk, type Span } from './scopes.ts';
import type { SmmuUnit } from './smmu.ts';
import { descriptorsOf, isTable, type ReadCell, spanOf } from './tables.ts';

export type Unit = Pick<SmmuUnit, 'decl' | 'layout' | 'words'>;

/** What is being added to. */
interface Draft {
  readonly unit: Unit;
  readonly cell: ReadCell;
  readonly consumed: readonly Command[];
  readonly cd: CdEntry[];
  readonly walks: WalkEntry[];
  readonly tlb: TlbEntry[];
  readonly span: Span;
}

/** Adds all that can be derived. Invalid descriptors are not cached; STE and CD words are, valid or not. */
export function close(unit: Unit, cell: ReadCell, s: Smmu): Smmu {
  const ste = fetchedStes(unit, cell, s.ste);
  const configs = unit.decl.streams.flatMap(({ sid }) => configsOf({ ste }, sid));
  const d: Draft = {
    unit,
    cell,
    consumed: s.consumed,
    cd: [...(s.cd ?? [])],
    walks: [...s.walks],
    tlb: [...s.tlb],
    span: ({ below }) => spanOf(unit.layout, below),
  };
  let contexts: readonly Context[] = [];
  for (let changed = true; changed; ) {
    changed = fetchCds(d, configs);
    contexts = unit.decl.streams.flatMap(({ sid }) =>
      contextsOf(
        unit.layout,
        { ste, cd: d.cd },
        sid,
        configs.filter((c) => c.sid === sid),
      ),
    );
    changed = walkOn(d, contexts) || changed;
  }
  const atc = requested(d, contexts, s.atc ?? []);
  const { cd, walks, tlb } = d;
  return compact({
    ...s,
    ste: sorted(ste),
    cd: sorted(cd),
    walks: sorted(walks),
    tlb: sorted(tlb),
    atc: sorted(atc),
  });
}

function fetchedStes({ decl, words }: Unit, cell: ReadCell, held: readonly SteEntry[]): readonly SteEntry[] {
  const ste = [...held];
  for (const { sid, ste: object } of decl.streams) {
    for (const q of words) {
      const value = cell(object, 'data', q);
      if (value !== null) add(ste, { sid, q, value, doom: [] }, sameSte);
    }
  }
  return ste;
}

/** Reads the CDs that configurations with a stage 1 lead to. True if anything is new. */
function fetchCds(d: Draft, configs: readonly Config[]): boolean {
  let changed = false;
  for (const { sid, meaning, doom } of configs) {
    const pointer = meaning.stage1?.cds ?? null;
    if (pointer === null) continue;
    for (const found of resolved(d, pointer, meaning.vmid)) {
      const table = d.unit.layout.objects.get(found.object);
      for (const ssid of table === undefined ? [] : substreamsOf(table)) {
        for (const q of CD_WORDS) {
          const value = d.cell(found.object, cdField(ssid), q);
          if (value === null) continue;
          const e = { sid, ssid, table: pointer, q, value };
          const parents = [...new Set([...doom, ...found.doom])].sort((a, b) => a - b);
          const left = inherited(parents, d.consumed, (c) => coversCd(c, e));
          changed = add(d.cd, { ...e, doom: left }, sameCd) || changed;
        }
      }
    }
  }
  return changed;
}

/** Walks on from every root and from every table reached. True if anything is new. */
function walkOn(d: Draft, contexts: readonly Context[]): boolean {
  let changed = false;
  const isUsable = (w: WalkEntry): boolean => contexts.some((c) => walksFor(c, w));
  for (const w of [...contexts.flatMap((c) => rootWalks(d, c)), ...d.walks.filter(isUsable)]) {
    for (const { slot, descriptor } of descriptorsOf(d.unit.layout, d.cell, w.table)) {
      const page = w.page + slot * (w.below === 0 ? 1 : d.span({ below: w.below - 1 }));
      for (const { object: target, doom } of resolved(d, descriptor, w.vmid)) {
        const found: Found = { page, target, doom: [...new Set([...w.doom, ...doom])].sort((a, b) => a - b) };
        const leadsOn = w.below > 0 && isTable(d.unit.layout, target);
        changed = (leadsOn ? reachTable(d, w, found) : reachPage(d, w, found)) || changed;
      }
    }
  }
  return changed;
}

/** The walks that a context starts. They are not kept: the root is part of the configuration, and once a CMD_SYNC has
 *  completed a CFGI, no transaction that used the old configuration is left, nor its walk. */
function rootWalks(d: Draft, c: Context): readonly WalkEntry[] {
  const { levels, levels1 = levels } = d.unit.decl;
  const roots = (root: string | null | undefined, tag: Tag, below: number): readonly WalkEntry[] =>
    root === null || root === undefined
      ? []
      : resolved(d, root, c.vmid).map(({ object, doom }) => ({
          ...tag,
          table: object,
          below,
          page: 0,
          doom,
        }));
  return [
    ...(c.stage1 === null ? [] : roots(c.stage1.root, tagOf(c), levels1 - 1)),
    ...roots(c.stage2?.root, { vmid: c.vmid }, levels - 1),
  ];
}

interface Found {
  readonly page: number;
  readonly target: string;
  /** By what the parents are doomed. */
  readonly doom: readonly number[];
}

/** What a pointer leads to: an object, or through stage 2 whatever the TLB has for the IPA, with its doom. */
function resolved(
  d: Draft,
  pointer: string,
  vmid: Tag['vmid'],
): readonly { readonly object: string; readonly doom: readonly number[] }[] {
  const object = pointeeOf(pointer);
  if (object !== null) return [{ object, doom: [] }];
  const ipa = Number(pointer.slice(1));
  return d.tlb
    .filter((e) => e.asid === undefined && e.vmid === vmid)
    .filter(
      (e) => e.page <= ipa && ipa < e.page + (e.below === undefined ? 1 : d.span({ below: e.below - 1 })),
    )
    .map((e) => ({ object: e.target, doom: e.doom }));
}

const tagged = ({ asid, vmid }: Tag): Tag => (asid === undefined ? { vmid } : { asid, vmid });

/** A table descriptor leads a walk to the next table. True if that is new. */
function reachTable(d: Draft, w: WalkEntry, { page, target, doom }: Found): boolean {
  const child: WalkEntry = { ...tagged(w), table: target, below: w.below - 1, page, doom: [] };
  const left = inherited(doom, d.consumed, (c) => coversWalk(c, child, d.span(child)));
  return add(d.walks, { ...child, doom: left }, sameWalk);
}

/** A page or block descriptor leads a walk to a page. True if that is new. */
function reachPage(d: Draft, w: WalkEntry, { page, target, doom }: Found): boolean {
  const block = w.below > 0 ? { below: w.below } : {};
  const child: TlbEntry = { ...tagged(w), page, ...block, target, doom: [] };
  const left = inherited(doom, d.consumed, (c) => coversTlb(c, child, d.span));
  return add(d.tlb, { ...child, doom: left }, sameTlb);
}

/** What devices may have asked for and been given. No command that covers the TLB covers an ATC, so nothing is
 *  inherited. */
function requested(d: Draft, contexts: readonly Context[], held: readonly AtcEntry[]): readonly AtcEntry[] {
  const atc = [...held];
  for (const { sid, device } of d.unit.decl.streams) {
    if (device === undefined || d.cell(device, ATS_FIELD, 0) !== 1) continue;
    for (const c of contexts.filter((x) => x.sid === sid && x.ats)) {
      for (const { page, below, target } of d.tlb.filter((e) => sameTag(tagOf(c), e))) {
        const block = below === undefined ? {} : { below };
        add(atc, { sid, ssid: c.ssid, page, ...block, target, doom: [] }, sameAtc);
      }
    }
  }
  return atc;
}

const sameSte = (a: SteEntry, b: SteEntry): boolean => a.sid === b.sid && a.q === b.q && a.value === b.value;
const sameCd = (a: CdEntry, b: CdEntry): boolean =>
  a.sid === b.sid && a.ssid === b.ssid && a.table === b.table && a.q === b.q && a.value === b.value;
const sameWalk = (a: WalkEntry, b: WalkEntry): boolean =>
  sameTag(a, b) && a.table === b.table && a.below === b.below && a.page === b.page;
const sameTlb = (a: TlbEntry, b: TlbEntry): boolean =>
  sameTag(a, b) && a.page === b.page && a.below === b.below && a.target === b.target;
const sameAtc = (a: AtcEntry, b: AtcEntry): boolean =>
  a.sid === b.sid && a.ssid === b.ssid && a.page === b.page && a.below === b.below && a.target === b.target;
