/** `struct iommu_iotlb_gather`: the range that an unmap has to invalidate before it returns (include/linux/iommu.h,
 *  drivers/iommu/iommu.c, arm_smmu_iotlb_sync(); Linux 7.1; driver.md 10). It lives on the caller's stack. */
import { binary, constant, type Expr, select } from '../program/expression.ts';
import { assign, type Local, locals } from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_domain_inv_range, type Range } from './invs.ts';
import { blockSize, type PageTable } from './io-pgtable.ts';

/** In pages; `end` is the first page behind the range, and 0 of an empty one. */
export interface Gather {
  readonly start: Local;
  readonly end: Local;
  readonly pgsize: Local;
  /** Whether a flush queue invalidates instead, which needs no range. */
  readonly queued: Local | null;
  readonly table: PageTable;
}

export const gatherOf = (table: PageTable): Gather => ({
  ...locals('iommu_iotlb_gather', 'start', 'end', 'pgsize'),
  queued: null,
  table,
});

export const iommu_iotlb_gather_init = ({ start, end, pgsize }: Gather): Stmt =>
  call('iommu_iotlb_gather_init', [
    assign(start, Number.MAX_SAFE_INTEGER),
    assign(end, 0),
    assign(pgsize, 0),
  ]);

/** One range is all that a gather holds: what does not touch it, or has another size, is invalidated at once. */
export function iommu_iotlb_gather_add_page(g: Gather, range: Range): Stmt {
  const [from, to] = [constant(range.page), constant(range.page + range.pages)];
  const other = binary(
    'and',
    binary('ne', g.pgsize, constant(0)),
    binary('ne', g.pgsize, constant(range.pages)),
  );
  const disjoint = binary(
    'and',
    binary('ne', g.end, constant(0)),
    binary('or', binary('lt', to, g.start), binary('gt', from, g.end)),
  );
  return call('iommu_iotlb_gather_add_page', [
    when(binary('or', other, disjoint), [iommu_iotlb_sync(g)]),
    assign(g.pgsize, range.pages),
    assign(g.start, select(binary('lt', from, g.start), from, g.start)),
    assign(g.end, select(binary('lt', g.end, to), to, g.end)),
  ]);
}

/** Invalidates the range, of leaf descriptors only, and empties the gather. */
export function iommu_iotlb_sync(g: Gather): Stmt {
  const { domain, cpu, hints } = g.table;
  const ttl = hints === 'none' ? {} : { ttl: levelOf(g) };
  const range = { page: g.start, pages: binary('sub', g.end, g.start), ...ttl };
  return call('iommu_iotlb_sync', [
    when(g.pgsize, [call('arm_smmu_iotlb_sync', [arm_smmu_domain_inv_range(`&${domain}`, range, cpu)])]),
    iommu_iotlb_gather_init(g),
  ]);
}

/** The level at which leaf descriptors have the gathered size: 4 - (ilog2(granule) - 3) / (tg - 3). */
function levelOf({ pgsize, table }: Gather): Expr {
  const levels = ([3, 2, 1] as const).map((lvl) => ({ lvl, size: constant(blockSize(table, lvl)) }));
  return levels.reduceRight<Expr>(
    (other, { lvl, size }) => select(binary('eq', pgsize, size), constant(lvl), other),
    constant(0),
  );
}
