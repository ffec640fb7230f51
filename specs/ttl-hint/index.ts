/** The hint of a range TLBI at which level the leaf descriptors are: an SMMU may keep what the hint does not name.
 *
 *  One CPU is enough: the TLBI is wrong whoever else runs. Three levels, with two descriptors each, are enough: what
 *  goes is a table that maps a block, and below it one that maps pages. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/invs.ts';
import type { PageTable } from '../../model/driver/io-pgtable.ts';
import { call } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';
import { caches, life, pgtable } from '../pgtable/index.ts';
import type { Params } from '../pgtable/scenario.ts';
import { empty, unmapRange } from '../pgtable/systems.ts';

const holds: Expectation = { kind: 'holds' };
const stale: Expectation = { kind: 'violated', by: 'noStaleTranslation' };

/** A table of level 2 that maps block0 and, by a table of level 3, page2 and page3. All of it goes in one call. */
const whole: Params = {
  ...empty,
  startLevel: 1,
  root: ['&pmd'],
  tables: { pmd: ['&block0', '&ptes'], ptes: ['&page2', '&page3'] },
  pages: ['block0', 'page2', 'page3'],
  cpus: [unmapRange(0, 4, ['block0', 'page2', 'page3'])],
};

/** The same with pages only. */
const pagesOnly: Params = {
  ...whole,
  tables: { pmd: [0, '&ptes'], ptes: ['&page2', '&page3'] },
  pages: ['page2', 'page3'],
  cpus: [unmapRange(0, 4, ['page2', 'page3'])],
};

/** The block goes, then the table of pages beside it; the table of both stays. */
const block: Params = {
  ...whole,
  cpus: [(t) => [...unmapRange(0, 2, ['block0'])(t), ...unmapRange(2, 2, ['page2', 'page3'])(t)]],
};

function variant(
  name: string,
  about: string,
  expected: Expectation,
  hints: PageTable['hints'],
  params: Params,
): Variant {
  const held = params.pages.flatMap((page) => [caches(page), life(page, 'freed')]);
  const build = (model: string) => pgtable(model, { ...params, hints }, held, 'ttl-hint');
  return { name, about, expect: { sc: expected, armv8: expected }, build };
}

/** The hint of the TLBI in iotlb_sync, whatever was gathered. */
const pageHint: Params = {
  ...block,
  cpus: block.cpus.map(
    (does) => (t) =>
      replaceCalls(does(t), 'arm_smmu_iotlb_sync', ({ fn }) => [
        call(fn, [arm_smmu_domain_inv_range('&domain', { page: 0, pages: 2, leaf: 1, ttl: 3 }, 0)]),
      ]),
  ),
};

export const spec: Spec = {
  name: 'ttl-hint',
  title: 'a table is removed by range TLBIs that say at which level its leaf descriptors are',
  source: 'arm_smmu_tlb_inv_walk(), arm_smmu_iotlb_sync(), before and after 6833b8f2e199, and Linux 7.1',
  merged: ['leaf only'],
  variants: [
    variant('no RANGE_INV', 'TLBIs by address without any hint', holds, 'none', whole),
    variant(
      'leaf only',
      'Linux 7.1: a hint in iotlb_sync, where the size is known; none in flush_walk',
      holds,
      'leaf only',
      whole,
    ),
    variant(
      'before 6833b8f2e199',
      'flush_walk hints at pages, as its granule is a page: the block below the table may stay',
      stale,
      'always',
      whole,
    ),
    variant(
      'before 6833b8f2e199, pages only',
      'the same where the table has no block below it: the hint is right by chance',
      holds,
      'always',
      pagesOnly,
    ),
    variant(
      'block',
      'a block is unmapped, and iotlb_sync hints at blocks of its size',
      holds,
      'leaf only',
      block,
    ),
    variant(
      'block, hint at pages',
      'as before, but the hint is that of a page',
      stale,
      'leaf only',
      pageHint,
    ),
  ],
};

export default spec;
