/** What must be true of processes that share their page tables with devices (properties.md S4, S15). */
import type { Read } from '../contract.ts';
import { ASID_XA } from '../driver/sva-domain.ts';
import type { CdEntry, TlbEntry, WalkEntry } from '../machine.ts';
import { cdField, cdMeaning, substreamsOf } from '../smmu/cd.ts';
import { contextsOf, uses } from '../smmu/contexts.ts';
import { columnOf, type SmmuUnit } from '../smmu/smmu.ts';
import { cellReader } from '../smmu/tables.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';
import { cdSuspect, entrySuspect } from './suspect.ts';

/** A substream of a master with one stream, and the register by which a CPU says that it has detached it: 1, or 2 once
 *  it has gone on to something else that uses substreams. */
export interface Substream {
  readonly sid: number;
  readonly ssid: number;
  readonly cdtab: string;
  readonly master: string;
  readonly cpu: number;
  readonly detached: string;
}

/** S15: once a PASID is detached, its CD is invalid, in memory and for the SMMU, and used_ssids is exact. */
export function detachedSubstream(machine: Machine, s: Substream): readonly Property[] {
  const { thread } = machine.cpus[s.cpu]!;
  const phase = (read: Read): number => {
    const value = read(thread).regs[s.detached]?.value;
    return value?.kind === 'const' ? Number(value.value) : 0;
  };
  const substreams = substreamsOf(machine.layout.objects.get(s.cdtab)!).filter((n) => n > 0);
  const after = (p: Omit<Property, 'name' | 'antecedent'>): Property => ({
    ...p,
    name: 'detachedSubstream',
    antecedent: (read) => phase(read) > 0,
  });
  const inMemory = after({
    broken: (read) => {
      if (phase(read) === 0) return null;
      const cell = cellReader(machine.layout, read);
      const isValid = (ssid: number): boolean => cell(s.cdtab, cdField(ssid), 0) !== 0;
      if (isValid(s.ssid)) return `PASID ${s.ssid} is detached, and its CD is valid`;
      const [used, count] = [cell(s.master, 'used_ssids', 0), substreams.filter(isValid).length];
      if (phase(read) > 1 || used === count) return null;
      return `PASID ${s.ssid} is detached, used_ssids is ${used}, and ${count} CDs are valid`;
    },
  });
  const validIn = (unit: SmmuUnit, read: Read): CdEntry | undefined => {
    if (phase(read) === 0) return undefined;
    const held = (read(unit.state).cd ?? []).filter((e) => e.sid === s.sid && e.ssid === s.ssid);
    return held.find((e) => e.q === 0 && cdMeaning(e.value, 0) !== null);
  };
  const cached = machine.smmus.map((unit) =>
    after({
      suspect: (read) => {
        const valid = validIn(unit, read);
        return valid === undefined ? null : cdSuspect(unit, valid);
      },
      broken: (read) => {
        const valid = validIn(unit, read);
        if (valid === undefined) return null;
        return `PASID ${s.ssid} is detached, and ${columnOf(unit.decl)} may still take its CD as valid`;
      },
    }),
  );
  return [inMemory, ...cached];
}

/** S15: a substream reaches the pages of the process that it was bound to, and of no other. */
export function isolation(
  machine: Machine,
  { sid, ssid, pages }: { readonly sid: number; readonly ssid: number; readonly pages: readonly string[] },
): readonly Property[] {
  const foreign = (unit: SmmuUnit, read: Read): TlbEntry | undefined => {
    const smmu = read(unit.state);
    const contexts = contextsOf(machine.layout, smmu, sid).filter((c) => c.ssid === ssid);
    return contexts.flatMap((c) => smmu.tlb.filter((e) => uses(c, e))).find((e) => !pages.includes(e.target));
  };
  return machine.smmus.map((unit) => ({
    name: 'isolation',
    suspect: (read) => {
      const found = foreign(unit, read);
      return found === undefined ? null : entrySuspect(unit, found);
    },
    broken: (read) => {
      const found = foreign(unit, read);
      if (found === undefined) return null;
      return `${columnOf(unit.decl)} may translate page ${found.page} of stream ${sid}, substream ${ssid} (ASID ${found.asid}) to ${found.target}, which is another process's`;
    },
    antecedent: (read) => read(unit.state).tlb.some((e) => !pages.includes(e.target)),
  }));
}

/** S4: an ASID that may be given to anybody is in no TLB and in no walk cache. */
export function freeAsidUncached(machine: Machine, asid: number): readonly Property[] {
  const isFree = (read: Read): boolean => cellReader(machine.layout, read)(ASID_XA, 'v', 0) === 0;
  const tagged = (unit: SmmuUnit, read: Read): TlbEntry | WalkEntry | undefined => {
    if (!isFree(read)) return undefined;
    const { tlb, walks } = read(unit.state);
    return [...tlb, ...walks].find((e) => e.asid === asid);
  };
  return machine.smmus.map((unit) => ({
    name: 'freeAsidUncached',
    suspect: (read) => {
      const found = tagged(unit, read);
      return found === undefined ? null : entrySuspect(unit, found);
    },
    broken: (read) => {
      const found = tagged(unit, read);
      if (found === undefined) return null;
      const what = 'target' in found ? found.target : found.table;
      return `ASID ${asid} is free, and ${columnOf(unit.decl)} may still have it, with ${what}`;
    },
    antecedent: isFree,
  }));
}
