/** The flush queue of a domain in non-strict mode: IOVAs wait in it until a flush of the whole domain that began after
 *  they were unmapped is over (dma-iommu.c, Linux 7.1; driver.md 10). */
import type { ObjectDecl } from '../machine.ts';
import { binary, constant, type Expr, type Value } from '../program/expression.ts';
import {
  assign,
  atomic_void,
  irqrestore,
  irqsave,
  type Local,
  load,
  locals,
  place,
  READ_ONCE,
  smp_mb,
  smp_wmb,
  spin_lock,
  spin_unlock,
  store,
  WRITE_ONCE,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when, whilst } from '../program/statement.ts';
import { arm_smmu_domain_inv_range } from './invs.ts';
import { freeOneOf } from './io-pgtable.ts';

/** What the code under test knows of its domain's queues. */
export interface FlushQueues {
  readonly domain: string;
  /** struct iommu_dma_cookie, and the IOVAs that may be freed: an object for each. */
  readonly cookie: string;
  readonly iovas: readonly string[];
  /** Entries of a ring, a power of two; one of them stays empty. */
  readonly size: number;
  /** Whether an unmap can find entries in its ring, and the ring full. */
  readonly crowded: boolean;
  /** An entry is kept while `counter keptWhile finish_cnt`: 'ge' in the kernel. */
  readonly keptWhile: 'ge' | 'gt';
}

/** struct iommu_dma_cookie: `queues` = the ring of each CPU (the same for all with IOMMU_DMA_OPTS_SINGLE_QUEUE), or
 *  null before iommu_dma_init_fq(). */
export function cookieObject(name: string, cpus: number, queues: readonly string[] | null): ObjectDecl {
  const rings: readonly Value[] = Array.from({ length: cpus }, (_, n) => (queues ? `&${queues[n]}` : 0));
  return {
    name,
    life: 'live',
    cut: 'cell',
    device: false,
    fields: [
      { name: 'fq_domain', cells: [queues === null ? 0 : 1] },
      { name: 'fq', cells: rings },
      { name: 'fq_flush_start_cnt', cells: [0] },
      { name: 'fq_flush_finish_cnt', cells: [0] },
    ],
  };
}

/** struct iova_fq: a ring with its lock. `waiting`: an IOVA that was put in before anything was flushed. */
export function fqObject(name: string, size: number, waiting: string | null = null): ObjectDecl {
  const cells = (first: Value): readonly Value[] =>
    Array.from({ length: size }, (_, n) => (n === 0 ? first : 0));
  return {
    name,
    life: 'live',
    cut: 'object',
    device: false,
    fields: [
      { name: 'lock', cells: [0] },
      { name: 'head', cells: [0] },
      { name: 'tail', cells: [waiting === null ? 0 : 1] },
      { name: 'entries.iova_pfn', cells: cells(waiting === null ? 0 : `&${waiting}`) },
      { name: 'entries.counter', cells: cells(0) },
    ],
  };
}

const next = (i: Expr, q: FlushQueues): Expr =>
  binary('and', binary('add', i, constant(1)), constant(q.size - 1));

/** Puts an IOVA that was unmapped into this CPU's ring. */
export function queue_iova(q: FlushQueues, iova: string, cpu: number): Stmt {
  const fn = 'queue_iova';
  const { fq, head, tail, idx, counter } = locals(fn, 'fq', 'head', 'tail', 'idx', 'counter');
  const full = [
    load(head, place(fq, 'head')),
    load(tail, place(fq, 'tail')),
    when(binary('eq', next(tail, q), head), [fq_flush_iotlb(q, cpu), fq_ring_free_locked(q, fq)]),
  ];
  return call(fn, [
    // The cleared descriptor must be seen by a flush that the counter below does not count yet; and what
    // iommu_dma_init_fq() set up must be seen here.
    smp_mb(),
    load(fq, place(`&${q.cookie}`, 'fq', cpu)),
    ...irqsave(spin_lock(place(fq, 'lock'))),
    fq_ring_free_locked(q, fq, q.crowded),
    call('fq_full', q.crowded ? full : [optional(full)]),
    call('fq_ring_add', [load(idx, place(fq, 'tail')), store(place(fq, 'tail'), next(idx, q))]),
    store(place(fq, 'entries.iova_pfn', idx), `&${iova}`),
    atomic64_read(counter, q, 'fq_flush_start_cnt'),
    store(place(fq, 'entries.counter', idx), counter),
    ...irqrestore(spin_unlock(place(fq, 'lock'))),
  ]);
}

