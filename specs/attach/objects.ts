/** What stands in memory at first, given how devices are attached. */
import { deviceObject } from '../../model/driver/ats.ts';
import {
  ASID_LOCK,
  type AttachMaster,
  allocatedObject,
  domainObject,
  type SmmuDomain,
  smmuMasterObject,
  to_smmu_domain_devices,
} from '../../model/driver/attach-state.ts';
import { invsNeeded } from '../../model/driver/build-invs.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { type Inv, invsArray } from '../../model/driver/inv-entries.ts';
import { compare } from '../../model/driver/inv-view.ts';
import { arm_smmu_make_s1_cd, cdTableObject } from '../../model/driver/make-cd.ts';
import { steObject } from '../../model/driver/make-ste.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { ObjectDecl } from '../../model/machine.ts';
import { attachmentAtFirst, DOMAINS, masterOf, placesFor, type World } from './world.ts';

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
