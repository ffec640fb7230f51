/** A lookup walks a page table that another CPU changes, without a lock. What the kernel relies on is that nobody
 *  looks up an IOVA whose mapping he does not own: the owner does not unmap it meanwhile, and a table that maps
 *  something is not freed. Where that is not so, as for a dump, the tables would have to be kept (bugs.md has no
 *  number for it; RCU was proposed on linux-iommu, 31 May 2022).
 *
 *  One CPU that looks up and one that unmaps or maps are enough: a lookup stores nothing that another could see. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import { arm_lpae_iova_to_phys, foundOneOf, phys } from '../../model/driver/iova-to-phys.ts';
import type { MemoryModel, ObjectDecl } from '../../model/machine.ts';
import {
  kfree_rcu,
  place,
  rcu_read_lock,
  rcu_read_unlock,
  spin_lock,
  spin_unlock,
} from '../../model/program/kernel.ts';
import { call, drop, type Stmt } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';
import { caches, life, pgtable, type Sees } from '../pgtable/index.ts';
import type { Params } from '../pgtable/scenario.ts';
import { blockOverTable, type Does, empty, mapOnly, unmapRange } from '../pgtable/systems.ts';
import { provided, readsStale } from '../reorder.ts';

const holds: Expectation = { kind: 'holds' };
const unsafe: Expectation = { kind: 'violated', by: 'memorySafety' };
type Expected = Readonly<Record<MemoryModel, Expectation>>;
const always = (e: Expectation): Expected => ({ sc: e, tso: e, armv8: e });

/** Looks a page up; it must find what is or was mapped there, or nothing. */
const lookUp =
  (page: number, targets: readonly string[]): Does =>
  (t) => [call('debugfs', [arm_lpae_iova_to_phys(t, page), foundOneOf(phys, targets)])];

/** Two tables; CPU0 unmaps something of the first, CPU1 looks a page up. */
const system: Params = {
  ...empty,
  root: ['&ptes', '&ptes1'],
  tables: { ptes: ['&page0', '&page1'], ptes1: ['&page2', 0] },
  pages: ['page0', 'page1', 'page2'],
};
const tableGoes = unmapRange(0, 2, ['page0', 'page1']);
const freed = [life('ptes', 'freed'), life('page0', 'freed')];

const rcuTable = (program: readonly Stmt[]): readonly Stmt[] =>
  replaceCalls(program, '__arm_lpae_free_pages', ({ fn }) => [call(fn, [kfree_rcu('&ptes')])]);
const inSection =
  (does: Does): Does =>
  (t) => [rcu_read_lock(), ...does(t), rcu_read_unlock()];
const locked =
  (does: Does): Does =>
  (t) => [spin_lock(place('&table_lock', 'v')), ...does(t), spin_unlock(place('&table_lock', 'v'))];
const byRcu =
  (does: Does): Does =>
  (t) =>
    rcuTable(does(t));

function variant(
  name: string,
  about: string,
  expect: Expected,
  cpus: readonly Does[],
  witnesses: readonly Sees[],
  change: Partial<Params> = {},
): Variant {
  const build = (model: string) => pgtable(model, { ...system, ...change, cpus }, witnesses, 'iova-to-phys');
  return { name, about, expect, build };
}

const lock: ObjectDecl = {
  name: 'table_lock',
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'v', cells: [0] }],
};

/** The lookup sees what was there before. */
const staleLeaf = readsStale('a lookup reads a PTE that was changed', {
  fn: 'io_pgtable_visit',
  text: 'READ_ONCE(pte->pte[',
});
const staleRoot = readsStale('a lookup reads a table descriptor that was changed', {
  fn: 'io_pgtable_visit',
  text: 'READ_ONCE(pgd.pte[',
});

export const spec: Spec = {
  name: 'iova-to-phys',
  title: 'a lookup walks a page table that another CPU changes',
  source: 'arm_lpae_iova_to_phys(), __arm_lpae_unmap(), __arm_lpae_map(), Linux 7.1',
  merged: ['page unmapped', 'another table goes', 'beside a map'],
  variants: [
    provided(
      variant(
        'page unmapped',
        'the page that is looked up is unmapped; its table stays',
        always(holds),
        [unmapRange(0, 1, ['page0']), lookUp(0, ['page0'])],
        [life('page0', 'freed')],
      ),
      staleLeaf,
    ),
    variant(
      'another table goes',
      'what the kernel relies on: the table of the page that is looked up stays',
      always(holds),
      [tableGoes, lookUp(2, ['page2'])],
      freed,
    ),
    variant(
      'its table goes',
      'a lookup of a page whose table is being removed: nobody owns the mapping that long',
      always(unsafe),
      [tableGoes, lookUp(0, ['page0'])],
      freed,
    ),
    variant(
      'a block takes its place',
      'a dump looks up a page that is not mapped; the empty table there gives way to a block',
      always(unsafe),
      [(t) => blockOverTable.cpus[0]!(t), lookUp(1, ['block'])],
      [life('ptes', 'freed')],
      { ...blockOverTable },
    ),
    provided(
      variant(
        'tables freed by RCU',
        'the lookup is a read-side section, and a table is freed a grace period after its flush_walk',
        always(holds),
        [byRcu(tableGoes), inSection(lookUp(0, ['page0']))],
        freed,
      ),
      staleRoot,
    ),
    variant(
      'tables freed by RCU, no section',
      'as before, but the lookup is no read-side section',
      always(unsafe),
      [byRcu(tableGoes), lookUp(0, ['page0'])],
      freed,
    ),
    variant(
      'section, tables freed at once',
      'the lookup is a read-side section, which nothing waits for',
      always(unsafe),
      [tableGoes, inSection(lookUp(0, ['page0']))],
      freed,
    ),
    variant(
      'under a lock',
      'the unmap, with its wait for the CMD_SYNC, and the lookup exclude each other',
      always(holds),
      [locked(tableGoes), locked(lookUp(0, ['page0']))],
      freed,
      { extra: [lock] },
    ),
    provided(
      variant(
        'beside a map',
        'a page is looked up while it is mapped, in a table that is installed for it',
        always(holds),
        [mapOnly(0), lookUp(0, ['page0'])],
        [caches('page0')],
        { root: [0], tables: {}, pools: [['ptes']], pages: ['page0'] },
      ),
      staleLeaf,
      staleRoot,
    ),
    variant(
      'beside a map, no dma_wmb',
      'as before, the table being installed before it is zeroed; no device is attached yet',
      { sc: holds, tso: holds, armv8: unsafe },
      [mapOnly(0), lookUp(0, ['page0'])],
      [life('ptes', 'live')],
      {
        root: [0],
        tables: {},
        pools: [['ptes']],
        pages: ['page0'],
        attached: false,
        edits: [drop('arm_lpae_install_table', 'dma_wmb()')],
      },
    ),
  ],
};

export default spec;
