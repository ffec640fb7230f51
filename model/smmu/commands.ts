/** Commands of the queue: what each covers, and what consuming it and completing a CMD_SYNC does
 *  (semantics.md 3.2, 3.3; IHI 0070 4.3, 4.4). */
import { match } from 'ts-pattern';
import { ModelBug } from '../contract.ts';
import type { Command, Smmu, SteEntry, TlbEntry, WalkEntry } from '../machine.ts';

/** The commands that the SMMU knows, with the operands that it needs. `page` and `pages` are in pages. */
const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  CFGI_STE: ['sid'],
  CFGI_ALL: [],
  TLBI_S12_VMALL: ['vmid'],
  TLBI_S2_IPA: ['vmid', 'page', 'pages', 'leaf'],
  TLBI_NSNH_ALL: [],
  CMD_SYNC: [],
};

/** ModelBug for a command that is unknown or lacks an operand: it would silently invalidate nothing. */
export function assertKnown(c: Command): void {
  const needed = OPERANDS[c.name];
  if (needed === undefined) throw new ModelBug(`the SMMU does not know the command ${c.name}`);
  const missing = needed.filter((name) => c.operands[name] === undefined);
  if (missing.length > 0) throw new ModelBug(`${c.name} lacks the operand '${missing[0]}'`);
}

/** Whether the command covers a cached STE word. */
export function coversSte(c: Command, e: SteEntry): boolean {
  return match(c.name)
    .with('CFGI_STE', () => c.operands.sid === e.sid)
    .with('CFGI_ALL', () => true)
    .otherwise(() => false);
}

/** Whether the command covers a walk. A leaf-only TLBI leaves walks alone. `span`: pages that the walk's table
 *  translates. */
export function coversWalk(c: Command, e: WalkEntry, span: number): boolean {
  return match(c.name)
    .with('TLBI_S12_VMALL', () => c.operands.vmid === e.vmid)
    .with(
      'TLBI_S2_IPA',
      () => c.operands.leaf === 0 && c.operands.vmid === e.vmid && overlaps(c, e.page, span),
    )
    .with('TLBI_NSNH_ALL', () => true)
    .otherwise(() => false);
}

/** Whether the command covers a TLB entry. */
export function coversTlb(c: Command, e: TlbEntry): boolean {
  return match(c.name)
    .with('TLBI_S12_VMALL', () => c.operands.vmid === e.vmid)
    .with('TLBI_S2_IPA', () => c.operands.vmid === e.vmid && overlaps(c, e.page, 1))
    .with('TLBI_NSNH_ALL', () => true)
    .otherwise(() => false);
}

/** The range of a TLBI by address against a range of pages. */
function overlaps(c: Command, page: number, span: number): boolean {
  const [from, count] = [c.operands.page, c.operands.pages];
  if (typeof from !== 'number' || typeof count !== 'number') {
    throw new ModelBug(`${c.name} needs numbers for 'page' and 'pages', both in pages`);
  }
  return from < page + span && page < from + count;
}

/** Consumption guarantees nothing yet: what the command covers is doomed, and usable until the next CMD_SYNC. */
export function consume(s: Smmu, c: Command, span: (e: WalkEntry) => number): Smmu {
  assertKnown(c);
  const index = s.consumed.length;
  const doomed = <E extends { readonly doom: readonly number[] }>(e: E, covered: boolean): E =>
    covered ? { ...e, doom: [...e.doom, index] } : e;
  return {
    ste: s.ste.map((e) => doomed(e, coversSte(c, e))),
    walks: s.walks.map((e) => doomed(e, coversWalk(c, e, span(e)))),
    tlb: s.tlb.map((e) => doomed(e, coversTlb(c, e))),
    consumed: [...s.consumed, c],
  };
}

/** CMD_SYNC completes: nothing that an earlier command covered is left, in a cache or in flight. */
export function completeSync(s: Smmu): Smmu {
  const kept = <E extends { readonly doom: readonly number[] }>(entries: readonly E[]): readonly E[] =>
    entries.filter((e) => e.doom.length === 0);
  return { ste: kept(s.ste), walks: kept(s.walks), tlb: kept(s.tlb), consumed: [] };
}

/** A child inherits the doom of its parent only by commands that cover the child itself. */
export function inherited(
  doom: readonly number[],
  consumed: readonly Command[],
  covers: (c: Command) => boolean,
): readonly number[] {
  return doom.filter((i) => covers(consumed[i]!));
}

/** A command as a trace shows it. */
export function commandText(c: Command): string {
  const { sid, vmid, page, pages, leaf } = c.operands;
  const operands = [
    ...(sid === undefined ? [] : [`SID ${sid}`]),
    ...(vmid === undefined ? [] : [`VMID ${vmid}`]),
    ...(page === undefined ? [] : [pages === 1 ? `page ${page}` : `${pages} pages from ${page}`]),
    ...(c.name.startsWith('TLBI') && leaf === 0 ? ['walks too'] : []),
  ];
  return operands.length === 0 ? c.name : `${c.name}(${operands.join(', ')})`;
}
