/** What each command covers, exactly: over-invalidation is permitted, and is not relied on (semantics.md 3.2;
 *  IHI 0070 4.3 to 4.5). Addresses are page numbers. */
import { match } from 'ts-pattern';
import { ModelBug } from '../contract.ts';
import type { AtcEntry, CdEntry, Command, SteEntry, Tag, TlbEntry, WalkEntry } from '../machine.ts';

/** Pages that a table translates with so many levels below its descriptors. */
export type Span = (e: { readonly below: number }) => number;

/** ATC_INV's `ssid` without a substream: it covers all of them. */
export const NO_PASID = -1;

/** The commands that the SMMU knows, with the operands that it needs. Optional ones: `vmid` of NH commands (0);
 *  `ttl`, the level of the leaf descriptors (0 = any; 3 is the last); `ssid` of an ATC_INV (NO_PASID).
 *  An address range is `page` with `pages`, or as the hardware has it with `tg` (0 = one page), `scale` and `num`:
 *  (num + 1) << scale granules. An ATC_INV covers 2^`size` pages; 52 = all. */
const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  CFGI_STE: ['sid'],
  CFGI_STE_RANGE: ['sid', 'range'],
  CFGI_ALL: [],
  CFGI_CD: ['sid', 'ssid'],
  CFGI_CD_ALL: ['sid'],
  TLBI_NH_ALL: ['vmid'],
  TLBI_NH_ASID: ['asid'],
  TLBI_NH_VA: ['asid', 'page', 'leaf'],
  TLBI_NH_VAA: ['page', 'leaf'],
  TLBI_EL2_ALL: [],
  TLBI_EL2_ASID: ['asid'],
  TLBI_EL2_VA: ['asid', 'page', 'leaf'],
  TLBI_EL2_VAA: ['page', 'leaf'],
  TLBI_S12_VMALL: ['vmid'],
  TLBI_S2_IPA: ['vmid', 'page', 'leaf'],
  TLBI_NSNH_ALL: [],
  ATC_INV: ['sid', 'page', 'size'],
  PREFETCH_CFG: ['sid'],
  CMD_SYNC: [],
};

/** ModelBug for a command that is unknown or lacks an operand: it would silently invalidate nothing. */
export function assertKnown(c: Command): void {
  const needed = OPERANDS[c.name];
  if (needed === undefined) throw new ModelBug(`the SMMU does not know the command ${c.name}`);
  const missing = needed.filter((name) => c.operands[name] === undefined);
  if (missing.length > 0) throw new ModelBug(`${c.name} lacks the operand '${missing[0]}'`);
  if (byAddress(c)) rangeOf(c);
}

/** Why the SMMU refuses the command with CERROR_ILL, or null: a range command must say something about its range
 *  (IHI 0070 4.4.1). */
export function whyIllegal(c: Command): string | null {
  const { tg = 0, ttl = 0, scale = 0, num = 0 } = c.operands;
  if (!byAddress(c) || tg === 0 || ttl !== 0 || scale !== 0 || num !== 0) return null;
  return `${c.name} with TG = ${tg} and TTL = SCALE = NUM = 0`;
}

/** Whether the command covers a cached STE word. */
export function coversSte(c: Command, { sid }: Pick<SteEntry, 'sid'>): boolean {
  return match(c.name)
    .with('CFGI_STE', () => c.operands.sid === sid)
    .with('CFGI_STE_RANGE', () => {
      const size = 2 ** (number(c, 'range') + 1);
      return Math.floor(sid / size) === Math.floor(number(c, 'sid') / size);
    })
    .with('CFGI_ALL', () => true)
    .otherwise(() => false);
}

/** Whether the command covers a cached CD word. */
export function coversCd(c: Command, e: Pick<CdEntry, 'sid' | 'ssid'>): boolean {
  return match(c.name)
    .with('CFGI_CD', () => c.operands.sid === e.sid && c.operands.ssid === e.ssid)
    .with('CFGI_CD_ALL', () => c.operands.sid === e.sid)
    .otherwise(() => coversSte(c, e));
}

