/** What the CPUs do to the tables: the systems of the spec. */
import type { PageTable } from '../../model/driver/io-pgtable.ts';
import { arm_lpae_map_pages } from '../../model/driver/io-pgtable-map.ts';
import { arm_lpae_unmap_pages, iommu_unmap } from '../../model/driver/io-pgtable-unmap.ts';
import { call, type Stmt } from '../../model/program/statement.ts';
import type { Promised } from '../../model/property/mappings.ts';
import { freePages, type Params, ROOT, tellDevice } from './scenario.ts';

export type Does = (t: PageTable) => readonly Stmt[];

const toldOf = (page: number): string => `device${page}`;

/** Page n leads to object `page<n>`. */
export const mapOnly =
  (page: number): Does =>
  (t) => [arm_lpae_map_pages(t, { page, pages: 1, target: `page${page}` })];

/** Then the device is told. */
const map =
  (page: number): Does =>
  (t) => [...mapOnly(page)(t), tellDevice(toldOf(page))];

/** A range is unmapped in one call, and what it led to is given back. */
export const unmapRange =
  (page: number, pages: number, targets: readonly string[]): Does =>
  (t) => [iommu_unmap(t, [{ page, pages }]), freePages(targets)];

export const unmap = (page: number, pages: number): Does =>
  unmapRange(
    page,
    pages,
    Array.from({ length: pages }, (_, i) => `page${page + i}`),
  );

const promise = (page: number): Promised => ({
  root: ROOT,
  levels: 2,
  page,
  target: `page${page}`,
  told: toldOf(page),
});

/** Two levels, and nothing there. */
export const empty: Params = {
  startLevel: 2,
  hints: 'none',
  root: [0, 0],
  tables: {},
  pools: [],
  pages: [],
  cpus: [],
  edits: [],
  promised: [],
  attached: true,
  extra: [],
};

/** Two CPUs map two pages of one table that is not there yet. */
export const twoMaps: Params = {
  ...empty,
  root: [0],
  pools: [['ptes0'], ['ptes1']],
  pages: ['page0', 'page1'],
  cpus: [map(0), map(1)],
  promised: [promise(0), promise(1)],
};

/** One CPU unmaps a page while another maps its neighbour in the same table. */
export const mapBesideUnmap: Params = {
  ...empty,
  root: ['&ptes'],
  tables: { ptes: ['&page0', 0] },
  pages: ['page0', 'page1'],
  cpus: [unmap(0, 1), map(1)],
  promised: [promise(1)],
};

/** One CPU unmaps all that a table maps, so that the table goes; another maps a page elsewhere. */
export const tableRemoval: Params = {
  ...empty,
  root: ['&ptes', 0],
  tables: { ptes: ['&page0', '&page1'] },
  pools: [[], ['ptes1']],
  pages: ['page0', 'page1', 'page2'],
  cpus: [unmap(0, 2), map(2)],
  promised: [promise(2)],
};

/** One CPU unmaps all that a table maps while another maps a page of the same range: against the contract. */
export const overlap: Params = {
  ...empty,
  root: ['&ptes', 0],
  tables: { ptes: ['&page0', 0] },
  pools: [[], ['ptes1']],
  pages: ['page0', 'page1'],
  cpus: [(t) => [iommu_unmap(t, [{ page: 0, pages: 2 }])], mapOnly(1)],
};

/** The same by a domain with a flush queue: what it maps is invalidated later, its table at once. */
export const queuedRemoval: Params = {
  ...tableRemoval,
  cpus: [(t) => [call('__iommu_dma_unmap', [arm_lpae_unmap_pages(t, null, { page: 0, pages: 2 })])], map(2)],
};

/** What a table maps is unmapped, a page at a time, and a block takes its place. */
export const blockOverTable: Params = {
  ...tableRemoval,
  tables: { ptes: ['&page0', 0], ptes1: ['&page2', 0] },
  root: ['&ptes', '&ptes1'],
  pools: [],
  pages: ['page0', 'page2', 'block'],
  cpus: [
    (t) => [
      ...unmap(0, 1)(t),
      arm_lpae_map_pages(t, { page: 0, pages: 2, target: 'block' }),
      tellDevice(toldOf(0)),
    ],
    unmap(2, 1),
  ],
  promised: [
    { ...promise(0), target: 'block' },
    { ...promise(1), target: 'block', told: toldOf(0) },
  ],
};
