/** What there is at first: domains with a page each, devices behind one SMMU, and how they are attached. */
import { deviceObject } from '../../model/driver/ats.ts';
import {
  arm_smmu_attach_dev,
  arm_smmu_attach_dev_nested,
  arm_smmu_attach_dev_ste,
  arm_smmu_blocking_set_dev_pasid,
  arm_smmu_set_pasid,
  attached,
  type Transition,
} from '../../model/driver/attach-dev.ts';
import {
  ASID_LOCK,
  type AttachContext,
  type AttachMaster,
  type Attachment,
  allocatedObject,
  domainObject,
  type NestedDomain,
  type SmmuDomain,
  smmuMasterObject,
  to_smmu_domain_devices,
} from '../../model/driver/attach-state.ts';
import { invsNeeded } from '../../model/driver/build-invs.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { type Inv, invsArray } from '../../model/driver/inv-entries.ts';
import { compare } from '../../model/driver/inv-view.ts';
import { arm_smmu_make_s1_cd, cdTableObject, clearedCd } from '../../model/driver/make-cd.ts';
import { steObject } from '../../model/driver/make-ste.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { ObjectDecl } from '../../model/machine.ts';

const paging = (name: string, n: number, rest: Partial<SmmuDomain> = {}): SmmuDomain => ({
  type: 'paging',
  name,
  stage: 'S2',
  tag: n,
  ttb: `&pgd${n}`,
  nest_parent: false,
  pgsize_bitmap: 0x1000,
  ...rest,
});

/** Domains by name. Each has its own tag, table and page. */
export const DOMAINS = {
  A: paging('A', 1),
  B: paging('B', 2),
  S1: paging('S1', 3, { stage: 'S1' }),
  'other S1': paging('other_S1', 4, { stage: 'S1' }),
  parent: paging('parent', 5, { nest_parent: true }),
} as const;

export type DomainName = keyof typeof DOMAINS;
const nested = (vste: NestedDomain['vste'], enable_ats: boolean): NestedDomain => ({
  type: 'nested',
  s2_parent: DOMAINS.parent,
  vste,
  cdtab: '&guest',
  enable_ats,
});

/** Where the RID of a device may be attached. */
export const TARGETS = {
  ...DOMAINS,
  'nested S1': nested('S1', true),
  'nested S1, no ATS': nested('S1', false),
  'nested bypass': nested('bypass', true),
} as const;
export type Target = keyof typeof TARGETS | 'blocked' | 'identity';

/** Something that is done with a device. */
export type Deed =
  | { readonly do: 'attach'; readonly dev: number; readonly to: Target }
  | { readonly do: 'set PASID'; readonly dev: number; readonly pasid: number; readonly to: DomainName }
  | { readonly do: 'remove PASID'; readonly dev: number; readonly pasid: number }
  | { readonly do: 'reset'; readonly dev: number };

export interface Device {
  readonly ats: boolean;
  /** Substreams that its CD table has room for, the first being the RID's; 0: it never has one. */
  readonly cds: number;
  /** Whether a vSMMU knows it. */
  readonly isVirtual?: boolean;
  /** What was done with it before; it was blocked at first. */
  readonly before: readonly Deed[];
}

export interface World {
  readonly domains: readonly DomainName[];
  readonly devices: readonly Device[];
}

export const masterOf = ({ devices }: World, n: number): AttachMaster => ({
  name: `master${n}`,
  smmu: 'smmu0',
  streams: [n],
  build_invs: `build${n}`,
  e2h: false,
  range_inv: false,
  device: devices[n]!.ats ? `dev${n}` : null,
  stes: { [n]: `ste${n}` },
  cdtab: devices[n]!.cds > 0 ? `cdtab${n}` : null,
  places: Object.fromEntries(
    Array.from({ length: placesFor(devices[n]!) }, (_, ssid) => [ssid, firstPlace(devices, n) + ssid]),
  ),
  isVirtual: devices[n]!.isVirtual === true,
});

const placesFor = ({ cds }: Device): number => Math.max(1, cds);
const firstPlace = (devices: readonly Device[], n: number): number =>
  devices.slice(0, n).reduce((sum, d) => sum + placesFor(d), 0);

/** The program of a deed, but for a reset, and how the device is attached then. */
export function transition(
  c: AttachContext,
  was: Attachment,
  deed: Exclude<Deed, { do: 'reset' }>,
): Transition {
  if (deed.do === 'set PASID') return arm_smmu_set_pasid(c, was, deed.pasid, DOMAINS[deed.to]);
  if (deed.do === 'remove PASID') return arm_smmu_blocking_set_dev_pasid(c, was, deed.pasid);
  if (deed.to === 'blocked' || deed.to === 'identity') return arm_smmu_attach_dev_ste(c, was, deed.to);
  const d = TARGETS[deed.to];
  return d.type === 'nested' ? arm_smmu_attach_dev_nested(c, was, d) : arm_smmu_attach_dev(c, was, d);
}

