/** The same with the list and the count that domains had before the array: one CPU unmaps while another attaches a
 *  device (bugs.md 12, 14), or one CPU moves devices about and then unmaps (13). */
import { deviceObject } from '../../model/driver/ats.ts';
import {
  arm_smmu_attach_dev_listed,
  arm_smmu_tlb_inv_range_domain,
  type Listed,
  listedDomain,
  type Move,
  masterObject,
} from '../../model/driver/ats-masters.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { arm_smmu_write_ste } from '../../model/driver/entry-writers.ts';
import {
  arm_smmu_make_abort_ste,
  arm_smmu_make_s2_domain_ste,
  type Ste,
  steObject,
} from '../../model/driver/make-ste.ts';
import { arm_lpae_unmap, pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { __free_page } from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';

export interface Params {
  readonly story: 'unmap while a device is attached' | 'move, attach, unmap';
  readonly leaves: Move['leaves'];
  readonly notes: Move['notes'];
  readonly unmapEdits: readonly Edit[];
}

const PAGE = 'page0';
const device = (n: number, cpu: number): Listed => ({
  smmu: 'smmu0',
  sids: [n],
  device: `dev${n}`,
  master: `master${n}`,
  slot: n,
  cpu,
});

const abort = arm_smmu_make_abort_ste();
/** Domain d<n> has VMID n. */
const inDomain = (n: number, ats: boolean): Ste =>
  arm_smmu_make_s2_domain_ste({ vmid: n, ttb: `&pgd${n}`, ats });

function move(p: Params, d: Listed, from: Ste, to: Ste, domains: Pick<Move, 'from' | 'to'>): Stmt {
  const stream = { smmu: d.smmu, sid: d.sids[0]!, ste: `ste${d.sids[0]}`, cpu: d.cpu };
  return arm_smmu_attach_dev_listed({
    device: d,
    ...domains,
    was: false,
    is: true,
    leaves: p.leaves,
    notes: p.notes,
    writeSte: [arm_smmu_write_ste(stream, from, to, 'v7.1')],
  });
}

/** iommu_unmap() of the page of domain d1, and giving it back. */
const unmap = (devices: readonly Listed[]): readonly Stmt[] => [
  arm_lpae_unmap('pgd1', 0),
  arm_smmu_tlb_inv_range_domain('d1', devices, 1, 0, 0),
  call('iommu_unmap', [__free_page(`&${PAGE}`)]),
];

export function listed(model: MemoryModel, p: Params): Scenario {
  const races = p.story === 'unmap while a device is attached';
  const edited = (body: readonly Stmt[]): readonly Stmt[] =>
    p.unmapEdits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);
  const count = races ? 1 : 2;
  const range = Array.from({ length: count }, (_, n) => n);
  const first = races ? abort : inDomain(1, false);
  const objects: ObjectDecl[] = [
    listedDomain('d1', races ? [] : ['master0'], count, 0),
    ...(races ? [] : [listedDomain('d2', [], count, 0)]),
    smmuObject('smmu0', 2),
    ...range.flatMap((n) => [
      masterObject(`master${n}`, false),
      deviceObject(`dev${n}`, false),
      steObject(`ste${n}`, n === 0 ? first : abort),
    ]),
    tableObject('pgd1', [`&${PAGE}`]),
    ...(races ? [] : [tableObject('pgd2', [0])]),
    pageObject(PAGE),
  ];
  const programs = races
    ? [
        compile('CPU0', edited(unmap([device(0, 0)]))),
        compile('CPU1', [move(p, device(0, 1), abort, inDomain(1, true), { from: null, to: 'd1' })]),
      ]
    : [
        compile(
          'CPU0',
          edited([
            move(p, device(0, 0), first, inDomain(2, true), { from: 'd1', to: 'd2' }),
            move(p, device(1, 0), abort, inDomain(1, true), { from: null, to: 'd1' }),
            ...unmap([device(0, 0), device(1, 0)]),
          ]),
        ),
      ];
  const streams = range.map((n) => ({ sid: n, ste: `ste${n}`, device: `dev${n}` }));
  return {
    model,
    objects,
    programs,
    smmus: [{ name: 'smmu0', streams, levels: 1 }],
    hardware: { deviceAnswersWhenAtsOff: true },
  };
}
