/** Commands of the queue: what consuming them and completing a CMD_SYNC does to what may be held (semantics.md 3.3;
 *  IHI 0070 4.3 to 4.7). What each covers is in scopes.ts. */
import type { Command, Hardware, Smmu } from '../machine.ts';
import {
  assertKnown,
  coversAtc,
  coversCd,
  coversSte,
  coversTlb,
  coversWalk,
  NO_PASID,
  rangeOf,
  type Span,
} from './scopes.ts';

/** Consumption guarantees nothing yet: what the command covers is doomed, and usable until the next CMD_SYNC.
 *  `span`: pages that a walk's table translates. An ATC_INV that the device leaves unanswered dooms nothing. */
export function consume(s: Smmu, c: Command, span: Span, isAnswered = true): Smmu {
  assertKnown(c);
  const index = s.consumed.length;
  const doomed = <E extends { readonly doom: readonly number[] }>(e: E, covered: boolean): E =>
    covered ? { ...e, doom: [...e.doom, index] } : e;
  return compact({
    ...s,
    ste: s.ste.map((e) => doomed(e, coversSte(c, e))),
    cd: (s.cd ?? []).map((e) => doomed(e, coversCd(c, e))),
    walks: s.walks.map((e) => doomed(e, coversWalk(c, e, span(e)))),
    tlb: s.tlb.map((e) => doomed(e, coversTlb(c, e, span))),
    atc: (s.atc ?? []).map((e) => doomed(e, isAnswered && coversAtc(c, e, span))),
    held: (s.held ?? []).map((e) => doomed(e, coversTlb(c, e, span))),
    consumed: [...s.consumed, c],
  });
}

/** CMD_SYNC completes: nothing that an earlier command covered is left, in a cache or in flight. */
export function completeSync(s: Smmu, hardware: Hardware = {}): Smmu {
  const kept = <E extends { readonly doom: readonly number[] }>(entries: readonly E[]): readonly E[] =>
    entries.filter((e) => e.doom.length === 0);
  const atc = s.atc ?? [];
  const late =
    hardware.atcKeepsInflight === true ? atc.filter((e) => e.doom.length > 0 && e.late !== true) : [];
  return compact({
    ...s,
    ste: kept(s.ste),
    cd: kept(s.cd ?? []),
    walks: kept(s.walks),
    tlb: kept(s.tlb),
    atc: [...kept(atc), ...late.map((e) => ({ ...e, late: true as const, doom: [] }))],
    held: kept(s.held ?? []),
    consumed: [],
  });
}

/** Without the lists that are empty and may be absent. */
export function compact(s: Smmu): Smmu {
  const { cd = [], atc = [], held = [], ...rest } = s;
  return {
    ...rest,
    ...(cd.length > 0 ? { cd } : {}),
    ...(atc.length > 0 ? { atc } : {}),
    ...(held.length > 0 ? { held } : {}),
  };
}

/** A child inherits the doom of its parents only by commands that cover the child itself. */
export function inherited(
  doom: readonly number[],
  consumed: readonly Command[],
  covers: (c: Command) => boolean,
): readonly number[] {
  return doom.filter((i) => covers(consumed[i]!));
}

/** A command as a trace shows it. */
export function commandText(c: Command): string {
  const { sid, ssid, vmid, asid, page, size, leaf, ttl } = c.operands;
  const operands = [
    ...(sid === undefined ? [] : [`SID ${sid}`]),
    ...(ssid === undefined || ssid === NO_PASID ? [] : [`SSID ${ssid}`]),
    ...(vmid === undefined ? [] : [`VMID ${vmid}`]),
    ...(asid === undefined ? [] : [`ASID ${asid}`]),
    ...(page === undefined || size === 52 ? [] : [pagesText(c)]),
    ...(size === 52 ? ['all'] : []),
    ...(ttl === undefined || ttl === 0 ? [] : [`TTL ${ttl}`]),
    ...(c.name.startsWith('TLBI') && leaf === 0 ? ['walks too'] : []),
  ];
  return operands.length === 0 ? c.name : `${c.name}(${operands.join(', ')})`;
}

function pagesText(c: Command): string {
  const { page, pages } =
    c.name === 'ATC_INV' ? { page: c.operands.page, pages: 2 ** Number(c.operands.size) } : rangeOf(c);
  return pages === 1 ? `page ${page}` : `${pages} pages from ${page}`;
}
