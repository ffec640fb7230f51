/** What must be so whenever no attach is under way, and after one that failed (properties.md S4, S9, S11). */

import type { Read } from '../contract.ts';
import type { Cpu } from '../cpu/work.ts';
import type { AttachMaster, SmmuDomain } from '../driver/attach-state.ts';
import { ASID_LOCK } from '../driver/attach-state.ts';
import { invsNeeded } from '../driver/build-invs.ts';
import { INV_TYPE_S1_ASID, INV_TYPE_S2_VMID, type Inv } from '../driver/inv-entries.ts';
import { invsIn, live } from '../driver/inv-view.ts';
import type { Tag, TlbEntry, WalkEntry } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { ATS_FIELD } from '../smmu/atc.ts';
import { columnOf, type SmmuUnit } from '../smmu/smmu.ts';
import { mixesOf, STE_1_EATS_TRANS } from '../smmu/ste.ts';
import { cellReader, type ReadCell } from '../smmu/tables.ts';
import type { Machine } from '../system.ts';
import { arrayWellFormed } from './array-well-formed.ts';
import { lifeOf } from './life.ts';
import type { Property } from './properties.ts';
import { entrySuspect } from './suspect.ts';

/** Domains and devices that a scenario has. */
export interface Parties {
  readonly domains: readonly SmmuDomain[];
  readonly masters: readonly AttachMaster[];
}

/** Nobody holds arm_smmu_asid_lock. */
const atRest =
  (machine: Machine) =>
  (read: Read): boolean =>
    cellReader(machine.layout, read)(ASID_LOCK, 'v', 0) === 0;

interface Listing {
  readonly master: AttachMaster;
  readonly ssid: number;
  readonly ats: boolean;
}

/** The attachments in a domain's list. */
function listed(cell: ReadCell, { masters }: Parties, d: SmmuDomain): readonly Listing[] {
  return masters.flatMap((master) => {
    const ats = cell(master.name, 'ats_enabled', 0) === 1;
    return Object.entries(master.places).flatMap(([ssid, n]) =>
      [2 * n, 2 * n + 1]
        .filter((at) => cell(d.name, 'devices', at) !== 0)
        .map(() => ({ master, ssid: Number(ssid), ats })),
    );
  });
}

/** S9 with the domains' lists as its measure: an array has what the devices in the list need, each as often. */
export const invsMatchDevices = (machine: Machine, parties: Parties): readonly Property[] =>
  parties.domains.flatMap((d) =>
    arrayWellFormed(machine, [d.name], atRest(machine), (read) =>
      listed(cellReader(machine.layout, read), parties, d).map(({ master, ssid, ats }) =>
        invsNeeded(master, ats, ssid, d),
      ),
    ),
  );

/** nr_ats_masters counts the devices in the list whose ATS is on. */
export const atsMastersCounted = (machine: Machine, parties: Parties): readonly Property[] =>
  parties.domains.map((d) => ({
    name: 'atsMastersCounted',
    broken(read) {
      if (!atRest(machine)(read)) return null;
      const cell = cellReader(machine.layout, read);
      const [count, real] = [
        cell(d.name, 'nr_ats_masters', 0),
        listed(cell, parties, d).filter(({ ats }) => ats).length,
      ];
      return count === real
        ? null
        : `${d.name}.nr_ats_masters is ${count}, and ${real} attachments in its list have ATS`;
    },
  }));

/** S4: a tag that is in no array is in no TLB entry, nor in a walk, while no attach is under way. */
export function noOrphanTag(machine: Machine, { domains }: Parties): readonly Property[] {
  const arrays = (cell: ReadCell): readonly Inv[] =>
    domains.flatMap((d) => {
      const array = String(cell(d.name, 'invs', 0)).slice(1);
      return live(invsIn((field, index) => cell(array, field, index)));
    });
  const orphanIn = (unit: SmmuUnit, read: Read): TlbEntry | WalkEntry | undefined => {
    const { tlb, walks } = read(unit.state);
    if (!atRest(machine)(read) || tlb.length + walks.length === 0) return undefined;
    const known = arrays(cellReader(machine.layout, read)).filter((e) => e.smmu === unit.decl.name);
    return [...tlb, ...walks].find((e) => !known.some((inv) => tags(inv, e)));
  };
  return machine.smmus.map((unit) => ({
    name: 'noOrphanTag',
    suspect: (read) => {
      const orphan = orphanIn(unit, read);
      return orphan === undefined ? null : entrySuspect(unit, orphan);
    },
    broken(read) {
      const orphan = orphanIn(unit, read);
      return orphan === undefined
        ? null
        : `${columnOf(unit.decl)} may hold a translation with ${tagText(orphan)}, which is in no array`;
    },
    antecedent: (read) => !atRest(machine)(read) && read(unit.state).tlb.length > 0,
  }));
}

/** Whether what is tagged so goes when the entry asks for its tag to go. */
function tags({ type, id }: Inv, { asid, vmid }: Tag): boolean {
  if (type === INV_TYPE_S1_ASID) return asid === id && (vmid === 0 || vmid === null);
  return type === INV_TYPE_S2_VMID && vmid === id;
}

const tagText = ({ asid, vmid }: Tag): string => (asid === undefined ? `VMID ${vmid}` : `ASID ${asid}`);

/** S11: an attach that returns an error has changed nothing, and keeps nothing. `pools`: what it may allocate.
 *  `ret`: the register that says so. */
export function allOrNothing(
  machine: Machine,
  cpu: Cpu,
  ret: string,
  objects: readonly string[],
  pools: readonly string[],
): Property {
  const hasFailed = (read: Read): boolean => {
    const t = read(cpu.thread);
    const value = t.regs[ret]?.value;
    return t.pc === cpu.program.code.length && value?.kind === 'const' && value.value !== 0;
  };
  const cells = machine.layout.cells.filter((c) => objects.includes(c.object.name) && c.field !== 'rwlock');
  const initial = (c: (typeof cells)[number]): Value | null =>
    c.object.fields.find((f) => f.name === c.field)!.cells[c.index]!;
  return {
    name: 'allOrNothing',
    broken(read) {
      if (!hasFailed(read)) return null;
      const changed = cells.find((c) => read(c.group).values[c.slot] !== initial(c));
      if (changed !== undefined) {
        const now = read(changed.group).values[changed.slot];
        return `the attach has failed, and ${changed.name} is ${now} instead of ${initial(changed)}`;
      }
      const leaked = pools.find((o) => lifeOf(machine, o)(read) === 'live');
      return leaked === undefined ? null : `the attach has failed, and ${leaked} is still allocated`;
    },
    antecedent: hasFailed,
  };
}

/** While ATS is on at a device, its STE accepts what the device sends by ATS: otherwise there is noise (AER). */
export function atsIsAccepted(machine: Machine): readonly Property[] {
  const refused = (unit: SmmuUnit, read: Read): string | null => {
    const cell = cellReader(unit.layout, read);
    const on = unit.decl.streams.find(
      ({ sid, device }) =>
        device !== undefined &&
        cell(device, ATS_FIELD, 0) === 1 &&
        mixesOf(read(unit.state).ste, sid).some(
          ({ meaning: m }) => m.config !== 'translate' || m.eats !== STE_1_EATS_TRANS,
        ),
    );
    return on === undefined ? null : `ATS is on at ${on.device}, and ${columnOf(unit.decl)} may refuse it`;
  };
  return machine.smmus.map((unit) => ({ name: 'atsIsAccepted', broken: (read) => refused(unit, read) }));
}
