/** What an attach works with: devices, domains, and how a device is attached (arm-smmu-v3.h, Linux 7.1; driver.md 2,
 *  5). attach.ts has a reduced attach for small models. */
import type { ObjectDecl } from '../machine.ts';
import type { Address } from '../program/instruction.ts';
import { irqrestore, irqsave, place, spin_lock, spin_unlock } from '../program/kernel.ts';
import type { Stmt } from '../program/statement.ts';
import type { AtsMaster } from './ats.ts';
import type { Domain, Master } from './build-invs.ts';
import { IOMMU_NO_PASID } from './inv-entries.ts';
import type { Cd } from './make-cd.ts';
import type { Ste } from './make-ste.ts';
import type { Version } from './version.ts';

/** `struct arm_smmu_domain`: one that has page tables of its own. */
export interface SmmuDomain extends Domain {
  readonly type: 'paging';
  readonly name: string;
  /** ASID or VMID. */
  readonly tag: number;
  /** Points to the root table. */
  readonly ttb: string;
}

/** `struct arm_smmu_nested_domain`: stage 1 is the guest's, as its STE says. */
export interface NestedDomain {
  readonly type: 'nested';
  readonly s2_parent: SmmuDomain;
  /** Config of the guest's STE. */
  readonly vste: 'S1' | 'bypass' | 'abort';
  /** Where the guest's CD table is. */
  readonly cdtab: string;
  /** EATS of the guest's STE. */
  readonly enable_ats: boolean;
}

export type IommuDomain = SmmuDomain | NestedDomain | { readonly type: 'blocked' | 'identity' };

/** The domain whose invalidations concern the device; null if there are none. */
export function to_smmu_domain_devices(d: IommuDomain): SmmuDomain | null {
  if (d.type === 'paging') return d;
  return d.type === 'nested' ? d.s2_parent : null;
}

/** `struct arm_smmu_master`. */
export interface AttachMaster extends Master {
  readonly name: string;
  /** The object that stands for the device; null: it has no ATS capability. */
  readonly device: string | null;
  /** Objects that hold the STEs, by SID. */
  readonly stes: Readonly<Record<number, string>>;
  /** The CD table's object; null: not allocated, and never will be. */
  readonly cdtab: string | null;
  /** By SSID, the device's place in the lists of domains. */
  readonly places: Readonly<Record<number, number>>;
  /** Whether it belongs to a vSMMU. */
  readonly isVirtual: boolean;
}

/** How a device is attached. All of it is known when a program is built, as arm_smmu_asid_lock is held. */
export interface Attachment {
  readonly domain: IommuDomain;
  readonly pasids: Readonly<Record<number, SmmuDomain>>;
  /** master->ats_enabled. */
  readonly ats: boolean;
  readonly ste: Ste;
  readonly cds: readonly Cd[];
}

/** What may fail while an attach is prepared. */
export type Fallible = 'invs' | 'vmaster' | 'master_domain' | 'iopf' | 'coherency';

/** Where an attach runs, and what it may allocate. */
export interface AttachContext {
  readonly master: AttachMaster;
  readonly cpu: number;
  readonly version: Version;
  /** Of `master_domain` and `vmaster` there is one for each attach. */
  readonly pool: Readonly<Record<'invs' | 'master_domain' | 'vmaster', readonly string[]>>;
  readonly mayFail: readonly Fallible[];
  /** Whether purge() may find no memory. */
  readonly purgeMayFail: boolean;
  /** What the scenario has no use for (install-invs.ts). */
  readonly unused: readonly ('flush' | 'purge')[];
}

/** `struct arm_smmu_attach_state`. */
export interface AttachState extends AttachContext {
  readonly old_domain: SmmuDomain | null;
  readonly new_domain: IommuDomain;
  readonly ssid: number;
  /** ATS before and after. */
  readonly was: boolean;
  readonly ats_enabled: boolean;
}

export const atsMasterOf = ({ master: m, cpu }: AttachContext): AtsMaster | null =>
  m.device === null ? null : { smmu: m.smmu, sids: m.streams, device: m.device, cpu };

/** A domain's list has two places for each attachment: a re-attach to the same domain lists it twice for a while. */
export const domainObject = (
  name: string,
  invs: string,
  listed: readonly (string | 0)[],
  ats: number,
): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'cell',
  device: false,
  fields: [
    { name: 'invs', cells: [`&${invs}`] },
    { name: 'nr_ats_masters', cells: [ats] },
    { name: 'devices_lock', cells: [0] },
    { name: 'devices', cells: listed },
  ],
});

/** The places of an attachment in a domain's list; the second one is the head of the list if it is in use. */
export const placesOf = (d: SmmuDomain, m: AttachMaster, ssid: number): readonly [Address, Address] => {
  const at = 2 * m.places[ssid]!;
  return [place(`&${d.name}`, 'devices', at), place(`&${d.name}`, 'devices', at + 1)];
};

export const smmuMasterObject = (
  name: string,
  ats_enabled: boolean,
  vmaster: string | 0 = 0,
): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'cell',
  device: false,
  fields: [
    { name: 'ats_enabled', cells: [Number(ats_enabled)] },
    { name: 'vmaster', cells: [vmaster] },
  ],
});

/** `struct arm_smmu_master_domain`, `struct arm_smmu_vmaster`: nobody here looks into them. */
export const allocatedObject = (name: string, isLive: boolean): ObjectDecl => ({
  name,
  life: isLive ? 'live' : 'unallocated',
  cut: 'object',
  device: false,
  fields: [],
});

export const ASID_LOCK = 'arm_smmu_asid_lock';
export const asidLock = place(`&${ASID_LOCK}`, 'v');

export const underDevicesLock = (d: SmmuDomain, body: readonly Stmt[]): readonly Stmt[] => {
  const lock = place(`&${d.name}`, 'devices_lock');
  return [...irqsave(spin_lock(lock)), ...body, ...irqrestore(spin_unlock(lock))];
};

export const isPasid = (ssid: number): boolean => ssid !== IOMMU_NO_PASID;
