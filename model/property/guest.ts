/** S1 and S12 for a guest (properties.md): what it has unmapped is used no more, and its commands touch its own VMID and
 *  its own SIDs only. */
import type { Read } from '../contract.ts';
import { GUEST_FREE, type Vsmmu } from '../driver/vsmmu.ts';
import type { Command } from '../machine.ts';
import { commandText } from '../smmu/commands.ts';
import { columnOf, type Reach, type SmmuUnit } from '../smmu/smmu.ts';
import { cellReader } from '../smmu/tables.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';
import { suspectOf } from './suspect.ts';

/** Whether a command can concern nobody but the guest. */
export function isWithin({ vmid, sids }: Pick<Vsmmu, 'vmid' | 'sids'>, { name, operands }: Command): boolean {
  if (name === 'CMD_SYNC') return true;
  if (/^(ATC_INV|CFGI_CD|CFGI_CD_ALL|CFGI_STE)$/.test(name))
    return [...sids.values()].includes(Number(operands.sid));
  return /^TLBI_(NH_|S2_IPA|S12_VMALL)/.test(name) && operands.vmid === vmid;
}

/** One invariant for each SMMU: nothing in its queue goes beyond the guest. For scenarios where nobody issues anything
 *  but on the guest's behalf. */
export function guestScope(machine: Machine, vsmmu: Vsmmu): readonly Property[] {
  return machine.smmus.map((unit) => ({
    name: 'guestScope',
    broken: (read) => {
      const beyond = read(unit.queue).find((c) => !isWithin(vsmmu, c));
      if (beyond === undefined) return null;
      const own = `VMID ${vsmmu.vmid} and SID ${[...vsmmu.sids.values()].join(', ')}`;
      return `${columnOf(unit.decl)} is told ${commandText(beyond)} for a guest that has ${own}`;
    },
    antecedent: (read) => read(unit.queue).some((c) => c.name !== 'CMD_SYNC'),
  }));
}

/** One invariant for each SMMU: no page `page0`, `page1`, … that the guest has given to something else is reached by way
 *  of its stage 1, or of an ATC. Stage 2 goes on translating its IPA. */
export function noStaleGuestTranslation(machine: Machine): readonly Property[] {
  const pages = machine.layout.cellsOf(GUEST_FREE, 'page').map((_, page) => page);
  const free = (read: Read): readonly string[] => {
    const cell = cellReader(machine.layout, read);
    return pages.filter((page) => cell(GUEST_FREE, 'page', page) === 1).map((page) => `page${page}`);
  };
  const stale = (unit: SmmuUnit, read: Read): Reach | undefined => {
    const gone = free(read);
    if (gone.length === 0) return undefined;
    const byStage1 = unit.model.reach(unit, read).filter((r) => r.asid !== undefined || r.held !== undefined);
    return byStage1.find((r) => gone.includes(r.object));
  };
  return machine.smmus.map((unit) => ({
    name: 'noStaleGuestTranslation',
    suspect: (read) => {
      const found = stale(unit, read);
      return found === undefined ? null : suspectOf(unit, read(unit.state), found);
    },
    broken: (read) => {
      const found = stale(unit, read);
      if (found === undefined) return null;
      const how = found.held ?? `ASID ${found.asid}, VMID ${found.vmid}`;
      return `${columnOf(unit.decl)} may still translate page ${found.page} of stream ${found.sid} (${how}) to ${found.object}, which the guest has given to something else`;
    },
    antecedent: (read) => free(read).length > 0,
  }));
}
