/** A guest with stage 1 under a stage 2 of the host: the guest unmaps a page and invalidates through its VMM; the host
 *  may take a page of the guest away. The guest's ASID 1 maps its pages 0 and 1 to IPAs 1 and 2; stage 2 has the guest's
 *  table at IPA 0. The guest's device 0 is stream 4 of the host. */
import { deviceObject } from '../../model/driver/ats.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import {
  INV_TYPE_ATS,
  INV_TYPE_ATS_FULL,
  INV_TYPE_S2_VMID,
  INV_TYPE_S2_VMID_S1_CLEAR,
  type InvType,
  invsArray,
} from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/inv-range.ts';
import { arm_smmu_make_s1_cd, cdTableObject } from '../../model/driver/make-cd.ts';
import { arm_smmu_make_nested_cd_table_ste, steObject } from '../../model/driver/make-ste.ts';
import { arm_lpae_unmap, pageObject, tableObject } from '../../model/driver/pgtable.ts';
import {
  asMerged,
  type CacheInvalidate,
  guest_free_page,
  guestFreeObject,
  hwptInvalidateObject,
  type VmmBatches,
  type Vsmmu,
  vmm_cmdq_consume,
} from '../../model/driver/vsmmu.ts';
import type { Command, MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { __free_page, dma_wmb } from '../../model/program/kernel.ts';
import { call, compile, type Stmt } from '../../model/program/statement.ts';
import { entry } from '../array-ops/arrays.ts';

export const VMID = 1;
export const ASID = 1;
const STREAMS = [4, 5] as const;

/** The guest's device 7 is gone: it has no vSID any more. */
export const UNPLUGGED = 7;
export const vsmmu: Vsmmu = {
  smmu: 'smmu0',
  vmid: VMID,
  sids: new Map(STREAMS.map((sid, vsid) => [vsid, sid])),
};

/** Commands as the guest's driver writes them: VMID 0, and its own SIDs. */
const command = (name: string, operands: Command['operands'] = {}): Command => ({ name, operands });
export const guest = {
  NH_VA: (page: number) => command('TLBI_NH_VA', { asid: ASID, vmid: 0, page, pages: 1, leaf: 1 }),
  NH_ASID: command('TLBI_NH_ASID', { asid: ASID, vmid: 0 }),
  NSNH_ALL: command('TLBI_NSNH_ALL'),
  /** Of the host's own world. */
  EL2_ALL: command('TLBI_EL2_ALL'),
  ATC_INV: (sid: number) => command('ATC_INV', { sid, ssid: -1, page: 0, size: 0 }),
  SYNC: command('CMD_SYNC'),
} as const;

export interface Params {
  /** What the guest does: unmaps its page 0, with these commands; [] = nothing. */
  readonly queue: readonly Command[];
  readonly batches: VmmBatches;
  readonly how: CacheInvalidate;
  readonly ats: boolean;
  /** VMIDs of the STEs, one for each device of the guest. */
  readonly vmids: readonly number[];
  /** Types of entries in the parent's array, if the host takes IPA 1 away; else []. */
  readonly types: readonly InvType[];
}

export const plain: Params = {
  queue: [guest.NH_VA(0), guest.SYNC],
  batches: 'up to each CMD_SYNC',
  how: asMerged,
  ats: false,
  vmids: [VMID],
  types: [],
};

/** The parent's array in 7.1. */
export const withoutAts: readonly InvType[] = [INV_TYPE_S2_VMID, INV_TYPE_S2_VMID_S1_CLEAR];
export const withAts: readonly InvType[] = [...withoutAts, INV_TYPE_ATS_FULL];
/** What an array would hold that is not a nesting parent's. */
export const notAParent: readonly InvType[] = [INV_TYPE_S2_VMID];
export const atcByIpa: readonly InvType[] = [...withoutAts, INV_TYPE_ATS];

/** The guest unmaps the last of its pages that the host leaves alone, and uses that for something else. */
function guestUnmaps(p: Params, cpu: number): readonly Stmt[] {
  const page = p.types.length === 0 ? 0 : 1;
  return [
    call('guest_iommu_unmap', [
      arm_lpae_unmap('gpt', page),
      dma_wmb(),
      vmm_cmdq_consume(vsmmu, p.queue, p.batches, cpu, p.how),
      guest_free_page(page),
    ]),
  ];
}

/** The host takes back what is behind IPA 1. */
function hostUnmaps(p: Params): readonly Stmt[] {
  return [
    arm_lpae_unmap('s2', 1),
    arm_smmu_domain_inv_range({
      domain: '&s2_parent',
      range: { iova: 0x1000n, size: 0x1000n, granule: 0x1000n, leaf: true },
      types: p.types,
      range_inv: { tg: 12 },
      entries: 2,
      cpu: 0,
      version: 'v7.1',
    }),
    call('iommu_unmap', [__free_page('&page0')]),
  ];
}

export function scenario(model: MemoryModel, p: Params): Scenario {
  const host = p.types.length > 0;
  const streams = p.vmids.map((_, i) => STREAMS[i]!);
  const arrays: readonly ObjectDecl[] = [
    {
      name: 's2_parent',
      life: 'live',
      cut: 'object',
      device: false,
      fields: [{ name: 'invs', cells: ['&invs0'] }],
    },
    invsArray({
      name: 'invs0',
      max: p.types.length,
      invs: p.types.map((type) => ({
        ...entry(type, type >= INV_TYPE_ATS ? STREAMS[0] : VMID),
      })),
    }),
  ];
  const programs = [
    ...(host ? [hostUnmaps(p)] : []),
    ...(p.queue.length > 0 ? [guestUnmaps(p, host ? 1 : 0)] : []),
  ];
  return {
    model,
    objects: [
      ...(host ? arrays : []),
      guestFreeObject(2),
      hwptInvalidateObject,
      smmuObject('smmu0', 2),
      ...p.vmids.map((vmid, i) =>
        steObject(
          `ste${streams[i]}`,
          arm_smmu_make_nested_cd_table_ste({ cdtab: '&cds', vmid, ttb: '&s2', ats: p.ats }),
        ),
      ),
      deviceObject('dev', p.ats),
      cdTableObject('cds', [arm_smmu_make_s1_cd(ASID, '#0')]),
      tableObject('s2', ['&gpt', '&page0', '&page1']),
      tableObject('gpt', ['#1', '#2']),
      ...['page0', 'page1'].map(pageObject),
    ],
    programs: programs.map((body, cpu) => compile(`CPU${cpu}`, body)),
    smmus: [
      {
        name: 'smmu0',
        streams: streams.map((sid, i) => ({
          sid,
          ste: `ste${sid}`,
          ...(i === 0 ? { device: 'dev' } : {}),
        })),
        levels: 1,
      },
    ],
  };
}
