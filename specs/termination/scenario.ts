/** One CPU that invalidates, and the SMMU that consumes its commands: loops of one thread need no second one. */
import { smmuObject } from '../../model/driver/cmdq.ts';
import { INV_TYPE_S2_VMID, INV_TYPE_S2_VMID_S1_CLEAR, invsArray } from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/inv-range.ts';
import { domainObject } from '../../model/driver/invs.ts';
import {
  arm_smmu_mm_arch_invalidate_secondary_tlbs,
  type SvaInvalidation,
} from '../../model/driver/sva-tlbi-ops.ts';
import type { Range } from '../../model/driver/tlbi-range.ts';
import type { Version } from '../../model/driver/version.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import { assign, choose, locals } from '../../model/program/kernel.ts';
import { compile, type Stmt } from '../../model/program/statement.ts';
import { entry } from '../array-ops/arrays.ts';

const VMID = 1;
const smmus: Scenario['smmus'] = [{ name: 'smmu0', streams: [], levels: 2 }];

/** An invalidation of the domain of a nesting parent: its array has an entry for stage 2, and one that clears stage 1
 *  of the guest. */
export function nestingParent(model: MemoryModel, version: Version, range: Range): Scenario {
  const types = [INV_TYPE_S2_VMID, INV_TYPE_S2_VMID_S1_CLEAR] as const;
  const body = [
    arm_smmu_domain_inv_range({
      domain: '&domain',
      range,
      types,
      range_inv: { tg: 12 },
      entries: 2,
      cpu: 0,
      version,
    }),
  ];
  return {
    model,
    smmus,
    objects: [
      domainObject('invs0'),
      invsArray({ name: 'invs0', max: 2, invs: types.map((type) => entry(type, VMID)) }),
      smmuObject('smmu0', 1),
    ],
    programs: [{ ...compile('CPU0', body), mayLoop: true }],
  };
}

/** The counter of TLBIs. */
export const { issued } = locals('ghost', 'issued');

/** Pages of 2^5 bytes: CMDQ_MAX_TLBI_OPS is 4, where pages of 4 KiB make it 512. */
export const PAGE_SHIFT = 5;
/** Numbers of pages in a range, around the bound and well above it. */
const SIZES = [1, 3, 4, 5, 9] as const;

/** The notifier of an mm that is shared with a device: a process unmaps as much as it likes. */
export function notifier(model: MemoryModel, version: SvaInvalidation['version']): Scenario {
  const { pages } = locals('mmu_notifier_arch_invalidate_secondary_tlbs', 'pages');
  const body: readonly Stmt[] = [
    choose(pages, '(end - start) / PAGE_SIZE', SIZES),
    assign(issued, 0),
    arm_smmu_mm_arch_invalidate_secondary_tlbs({
      smmu: '&smmu0',
      asid: 1,
      pages,
      pageShift: PAGE_SHIFT,
      entries: 2,
      cpu: 0,
      version,
      issued,
    }),
  ];
  return {
    model,
    smmus,
    objects: [smmuObject('smmu0', 1)],
    programs: [compile('CPU0', body, [issued.name])],
  };
}
