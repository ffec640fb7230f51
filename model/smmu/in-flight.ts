/** Hardware whose CMD_SYNC behind a CFGI does not wait for transactions (Hardware.cfgiSyncDrains). */
import type { HeldEntry, Smmu, TlbEntry } from '../machine.ts';
import { compact } from './commands.ts';
import { contextsOf, sameTag, tagOf } from './contexts.ts';
import { add, sorted } from './entries.ts';
import type { SmmuUnit } from './smmu.ts';

/** Adds what transactions that were translated by contexts which the CMD_SYNC ended may still use. */
export function stillInFlight(unit: SmmuUnit, before: Smmu, after: Smmu): Smmu {
  if (unit.hardware.cfgiSyncDrains !== false) return after;
  const held = [...(after.held ?? [])];
  for (const { sid } of unit.decl.streams) {
    const left = contextsOf(unit.layout, after, sid).map(tagOf);
    for (const tag of contextsOf(unit.layout, before, sid).map(tagOf)) {
      if (left.some((t) => sameTag(t, tag))) continue;
      for (const e of after.tlb) if (sameTag(e, tag)) add(held, { ...e, sid, doom: [] }, same);
    }
  }
  return compact({ ...after, held: sorted(held) });
}

const same = (a: HeldEntry, b: HeldEntry): boolean => a.sid === b.sid && sameEntry(a, b);
const sameEntry = (a: TlbEntry, b: TlbEntry): boolean =>
  sameTag(a, b) && a.page === b.page && a.below === b.below && a.target === b.target;
