/** Page tables as io-pgtable-arm keeps them, and unmapping a page (io-pgtable-arm.c, dma-iommu.c; driver.md 10). */
import type { ObjectDecl } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { __free_page, place, store } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { arm_smmu_domain_inv_range } from './invs.ts';

/** A table: its descriptors are pointers to tables or pages, or 0. */
export function tableObject(name: string, descriptors: readonly Value[]): ObjectDecl {
  return { name, life: 'live', cut: 'cell', device: true, fields: [{ name: 'pte', cells: descriptors }] };
}

/** A page that devices may read and write by DMA. */
export function pageObject(name: string): ObjectDecl {
  return { name, life: 'live', cut: 'object', device: true, fields: [] };
}

/** Clears the descriptor: a plain store, with no barrier behind it. */
export function arm_lpae_unmap(table: string, slot: number): Stmt {
  return call('__arm_lpae_unmap', [store(place(`&${table}`, 'pte', slot), 0)]);
}

/** Unmaps one page of a strict domain and gives it back: iommu_unmap(), then __free_page(). */
export function unmapAndFree(
  table: string,
  slot: number,
  page: string,
  domain: string,
  cpu: number,
): readonly Stmt[] {
  return [
    arm_lpae_unmap(table, slot),
    arm_smmu_domain_inv_range(`&${domain}`, { page: slot, pages: 1 }, cpu),
    call('iommu_unmap', [__free_page(`&${page}`)]),
  ];
}
