import {
  arm_smmu_attach_dev,
  arm_smmu_attach_dev_nested,
  arm_smmu_attach_dev_ste,
  attached,
  type Transition,
} from '../../model/driver/attach-dev.ts';
import { arm_smmu_blocking_set_dev_pasid, arm_smmu_set_pasid } from '../../model/driver/attach-pasid.ts';
import type {
  AttachContext,
  AttachMaster,
  Attachment,
  NestedDomain,
  SmmuDomain,
} from '../../model/driver/attach-state.ts';
import { clearedCd } from '../../model/driver/make-cd.ts';

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

export const placesFor = ({ cds }: Device): number => Math.max(1, cds);
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
