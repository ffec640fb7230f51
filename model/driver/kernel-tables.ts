/** Freeing a table that maps kernel memory while SMMUs may walk it, as those that share all of the CPU's tables for
 *  SVA do (mm/pgtable-generic.c, iommu-sva.c; before and after e37d5a2d60a3, bugs.md 35). */
import type { ObjectDecl } from '../machine.ts';
import { load, locals, place, spin_lock, spin_unlock, store } from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_domain_inv_range } from './invs.ts';
import { freeOneOf } from './io-pgtable.ts';

/** The list of tables that wait to be freed, with its lock; it has room for one. */
export const kernelPgtableWork: ObjectDecl = {
  name: 'kernel_pgtable_work',
  life: 'live',
  cut: 'object',
  device: false,
  fields: [
    { name: 'lock', cells: [0] },
    { name: 'list', cells: [0] },
  ],
};
const lock = place('&kernel_pgtable_work', 'lock');
const list = place('&kernel_pgtable_work', 'list');

/** Cuts a table off. flush_tlb_kernel_range() reaches the CPUs' TLBs, which are not modelled, and no SMMU. */
export const pmd_free_pte_page = (root: string, table: string, free: (table: string) => Stmt): Stmt =>
  call('pmd_free_pte_page', [store(place(`&${root}`, 'pte', 0), 0), free(table)]);

/** Before: at once. */
export const pagetable_free = (table: string): Stmt =>
  call('pagetable_free', freeOneOf(`&${table}`, [table], '__free_pages'));

/** After: by a work that invalidates first. */
export const pagetable_free_kernel = (table: string): Stmt =>
  call('pagetable_free_kernel', [spin_lock(lock), store(list, `&${table}`), spin_unlock(lock)]);

export function kernel_pgtable_work_func(domain: string, table: string, cpu: number): Stmt {
  const fn = 'kernel_pgtable_work_func';
  const { page } = locals(fn, 'page');
  return call(fn, [
    spin_lock(lock),
    load(page, list),
    store(list, 0),
    spin_unlock(lock),
    when(page, [
      call('iommu_sva_invalidate_kva_range', [arm_smmu_domain_inv_range(`&${domain}`, 'everything', cpu)]),
      pagetable_free(table),
    ]),
  ]);
}