/** How a device is attached at first. */
export function attachmentAtFirst(w: World, n: number): Attachment {
  const c: AttachContext = {
    master: masterOf(w, n),
    cpu: 0,
    version: 'v7.1',
    pool: { invs: [], master_domain: [], vmaster: [] },
    mayFail: [],
    purgeMayFail: false,
    unused: [],
  };
  const cds = Array.from({ length: w.devices[n]!.cds }, () => clearedCd);
  return w.devices[n]!.before.reduce<Attachment>(
    (was, deed) => (deed.do === 'reset' ? was : transition(c, was, deed).next),
    { ...attached, cds },
  );
}

/** Each attachment to a domain that invalidations concern: its device, PASID and whether ATS is on. */
interface Attached {
  readonly master: AttachMaster;
  readonly ssid: number;
  readonly ats: boolean;
}

function attachedTo(w: World, d: SmmuDomain): readonly Attached[] {
  return w.devices.flatMap((_, n) => {
    const { domain, pasids, ats } = attachmentAtFirst(w, n);
    const all = [[0, domain] as const, ...Object.entries(pasids).map(([s, x]) => [Number(s), x] as const)];
    return all
      .filter(([, x]) => to_smmu_domain_devices(x)?.name === d.name)
      .map(([ssid]) => ({ master: masterOf(w, n), ssid, ats }));
  });
}

function arrayAtFirst(w: World, d: SmmuDomain): readonly Inv[] {
  const all = attachedTo(w, d).flatMap(({ master, ats, ssid }) => invsNeeded(master, ats, ssid, d));
  const distinct = all.filter((e, i) => all.findIndex((x) => compare(x, e) === 0) === i);
  return distinct.map((e) => ({ ...e, users: all.filter((x) => compare(x, e) === 0).length })).sort(compare);
}

/** Room that an array may need: tags, and an ATC for each substream. */
export const roomOf = (w: World): number =>
  (w.domains.includes('parent') ? 2 : 1) +
  w.devices.filter((d) => d.ats).reduce((sum, d) => sum + placesFor(d), 0);

export const arrayName = (d: SmmuDomain): string => `invs_${d.name}`;
const listedName = (d: SmmuDomain, m: AttachMaster, ssid: number): string => `${d.name}_${m.name}_${ssid}`;
export const pageOf = (d: SmmuDomain): string => `page${d.tag}`;

function domainObjects(w: World, d: SmmuDomain): readonly ObjectDecl[] {
  const inIt = attachedTo(w, d);
  const places = Array.from({ length: 2 * w.devices.reduce((n, x) => n + placesFor(x), 0) }, (_, at) => {
    const found = inIt.find(({ master, ssid }) => 2 * master.places[ssid]! === at);
    return found === undefined ? 0 : `&${listedName(d, found.master, found.ssid)}`;
  });
  return [
    domainObject(d.name, arrayName(d), places, inIt.filter((x) => x.ats).length),
    invsArray({ name: arrayName(d), max: roomOf(w), invs: arrayAtFirst(w, d) }),
    ...inIt.map(({ master, ssid }) => allocatedObject(listedName(d, master, ssid), true)),
    ...(d.nest_parent
      ? [
          tableObject(`pgd${d.tag}`, ['&gpt', `&${pageOf(d)}`]),
          tableObject('gpt', ['#1', 0]),
          cdTableObject('guest', [arm_smmu_make_s1_cd(7, '#0')]),
        ]
      : [tableObject(`pgd${d.tag}`, [`&${pageOf(d)}`])]),
    pageObject(pageOf(d)),
  ];
}

/** Which page of the domain's table is unmapped. */
export const slotOf = (d: SmmuDomain): number => (d.nest_parent ? 1 : 0);

/** Every object that is there at first. `owner`: the CPU that attaches a device. */
export function worldObjects(w: World, cpus: number, owner: (dev: number) => string): readonly ObjectDecl[] {
  const lock = (name: string): ObjectDecl => ({
    name,
    life: 'live',
    cut: 'object',
    device: false,
    fields: [{ name: 'v', cells: [0] }],
  });
  return [
    lock(ASID_LOCK),
    ...(w.devices.some((d) => d.isVirtual) ? [lock('streams_mutex')] : []),
    ...w.domains.flatMap((name) => domainObjects(w, DOMAINS[name])),
    smmuObject('smmu0', cpus),
    ...w.devices.flatMap((device, n) => {
      const { ats, ste, cds, domain } = attachmentAtFirst(w, n);
      const hasVmaster = device.isVirtual === true && domain.type === 'nested';
      return [
        smmuMasterObject(`master${n}`, ats, hasVmaster ? `&vmaster${n}` : 0),
        ...(hasVmaster ? [allocatedObject(`vmaster${n}`, true)] : []),
        ...(device.ats ? [deviceObject(`dev${n}`, ats)] : []),
        steObject(`ste${n}`, ste),
        ...(device.cds > 0 ? [cdTableObject(`cdtab${n}`, cds)] : []),
        { ...invsArray({ name: `build${n}`, max: roomOf(w), invs: [] }), owner: owner(n) },
      ];
    }),
  ];
}
