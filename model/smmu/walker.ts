/** The state of an explicit SMMU (walker-oracle.ts): what is cached, what is in flight, and which of it the consumed
 *  commands target. Written without the may-sets' code, so that one can be held to the other. */
import type { Command } from '../machine.ts';
import type { Value } from '../program/expression.ts';

/** Caches without bounds: old and new copies stand side by side (semantics.md A4). */
export interface Walker {
  /** At most one for each stream. */
  readonly fetches: readonly Ste[];
  readonly stes: readonly Ste[];
  /** At most one. */
  readonly walks: readonly Walk[];
  readonly tables: readonly CachedTable[];
  readonly tlb: readonly CachedPage[];
  /** What devices were given. */
  readonly atc: readonly GivenPage[];
  /** Commands consumed since the last CMD_SYNC. */
  readonly consumed: readonly Command[];
}

/** What consumed commands can target: `hit` has their indices, in ascending order. The next CMD_SYNC ends it. */
interface Target {
  readonly hit: readonly number[];
}

/** An STE as it was read, word by word; complete once it is cached. */
export interface Ste extends Target {
  readonly sid: number;
  readonly words: Readonly<Record<number, Value>>;
}

/** A walk in flight for one page: it is about to read `table`, or has read the page's descriptor already. */
export interface Walk extends Target {
  readonly sid: number;
  readonly vmid: Value;
  readonly page: number;
  readonly table: string;
  readonly below: number;
  /** Whether `table` is the root: known from the configuration, not from a descriptor. */
  readonly isRoot: boolean;
  /** Page object that the descriptor leads to; null before it is read. */
  readonly found: string | null;
}

/** A table descriptor in the walk cache. */
export interface CachedTable extends Target {
  readonly vmid: Value;
  /** The first page that the table translates. */
  readonly page: number;
  readonly below: number;
  readonly table: string;
}

/** A page descriptor in the TLB. */
export interface CachedPage extends Target {
  readonly vmid: Value;
  readonly page: number;
  readonly target: string;
}

/** A translation in a device's ATC: of requests without a PASID. */
export interface GivenPage extends Target {
  readonly sid: number;
  readonly page: number;
  readonly target: string;
}

export const cold: Walker = { fetches: [], stes: [], walks: [], tables: [], tlb: [], atc: [], consumed: [] };

/** Pages that an entry of the walk cache or the TLB translates. */
interface Scope {
  readonly vmid: Value;
  readonly first: number;
  readonly count: number;
  readonly leaf: boolean;
}

/** The descriptors that each table has, `n`, decides what the scopes are. */
export const tableScope = (e: Omit<CachedTable, 'hit'>, n: number): Scope => ({
  vmid: e.vmid,
  first: e.page,
  count: n ** (e.below + 1),
  leaf: false,
});
export const pageScope = (e: Omit<CachedPage, 'hit'>): Scope => ({
  vmid: e.vmid,
  first: e.page,
  count: 1,
  leaf: true,
});

/** Whether a TLBI is meant for such an entry (IHI 0070 4.4). */
export function tlbi({ name, operands: o }: Command, e: Scope): boolean {
  if (name === 'TLBI_NSNH_ALL') return true;
  if (name === 'TLBI_S12_VMALL') return o.vmid === e.vmid;
  if (name !== 'TLBI_S2_IPA' || o.vmid !== e.vmid || (o.leaf === 1 && !e.leaf)) return false;
  const pages = Array.from({ length: e.count }, (_, i) => e.first + i);
  return pages.some((page) => page >= Number(o.page) && page < Number(o.page) + Number(o.pages));
}

/** Whether a CFGI is meant for the stream's STE (IHI 0070 4.3). */
export const cfgi = ({ name, operands }: Command, sid: number): boolean =>
  name === 'CFGI_ALL' || (name === 'CFGI_STE' && operands.sid === sid);

/** Whether an ATC_INV is meant for what a device holds (IHI 0070 4.5): a naturally aligned power of two of pages. */
export function atcInv({ name, operands: o }: Command, e: Omit<GivenPage, 'hit'>): boolean {
  if (name !== 'ATC_INV' || o.sid !== e.sid || (o.ssid ?? -1) !== -1) return false;
  const pages = 2 ** Number(o.size);
  return Math.floor(e.page / pages) === Math.floor(Number(o.page) / pages);
}

/** Whether a walk uses, or could still form, something that the command targets. */
function disturbs(c: Command, w: Walk, n: number): boolean {
  const below = w.isRoot ? w.below - 1 : w.below;
  const span = n ** (below + 1);
  const onTheWay = { vmid: w.vmid, page: w.page - (w.page % span), below, table: w.table };
  return (
    cfgi(c, w.sid) ||
    tlbi(c, pageScope({ vmid: w.vmid, page: w.page, target: '' })) ||
    (w.found === null && below >= 0 && tlbi(c, tableScope(onTheWay, n)))
  );
}

/** A command is consumed: it marks what it targets, cached or in flight. Nothing goes before the CMD_SYNC; that
 *  hardware may drop it earlier is a kind of eviction. */
export function consumed(w: Walker, c: Command, n: number): Walker {
  const index = w.consumed.length;
  const mark = <T extends Target>(items: readonly T[], isMeant: (e: T) => boolean): readonly T[] =>
    items.map((e) => (isMeant(e) ? { ...e, hit: [...e.hit, index] } : e));
  return {
    fetches: mark(w.fetches, (e) => cfgi(c, e.sid)),
    stes: mark(w.stes, (e) => cfgi(c, e.sid)),
    walks: mark(w.walks, (e) => disturbs(c, e, n)),
    tables: mark(w.tables, (e) => tlbi(c, tableScope(e, n))),
    tlb: mark(w.tlb, (e) => tlbi(c, pageScope(e))),
    atc: mark(w.atc, (e) => atcInv(c, e)),
    consumed: [...w.consumed, c],
  };
}

/** A CMD_SYNC completes: what was marked is gone, and what was in flight and marked starts again. */
export function synced(w: Walker): Walker {
  const unmarked = <T extends Target>(items: readonly T[]): readonly T[] =>
    items.filter((e) => e.hit.length === 0);
  return {
    fetches: unmarked(w.fetches),
    stes: unmarked(w.stes),
    walks: unmarked(w.walks),
    tables: unmarked(w.tables),
    tlb: unmarked(w.tlb),
    atc: unmarked(w.atc),
    consumed: [],
  };
}

/** Puts an entry into a cache. A copy of the same that is marked no less gives way to it. */
export function cached<T extends Target>(items: readonly T[], e: T): readonly T[] {
  const content = ({ hit, ...rest }: T): string => JSON.stringify(rest);
  const same = items.filter((x) => content(x) === content(e));
  if (same.some((x) => x.hit.every((i) => e.hit.includes(i)))) return items;
  const worse = same.filter((x) => e.hit.every((i) => x.hit.includes(i)));
  const key = (x: T): string => JSON.stringify([content(x), x.hit]);
  return [...items.filter((x) => !worse.includes(x)), e].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
