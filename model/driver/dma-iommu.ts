/** What dma_unmap_page() comes to: strict domains invalidate at once, those with a flush queue later (dma-iommu.c,
 *  Linux 7.1; driver.md 10). */
import { not } from '../program/expression.ts';
import { locals, place, READ_ONCE } from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import type { PageTable } from './io-pgtable.ts';
import { arm_lpae_unmap_pages } from './io-pgtable-unmap.ts';
import { gatherOf, iommu_iotlb_gather_init, iommu_iotlb_sync } from './iotlb-gather.ts';
import { type FlushQueues, queue_iova } from './iova-fq.ts';

/** Which modes a domain can be in while it is used. */
export type Mode = 'strict' | 'flush queue' | 'either';

/** A page that a driver mapped for DMA, and the object that stands for its IOVA being in use. */
export interface DmaAddress {
  readonly page: number;
  readonly iova: string;
}

export function __iommu_dma_unmap(
  t: PageTable,
  q: FlushQueues,
  { page, iova }: DmaAddress,
  mode: Mode,
): Stmt {
  const fn = '__iommu_dma_unmap';
  const { queued } = locals(fn, 'queued');
  const gather = { ...gatherOf(t), queued };
  const unused = (body: readonly Stmt[], by: Mode): readonly Stmt[] =>
    mode === 'either' || mode === by ? body : [optional(body)];
  return call(fn, [
    iommu_iotlb_gather_init(gather),
    READ_ONCE(queued, place(`&${q.cookie}`, 'fq_domain')),
    call('iommu_unmap_fast', [
      arm_lpae_unmap_pages(t, mode === 'flush queue' ? null : gather, { page, pages: 1 }),
    ]),
    when(not(queued), unused([iommu_iotlb_sync(gather)], 'strict')),
    call('iommu_dma_free_iova', [
      when(
        queued,
        unused([queue_iova(q, iova, t.cpu)], 'flush queue'),
        unused([free_iova_fast(iova)], 'strict'),
      ),
    ]),
  ]);
}

/** The IOVA may be given to anybody from now on: also to another CPU, by the depot of the IOVA allocator. */
const free_iova_fast = (iova: string): Stmt => ({
  kind: 'do',
  operation: { op: 'free', pointer: { kind: 'const', value: `&${iova}` } },
  text: `free_iova_fast(${iova})`,
});