/** Whether a TLBI is meant for entries with this tag, at some address. */
function coversTag({ name, operands: o }: Command, e: Tag): boolean {
  const isStage1 = e.asid !== undefined;
  const vmid = o.vmid ?? 0;
  return match(name)
    .with('TLBI_NSNH_ALL', () => e.vmid !== null)
    .with('TLBI_S12_VMALL', () => e.vmid === vmid)
    .with('TLBI_S2_IPA', () => !isStage1 && e.vmid === vmid)
    .with('TLBI_NH_ALL', 'TLBI_NH_VAA', () => isStage1 && e.vmid === vmid)
    .with('TLBI_NH_ASID', 'TLBI_NH_VA', () => e.asid === o.asid && e.vmid === vmid)
    .with('TLBI_EL2_ALL', 'TLBI_EL2_VAA', () => e.vmid === null)
    .with('TLBI_EL2_ASID', 'TLBI_EL2_VA', () => e.asid === o.asid && e.vmid === null)
    .otherwise(() => false);
}

/** Whether the command covers a walk. A leaf-only TLBI leaves walks alone, and one with a TTL those whose table has
 *  no descriptors of that level on the way below it. `span`: pages that the walk's table translates. */
export function coversWalk(c: Command, e: WalkEntry, span: number): boolean {
  if (!coversTag(c, e)) return false;
  if (!byAddress(c)) return true;
  const { ttl } = rangeOf(c);
  const level = LAST_LEVEL - 1 - e.below; // of the descriptor that leads to the table
  return c.operands.leaf === 0 && (ttl === 0 || level < ttl) && overlaps(c, e.page, span);
}

const onePage: Span = ({ below }) => {
  throw new ModelBug(`a block with ${below + 1} levels below it, where only pages are expected`);
};

/** Whether the command covers a TLB entry. A TTL is a licence to keep entries of other levels. */
export function coversTlb(c: Command, e: TlbEntry, span: Span = onePage): boolean {
  if (!coversTag(c, e)) return false;
  if (!byAddress(c)) return true;
  const { ttl } = rangeOf(c);
  return (ttl === 0 || ttl === LAST_LEVEL - (e.below ?? 0)) && overlaps(c, e.page, pagesOf(e, span));
}

/** Whether an ATC_INV covers what a device holds. */
export function coversAtc(c: Command, e: AtcEntry, span: Span = onePage): boolean {
  const { ssid = NO_PASID } = c.operands;
  if (c.name !== 'ATC_INV' || c.operands.sid !== e.sid) return false;
  if (ssid !== NO_PASID && ssid !== e.ssid) return false;
  const count = 2 ** number(c, 'size');
  const from = Math.floor(number(c, 'page') / count) * count;
  return from < e.page + pagesOf(e, span) && e.page < from + count;
}

/** Pages that an entry of a TLB or an ATC translates. */
const pagesOf = ({ below }: Pick<TlbEntry, 'below'>, span: Span): number =>
  below === undefined ? 1 : span({ below: below - 1 });

const LAST_LEVEL = 3;
/** The translation granule of every table here, as TG encodes it: 4 KiB. */
const TG_4K = 1;

const byAddress = ({ name }: Command): boolean => /_(VA|VAA|IPA)$/.test(name);

interface Pages {
  readonly page: number;
  readonly pages: number;
  readonly ttl: number;
}

/** The pages that a TLBI by address is for. */
export function rangeOf(c: Command): Pages {
  const { pages, tg = 0, ttl = 0 } = c.operands;
  const page = number(c, 'page');
  if (pages !== undefined) return { page, pages: number(c, 'pages'), ttl: Number(ttl) };
  if (tg === 0) return { page, pages: 1, ttl: 0 };
  return { page, pages: (number(c, 'num') + 1) * 2 ** number(c, 'scale'), ttl: Number(ttl) };
}

/** The range of a TLBI by address against a range of pages. One for another granule need not find anything. */
function overlaps(c: Command, first: number, count: number): boolean {
  const { page, pages } = rangeOf(c);
  const { tg = 0 } = c.operands;
  return (tg === 0 || tg === TG_4K) && page < first + count && first < page + pages;
}

function number(c: Command, operand: string): number {
  const value = c.operands[operand];
  if (typeof value === 'number') return value;
  throw new ModelBug(`${c.name} needs a number for '${operand}'`);
}
