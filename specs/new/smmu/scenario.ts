/** What there is, and what each CPU does: a page is unmapped and given back while a device uses it through an SMMU, which
 *  walks, prefetches and caches whenever it likes.
 *
 *  If no SMMU is involved, start from `heddle new NAME --from cpu` instead. */
import { s2Ste, steObject } from '../../../model/driver/attach.ts';
import { arm_smmu_cmdq_issue_cmdlist, smmuObject } from '../../../model/driver/cmdq.ts';
import { arm_lpae_unmap, pageObject, tableObject } from '../../../model/driver/pgtable.ts';
import type { MemoryModel, Scenario } from '../../../model/machine.ts';
import { __free_page, commandOf } from '../../../model/program/kernel.ts';
import { call, type Edit, type Stmt } from '../../../model/program/statement.ts';
import { programs } from '../../kit.ts';

/** What variants change: statements that are left out or replaced (`drop`, `replace`), or their order. */
export interface Params {
  readonly edits: readonly Edit[];
  readonly reorder: (unmap: readonly Stmt[]) => readonly Stmt[];
}

export const merged: Params = { edits: [], reorder: (unmap) => unmap };

const VMID = 1;
const CPU = 0; // the number of the CPU that issues: its CMD_SYNC has a slot of its own

/** The driver: kernel functions that the model has already are called, others are written down with `call`. */
const unmap: readonly Stmt[] = [
  arm_lpae_unmap('ptes', 0), // ptes[0] = 0
  arm_smmu_cmdq_issue_cmdlist('&smmu', [commandOf('TLBI_S2_IPA', { vmid: VMID, page: 0, leaf: 1 })], CPU),
  call('iommu_unmap', [__free_page('&page0')]),
];

export function scenario(model: MemoryModel, { edits, reorder }: Params): Scenario {
  return {
    model,
    objects: [
      smmuObject('smmu', 1), // for one CPU
      steObject('ste', s2Ste(VMID, 'pgd')),
      tableObject('pgd', ['&ptes']), // two levels of tables, one page
      tableObject('ptes', ['&page0']),
      pageObject('page0'),
    ],
    programs: programs({ CPU0: reorder(unmap) }, edits),
    smmus: [{ name: 'smmu', streams: [{ sid: 0, ste: 'ste' }], levels: 2 }],
  };
}
