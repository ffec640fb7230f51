/** Page tables that several CPUs change at once, under an SMMU that walks them: installing, filling and removing a
 *  table.
 *
 *  Two CPUs and one SMMU are enough: what a third CPU could add is a third table for the same descriptor, which
 *  loses as the second does. Two levels are enough: a level more is the same step again. Two descriptors a table:
 *  one that is shared, and one beside it. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/invs.ts';
import type { Life, MemoryModel } from '../../model/machine.ts';
import { assign, cmpxchg, dma_wmb, locals, place, WRITE_ONCE } from '../../model/program/kernel.ts';
import { call, drop, type Edit, replace, type Stmt } from '../../model/program/statement.ts';
import { lifeOf } from '../../model/property/life.ts';
import { mappedWhenTold } from '../../model/property/mappings.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { replaceCalls } from '../calls.ts';
import { systemOf } from '../join.ts';
import { type Params, scenario, tellDevice } from './scenario.ts';
import { blockOverTable, mapBesideUnmap, overlap, queuedRemoval, tableRemoval, twoMaps } from './systems.ts';

const holds: Expectation = { kind: 'holds' };
const stale: Expectation = { kind: 'violated', by: 'noStaleTranslation' };
const unsafe: Expectation = { kind: 'violated', by: 'memorySafety' };
const unmapped: Expectation = { kind: 'violated', by: 'mappedWhenTold' };
type Expected = Readonly<Record<MemoryModel, Expectation>>;
const always = (e: Expectation): Expected => ({ sc: e, tso: e, armv8: e });
const onArm = (e: Expectation): Expected => ({ sc: holds, tso: holds, armv8: e });

/** A system with its properties; `witnesses` say what must happen in it. */
export function pgtable(model: string, params: Params, witnesses: readonly Sees[], name = 'pgtable'): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  return systemOf(
    name,
    machine,
    [noStaleTranslation(machine), memorySafety(machine), mappedWhenTold(machine, params.promised)],
    witnesses.map((sees) => sees(machine)),
  );
}

export type Sees = (machine: Machine) => Witness;

/** The SMMU may use a translation to the page. */
export const caches =
  (page: string): Sees =>
  ({ smmus }) => ({
    name: `the SMMU caches a translation to ${page}`,
    reached: (read) => read(smmus[0]!.state).tlb.some((e) => e.target === page),
  });

export const life =
  (object: string, wanted: Life): Sees =>
  (machine) => ({
    name: `${object} is ${wanted}`,
    reached: (read) => lifeOf(machine, object)(read) === wanted,
  });

/** A system, what must happen in it, and how its programs are changed. */
interface Case {
  readonly params: Params;
  readonly witnesses: readonly Sees[];
}

/** Each CPU wins and loses the race for the descriptor; the loser's table is freed. */
const maps: Case = {
  params: twoMaps,
  witnesses: [caches('page0'), caches('page1'), life('ptes0', 'freed'), life('ptes1', 'freed')],
};
const beside: Case = {
  params: mapBesideUnmap,
  witnesses: [caches('page0'), caches('page1'), life('page0', 'freed')],
};
const removal: Case = {
  params: tableRemoval,
  witnesses: [caches('page0'), caches('page2'), life('ptes', 'freed'), life('page1', 'freed')],
};
const queued: Case = {
  params: queuedRemoval,
  witnesses: [caches('page0'), caches('page2'), life('ptes', 'freed')],
};
const block: Case = {
  params: blockOverTable,
  witnesses: [caches('page0'), caches('block'), life('ptes', 'freed'), life('page2', 'freed')],
};
const overlapping: Case = { params: overlap, witnesses: [caches('page1'), life('ptes', 'freed')] };

function variant(
  name: string,
  about: string,
  expect: Expected,
  at: Case,
  ...edits: readonly Edit[]
): Variant {
  return { name, about, expect, build: (model) => pgtable(model, { ...at.params, edits }, at.witnesses) };
}

/** CPU0's program with whole calls changed. */
const unmapper = (at: Case, change: (program: readonly Stmt[]) => readonly Stmt[]): Case => ({
  ...at,
  params: {
    ...at.params,
    cpus: at.params.cpus.map((does, n) => (t) => (n === 0 ? change(does(t)) : does(t))),
  },
});

const flushWalk = 'io_pgtable_tlb_flush_walk';
type Change = (program: readonly Stmt[]) => readonly Stmt[];
const noFlushWalk: Change = (program) => replaceCalls(program, flushWalk, () => []);
const leafOnly: Change = (program) =>
  replaceCalls(program, flushWalk, ({ fn }) => [
    call(fn, [arm_smmu_domain_inv_range('&domain', { page: 0, pages: 2, leaf: 1 }, 0)]),
  ]);
