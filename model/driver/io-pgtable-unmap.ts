/** Unmapping: descriptors are cleared by plain stores and left to a later invalidation; a table goes at once, with
 *  an invalidation of its own (io-pgtable-arm.c, Linux 7.1; driver.md 10). */
import { not } from '../program/expression.ts';
import { load, locals, type Operand, READ_ONCE, store } from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_domain_inv_range, type Range } from './invs.ts';
import {
  __arm_lpae_free_pages,
  below,
  blockSize,
  isTable,
  LAST_LEVEL,
  type Level,
  levelIndex,
  mustHold,
  type PageTable,
  pteAt,
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
  const gather = gatherOf(t);
  return call('iommu_unmap', [
    iommu_iotlb_gather_init(gather),
    ...ranges.map((range) => arm_lpae_unmap_pages(t, gather, range)),
    iommu_iotlb_sync(gather),
  ]);
}

/** Unmaps one page or block. `gather`: what is to be invalidated later; null where the caller does not say. */
export function arm_lpae_unmap_pages(t: PageTable, gather: Gather | null, range: Range): Stmt {
  return call('arm_lpae_unmap_pages', [__arm_lpae_unmap(t, gather, range, t.startLevel, `&${t.root}`)]);
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
    return call(fn, [...found, table, __arm_lpae_unmap(t, gather, range, below(lvl), pte)]);
  }
  const remove = (): readonly Stmt[] => [
    call('__arm_lpae_clear_pte', [store(at, 0)]),
    io_pgtable_tlb_flush_walk(t, range),
    __arm_lpae_free_pgtable(t, below(lvl), pte),
  ];
  return call(fn, [
    ...found,
    ...(lvl === LAST_LEVEL ? [] : [when(isTable(t, pte), remove())]),
    call('__arm_lpae_clear_pte', [store(at, 0)]),
    ...(gather === null ? [] : add(gather, range)),
  ]);
}

/** if (!iommu_iotlb_gather_queued(gather)) */
function add(gather: Gather, range: Range): readonly Stmt[] {
  const page = iommu_iotlb_gather_add_page(gather, range);
  return gather.queued === null ? [page] : [when(not(gather.queued), [page])];
}

/** arm_smmu_tlb_inv_walk(): partial walks and what they led to, all gone when it returns. Below the table there may
 *  be leaf descriptors of any level: a hint that they are pages allows the SMMU to keep blocks. */
export function io_pgtable_tlb_flush_walk(t: PageTable, range: Range): Stmt {
  const ttl = t.hints === 'always' ? { ttl: LAST_LEVEL } : {};
  return call('io_pgtable_tlb_flush_walk', [
    arm_smmu_domain_inv_range(`&${t.domain}`, { ...range, leaf: 0, ...ttl }, t.cpu),
  ]);
}

/** Frees a table and those below it, which nobody reaches any more. */
function __arm_lpae_free_pgtable(t: PageTable, lvl: Level, ptep: Operand): Stmt {
  const fn = '__arm_lpae_free_pgtable';
  const { pte } = locals(`${fn}.${lvl}`, 'pte');
  const entry = (i: number): readonly Stmt[] => [
    load(pte, pteAt(ptep, i)),
    when(isTable(t, pte), [__arm_lpae_free_pgtable(t, below(lvl), pte)]),
  ];
  const slots = lvl === LAST_LEVEL ? [] : Array.from({ length: t.fanOut }, (_, i) => i);
  return call(fn, [...slots.flatMap(entry), __arm_lpae_free_pages(ptep, t.tables)]);
}