const atomic64_read = (dst: Local, q: FlushQueues, count: string): Stmt => {
  const read = READ_ONCE(dst, place(`&${q.cookie}`, count));
  return { ...read, text: `atomic64_read(&${q.cookie}.${count})` } as Stmt;
};

const atomic64_inc = (q: FlushQueues, count: string): Stmt => {
  const add = atomic_void('add', place(`&${q.cookie}`, count), 1);
  return { ...add, text: `atomic64_inc(&${q.cookie}.${count})` } as Stmt;
};

/** What entries counted before the first of these increments is gone from the SMMUs at the second. */
export function fq_flush_iotlb(q: FlushQueues, cpu: number): Stmt {
  return call('fq_flush_iotlb', [
    atomic64_inc(q, 'fq_flush_start_cnt'),
    call('arm_smmu_tlb_inv_context', [arm_smmu_domain_inv_range(`&${q.domain}`, 'everything', cpu)]),
    atomic64_inc(q, 'fq_flush_finish_cnt'),
  ]);
}

/** Frees the IOVAs of all entries, oldest first, up to one that no flush covers yet. The lock is held. */
function fq_ring_free_locked(q: FlushQueues, fq: Local, crowded = true): Stmt {
  const fn = 'fq_ring_free_locked';
  const l = locals(fn, 'finished', 'idx', 'tail', 'counter', 'pfn');
  const loop = whilst(binary('ne', l.idx, l.tail), [
    load(l.counter, place(fq, 'entries.counter', l.idx)),
    when(
      binary(q.keptWhile, l.counter, l.finished),
      [assign(l.idx, l.tail)], // break
      [
        load(l.pfn, place(fq, 'entries.iova_pfn', l.idx)),
        ...freeOneOf(l.pfn, q.iovas, 'free_iova_fast'),
        assign(l.idx, next(l.idx, q)),
        store(place(fq, 'head'), l.idx),
      ],
    ),
  ]);
  return call(fn, [
    atomic64_read(l.finished, q, 'fq_flush_finish_cnt'),
    load(l.idx, place(fq, 'head')),
    load(l.tail, place(fq, 'tail')),
    ...(crowded ? [loop] : [optional([loop])]),
  ]);
}

/** The timer, on any CPU, some time after an IOVA was queued: flushes, then frees what it can from every ring. */
export function fq_flush_timeout(q: FlushQueues, rings: readonly string[], cpu: number): Stmt {
  const { fq } = locals('fq_flush_timeout', 'fq');
  return call('fq_flush_timeout', [
    fq_flush_iotlb(q, cpu),
    ...rings.map((ring) =>
      call('fq_ring_free', [
        assign(fq, `&${ring}`),
        ...irqsave(spin_lock(place(fq, 'lock'))),
        fq_ring_free_locked(q, fq),
        ...irqrestore(spin_unlock(place(fq, 'lock'))),
      ]),
    ),
  ]);
}

/** Makes a strict domain one with flush queues, while it is in use. The counters are 0 already. */
export function iommu_dma_init_fq(q: FlushQueues, rings: readonly string[]): Stmt {
  return call('iommu_dma_init_fq', [
    ...rings.map((ring, cpu) => store(place(`&${q.cookie}`, 'fq', cpu), `&${ring}`)),
    smp_wmb(),
    WRITE_ONCE(place(`&${q.cookie}`, 'fq_domain'), 1),
  ]);
}