/** The walks are flushed while the descriptor still leads to the table. */
const flushFirst: Change = (program) => {
  const flush = call(flushWalk, [arm_smmu_domain_inv_range('&domain', { page: 0, pages: 2, leaf: 0 }, 0)]);
  return replaceCalls(noFlushWalk(program), '__arm_lpae_clear_pte', (clear) => [flush, clear]);
};

const install = 'arm_lpae_install_table';
const cas = 'cmpxchg64_relaxed(&pgd.pte[0], 0, cptep)';
const { pte, cptep } = locals('__arm_lpae_map.2', 'pte', 'cptep');
const descriptor = place('&pgd', 'pte', 0);
const tell = (n: number): Edit =>
  replace('driver', `writel_relaxed(1, device${n})`, [dma_wmb(), ...tellDevice(`device${n}`).body]);

export const spec: Spec = {
  name: 'pgtable',
  title: 'CPUs map and unmap in one page table while the SMMU walks it',
  source: '__arm_lpae_map(), __arm_lpae_unmap(), Linux 7.1',
  merged: ['two maps', 'map beside unmap', 'table removal', 'table removal, flush queue', 'block over table'],
  variants: [
    variant(
      'two maps',
      'both CPUs find no table; one installs its own, the other frees its own',
      always(holds),
      maps,
    ),
    variant(
      'no dma_wmb before install',
      'the table is installed before it is zeroed: what the page held before counts as descriptors',
      onArm(stale),
      maps,
      drop(install, 'dma_wmb()'),
    ),
    variant(
      'cmpxchg64_release',
      'the release that the comment in the source mentions, instead of the dma_wmb()',
      always(holds),
      maps,
      drop(install, 'dma_wmb()'),
      replace(install, cas, [cmpxchg(pte, descriptor, 0, cptep, 'release')]),
    ),
    variant(
      'no cmpxchg',
      'the table is installed by a plain store: the second takes the mappings of the first away',
      always(unmapped),
      { ...maps, witnesses: [] },
      replace(install, cas, [WRITE_ONCE(descriptor, cptep), assign(pte, 0)]),
    ),
    variant(
      'no wmb after map',
      'no wmb() at the end of arm_lpae_map_pages(), and the device is told by writel_relaxed()',
      onArm(unmapped),
      maps,
      drop('arm_lpae_map_pages', 'wmb()'),
    ),
    variant(
      'no wmb after map, writel',
      'as before, but the device is told by writel(), which has a dma_wmb() of its own',
      always(holds),
      maps,
      drop('arm_lpae_map_pages', 'wmb()'),
      tell(0),
      tell(1),
    ),
    variant(
      'map beside unmap',
      'a page is mapped in a table while its neighbour is unmapped and given back',
      always(holds),
      beside,
    ),
    variant(
      'no iotlb_sync',
      'as before, without the invalidation that iommu_unmap() ends with',
      always(stale),
      unmapper(beside, (program) => replaceCalls(program, 'arm_smmu_iotlb_sync', () => [])),
    ),
    variant(
      'table removal',
      'a table goes with all that it maps, while another is installed beside it',
      always(holds),
      removal,
    ),
    variant(
      'no flush_walk',
      'the table is freed without io_pgtable_tlb_flush_walk()',
      always(stale),
      unmapper(removal, noFlushWalk),
    ),
    variant(
      'leaf-only flush_walk',
      'the TLBI before the table is freed is for page descriptors only: walk caches keep the table',
      always(stale),
      unmapper(removal, leafOnly),
    ),
    variant(
      'flush_walk before the descriptor is cleared',
      'the SMMU may walk to the table again before it is cut off',
      always(stale),
      unmapper(removal, flushFirst),
    ),
    variant(
      'flush_walk without waiting',
      'the table is freed once the commands are queued',
      always(stale),
      removal,
      drop('arm_smmu_cmdq_issue_cmdlist', 'smp_cond_load_relaxed(&smmu->cmdq[0], !VAL)'),
    ),
    variant(
      'table removal, flush queue',
      'a domain in non-strict mode: the pages are invalidated later, but the table is freed at once',
      always(holds),
      queued,
    ),
    variant(
      'flush queue, no flush_walk',
      'as before, without the synchronous flush_walk: the later flush does not help the table',
      always(stale),
      unmapper(queued, noFlushWalk),
    ),
    variant(
      'block over table',
      'a block is mapped where a table with no mappings left stands: the table goes first',
      always(holds),
      block,
    ),
    variant(
      'block over table, no flush_walk',
      'as before, without io_pgtable_tlb_flush_walk(): every page was invalidated, but not the walk',
      always(stale),
      unmapper(block, noFlushWalk),
    ),
    variant(
      'overlap',
      'a page is mapped in a range that is being unmapped, which callers must never do',
      always(unsafe),
      overlapping,
    ),
  ],
};

export default spec;
