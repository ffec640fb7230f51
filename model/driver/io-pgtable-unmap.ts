/** Unmapping: descriptors are cleared by plain stores and left to a later invalidation; a table goes at once, with
 *  an invalidation of its own (io-pgtable-arm.c, Linux 7.1; driver.md 10). */
import { locals, type Operand, READ_ONCE, store } from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_domain_inv_range, type Range } from './invs.ts';
import {
  __arm_lpae_free_pages,
  blockSize,
  isTable,
  type Level,
  levelIndex,
  mustHold,
  type PageTable,
  pteAt,
  START_LEVEL,
} from './io-pgtable.ts';
import {
  type Gather,
  gatherOf,
  iommu_iotlb_gather_add_page,
  iommu_iotlb_gather_init,
  iommu_iotlb_sync,
} from './iotlb-gather.ts';

/** Unmaps ranges of a strict domain, each a page or a block: nothing translates them any more when it returns. */
export function iommu_unmap(t: PageTable, ranges: readonly Range[]): Stmt {
  const gather = gatherOf(t.domain, t.cpu);
  return call('iommu_unmap', [
    iommu_iotlb_gather_init(gather),
    ...ranges.map((range) => arm_lpae_unmap_pages(t, gather, range)),
    iommu_iotlb_sync(gather),
  ]);
}

/** Unmaps one page or block. `gather`: who invalidates later; null where the caller does not say, and of a flush
 *  queue (gather.queued), which needs no range. */
export function arm_lpae_unmap_pages(t: PageTable, gather: Gather | null, range: Range): Stmt {
  return call('arm_lpae_unmap_pages', [__arm_lpae_unmap(t, gather, range, START_LEVEL, `&${t.root}`)]);
}

export function __arm_lpae_unmap(
  t: PageTable,
  gather: Gather | null,
  range: Range,
  lvl: Level,
  ptep: Operand,
): Stmt {
  const fn = '__arm_lpae_unmap';
  const { pte } = locals(`${fn}.${lvl}`, 'pte');
  const at = pteAt(ptep, levelIndex(t, range.page, lvl));
  const found = [READ_ONCE(pte, at), mustHold(pte, 'unmaps what is not mapped')];
  if (range.pages !== blockSize(t, lvl)) {
    const table = mustHold(isTable(t, pte), 'unmaps a part of a block');
    return call(fn, [...found, table, __arm_lpae_unmap(t, gather, range, 3, pte)]);
  }
  const remove = [
    call('__arm_lpae_clear_pte', [store(at, 0)]),
    io_pgtable_tlb_flush_walk(t, range),
    __arm_lpae_free_pgtable(t, pte),
  ];
  return call(fn, [
    ...found,
    ...(lvl === 2 ? [when(isTable(t, pte), remove)] : []),
    call('__arm_lpae_clear_pte', [store(at, 0)]),
    ...(gather === null ? [] : [iommu_iotlb_gather_add_page(gather, range)]),
  ]);
}

/** arm_smmu_tlb_inv_walk(): partial walks and what they led to, all gone when it returns. */
export function io_pgtable_tlb_flush_walk({ domain, cpu }: PageTable, range: Range): Stmt {
  return call('io_pgtable_tlb_flush_walk', [
    arm_smmu_domain_inv_range(`&${domain}`, { ...range, leaf: 0 }, cpu),
  ]);
}

/** A table of the last level has no tables below it. */
const __arm_lpae_free_pgtable = (t: PageTable, table: Operand): Stmt =>
  call('__arm_lpae_free_pgtable', [__arm_lpae_free_pages(table, t.tables)]);
