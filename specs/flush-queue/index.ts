/** A domain in non-strict mode: what was unmapped is flushed later, all at once, and the IOVA is not used again
 *  before. Two counters tell which flushes an IOVA has waited for (bugs.md 28).
 *
 *  One CPU that unmaps and one on which the timer fires are enough for the race between clearing a descriptor,
 *  reading the counter and a flush. A ring of one entry, in which an IOVA waits, makes the CPU that unmaps flush too, while the
 *  timer does: two flushes at once. The timer may fire at any time: an earlier unmap armed it. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { smp_wmb } from '../../model/program/kernel.ts';
import { drop, replace, type Stmt } from '../../model/program/statement.ts';
import { noStaleIova } from '../../model/property/iova.ts';
import { lifeOf } from '../../model/property/life.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { replaceCalls } from '../calls.ts';
import { systemOf } from '../join.ts';
import { type Change, iovasOf, type Params, scenario, small } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const reused: Expectation = { kind: 'violated', by: 'noStaleIova' };
const stale: Expectation = { kind: 'violated', by: 'noStaleTranslation' };
const unsafe: Expectation = { kind: 'violated', by: 'memorySafety' };
type Expected = Readonly<Record<MemoryModel, Expectation>>;
const always = (e: Expectation): Expected => ({ sc: e, tso: e, armv8: e });
const onArm = (e: Expectation): Expected => ({ sc: holds, tso: holds, armv8: e });

export function flushQueue(model: string, params: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  const pages = params.freePages ? noStaleTranslation(machine) : [];
  return systemOf(
    'flush-queue',
    machine,
    [noStaleIova(machine, iovasOf(params)), pages, memorySafety(machine)],
    witnesses(machine, params),
  );
}

/** Every IOVA is freed in some run; with a timer, there is one in which a CPU ends with its IOVA still queued. */
function witnesses(machine: Machine, p: Params): readonly Witness[] {
  const lives = iovasOf(p).map(({ iova }) => ({ iova, life: lifeOf(machine, iova) }));
  const freed = lives.map(
    ({ iova, life }): Witness => ({ name: `${iova} is freed`, reached: (read) => life(read) === 'freed' }),
  );
  const waits: Witness = {
    name: 'an IOVA waits for a flush after the timer fired',
    reached: (read) =>
      machine.cpus.every((cpu) => read(cpu.thread).pc === cpu.program.code.length) &&
      lives.some(({ life }) => life(read) === 'live'),
  };
  return p.other === 'timer' ? [...freed, waits] : freed;
}

const variant = (name: string, about: string, expect: Expected, change: Partial<Params>): Variant => ({
  name,
  about,
  expect,
  build: (model) => flushQueue(model, { ...small, ...change }),
});

/** Puts the three parts of fq_flush_iotlb() in another order. */
const flushes =
  (...order: readonly number[]): Change =>
  (program) =>
    replaceCalls(program, 'fq_flush_iotlb', (flush) => [
      { ...flush, body: order.map((n) => flush.body[n]!) },
    ]);

/** The counter is read before the descriptor is cleared: the load moves from queue_iova() to the beginning. */
const readFirst: Change = (program) => {
  const isRead = (s: Stmt): boolean => s.kind === 'do' && s.text === COUNTER;
  const read: Stmt[] = [];
  const without = replaceCalls(program, 'queue_iova', (queue) => {
    read.push(...queue.body.filter(isRead));
    return [{ ...queue, body: queue.body.filter((s) => !isRead(s)) }];
  });
  return replaceCalls(without, '__iommu_dma_unmap', (unmap) => [
    { ...unmap, body: [...read, ...unmap.body] },
  ]);
};
const COUNTER = 'atomic64_read(&cookie.fq_flush_start_cnt)';

/** The IOVA is freed before the invalidation. */
const freeFirst: Change = (program) =>
  replaceCalls(program, '__iommu_dma_unmap', (unmap) => {
    const [init, queued, fast, sync, free] = unmap.body;
    return [{ ...unmap, body: [init!, queued!, fast!, free!, sync!] }];
  });

const noBarrier = { edits: [drop('queue_iova', 'smp_mb()')] };
const full: Partial<Params> = { waiting: true };
const setUp: Partial<Params> = { mode: 'either', other: 'sets the queue up' };

export const spec: Spec = {
  name: 'flush-queue',
  title: 'IOVAs wait for a flush of the whole domain before they are used again',
  source: 'queue_iova(), fq_flush_iotlb(), fq_ring_free_locked(), __iommu_dma_unmap(), Linux 7.1',
  merged: ['timer', 'strict', 'init_fq'],
  variants: [
    variant('timer', 'one page is unmapped while the timer fires on another CPU', always(holds), {}),
    variant(
      'no smp_mb',
      'no smp_mb() in queue_iova(): the counter is read before the descriptor is cleared',
      onArm(reused),
      noBarrier,
    ),
    variant('a ring for each CPU', 'the timer looks into both', always(holds), { rings: ['fq0', 'fq1'] }),
    variant('smp_wmb', 'smp_wmb() instead: it orders no later load', onArm(reused), {
      edits: [replace('queue_iova', 'smp_mb()', [smp_wmb()])],
    }),
    variant(
      '> in ring_free',
      'an entry is kept while counter > finish_cnt: a flush that had begun before counts',
      always(reused),
      { keptWhile: 'gt' },
    ),
    variant('finish_cnt before the flush', 'the flush is counted as finished before it is', always(reused), {
      unmaps: [2],
      change: flushes(0, 2, 1),
    }),
    variant('start_cnt after the flush', 'the flush is counted as begun once it is over', always(reused), {
      change: flushes(1, 0, 2),
    }),
    variant(
      'counter read before unmap',
      'the counter is read before the descriptor is cleared, in the program',
      always(reused),
      { change: readFirst },
    ),
    variant(
      'no smp_mb in inv_range',
      'start_cnt is ordered before the TLBI by the dma_wmb() of the command queue as well',
      always(holds),
      {
        edits: [drop('arm_smmu_domain_inv_range', 'smp_mb()')],
      },
    ),
    variant(
      'full ring',
      'an IOVA waits in the ring, which is full by it: the unmap flushes, at the same time as the timer',
      always(holds),
      full,
    ),
    variant('full ring, > in ring_free', 'as before, with counter > finish_cnt', always(reused), {
      ...full,
      keptWhile: 'gt',
    }),
    variant(
      'pages freed at once',
      'a driver frees the page when dma_unmap_page() returns: what non-strict mode gives up',
      always(stale),
      {
        freePages: true,
      },
    ),
    variant(
      'strict',
      'without a flush queue the page and the IOVA may go when the unmap returns',
      always(holds),
      {
        mode: 'strict',
        other: 'nothing',
        freePages: true,
      },
    ),
    variant('strict, IOVA freed first', 'the IOVA is freed before iommu_iotlb_sync()', always(reused), {
      mode: 'strict',
      other: 'nothing',
      change: freeFirst,
    }),
    variant('init_fq', 'the domain gets its flush queue while a page is unmapped', always(holds), setUp),
    variant('init_fq, no smp_wmb', 'fq_domain is set before the rings are seen', onArm(unsafe), {
      ...setUp,
      edits: [drop('iommu_dma_init_fq', 'smp_wmb()')],
    }),
    variant(
      'init_fq, no smp_mb',
      'no smp_mb() in queue_iova(): the ring is read before fq_domain',
      onArm(unsafe),
      {
        ...setUp,
        ...noBarrier,
      },
    ),
  ],
};

export default spec;
