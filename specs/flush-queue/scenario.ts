/** The scenario: a domain behind one SMMU; CPU0 unmaps pages, each at its IOVA; CPU1 is where the timer of the flush
 *  queue fires, or where the queue is set up. */
import { s2Ste, steObject } from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { __iommu_dma_unmap, type Mode } from '../../model/driver/dma-iommu.ts';
import { domainObject, invsObject } from '../../model/driver/invs.ts';
import type { PageTable } from '../../model/driver/io-pgtable.ts';
import {
  cookieObject,
  type FlushQueues,
  fq_flush_timeout,
  fqObject,
  iommu_dma_init_fq,
} from '../../model/driver/iova-fq.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import { __free_page } from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';
import type { Iova } from '../../model/property/iova.ts';

export type Change = (program: readonly Stmt[]) => readonly Stmt[];

export interface Params {
  readonly mode: Mode;
  /** How many pages each unmapping CPU unmaps, one after the other. */
  readonly unmaps: readonly number[];
  /** The ring of each CPU, in order; the same for all with IOMMU_DMA_OPTS_SINGLE_QUEUE. */
  readonly rings: readonly string[];
  readonly size: number;
  /** Whether an IOVA of a page that was unmapped before waits in the first ring. */
  readonly waiting: boolean;
  readonly keptWhile: FlushQueues['keptWhile'];
  /** What the last CPU does. */
  readonly other: 'timer' | 'sets the queue up' | 'nothing';
  /** Whether the drivers free the page once it is unmapped, as they may. */
  readonly freePages: boolean;
  readonly edits: readonly Edit[];
  readonly change: Change;
}

export const small: Params = {
  mode: 'flush queue',
  unmaps: [1],
  rings: ['fq', 'fq'],
  size: 2,
  waiting: false,
  keptWhile: 'ge',
  other: 'timer',
  freePages: false,
  edits: [],
  change: (program) => program,
};

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const pagesOf = (p: Params): number => p.unmaps.reduce((a, b) => a + b, 0);
/** A table has room for two pages at least: a table of one is no larger than a page. */
const fanOut = (p: Params): number => Math.max(2, pagesOf(p));
export const iovasOf = (p: Params): readonly Iova[] =>
  range(pagesOf(p) + (p.waiting ? 1 : 0)).map((page) => ({ page, iova: `iova${page}` }));

export function scenario(model: MemoryModel, p: Params): Scenario {
  const cpus = p.unmaps.length + 1;
  const rings = [...new Set(p.rings)];
  const q: FlushQueues = {
    domain: 'domain',
    cookie: 'cookie',
    iovas: iovasOf(p).map(({ iova }) => iova),
    size: p.size,
    crowded: pagesOf(p) > 1 || p.waiting,
    keptWhile: p.keptWhile,
  };
  const others = {
    timer: [fq_flush_timeout(q, rings, cpus - 1)],
    'sets the queue up': [iommu_dma_init_fq(q, p.rings)],
    nothing: [],
  };
  const programs = [...p.unmaps.map((_, cpu) => unmaps(p, q, cpu)), others[p.other]];
  return {
    model,
    objects: [
      domainObject('invs'),
      invsObject('invs', 1, [{ smmu: 'smmu', vmid: 1 }]),
      smmuObject('smmu', cpus),
      steObject('ste', s2Ste(1, 'pgd')),
      cookieObject('cookie', cpus, p.mode === 'flush queue' ? p.rings : null),
      ...rings.map((ring, n) => fqObject(ring, p.size, p.waiting && n === 0 ? `iova${pagesOf(p)}` : null)),
      tableObject('pgd', ['&ptes']),
      tableObject(
        'ptes',
        range(fanOut(p)).map((n) => (n < pagesOf(p) ? `&page${n}` : 0)),
      ),
      ...range(pagesOf(p)).map((n) => pageObject(`page${n}`)),
      ...q.iovas.map((name) => ({ ...pageObject(name), device: false })),
    ],
    programs: edited(programs, p).map((body, cpu) => compile(`CPU${cpu}`, body)),
    smmus: [{ name: 'smmu', streams: [{ sid: 0, ste: 'ste' }], levels: 2 }],
  };
}

function unmaps(p: Params, q: FlushQueues, cpu: number): readonly Stmt[] {
  const table: PageTable = {
    domain: 'domain',
    root: 'pgd',
    startLevel: 2,
    fanOut: fanOut(p),
    tables: ['ptes'],
    pool: [],
    contended: false,
    hints: 'none',
    cpu,
  };
  const first = p.unmaps.slice(0, cpu).reduce((a, b) => a + b, 0);
  return range(p.unmaps[cpu]!).flatMap((n) => {
    const address = iovasOf(p)[first + n]!;
    const free = call('driver', [__free_page(`&page${address.page}`)]);
    return [__iommu_dma_unmap(table, q, address, p.mode), ...(p.freePages ? [free] : [])];
  });
}

/** Edits apply to the programs that have the statement, at least one; then the whole is changed. */
function edited(programs: readonly (readonly Stmt[])[], p: Params): readonly (readonly Stmt[])[] {
  const all = programs.map((body, cpu) => call(`CPU${cpu}`, body));
  const after = p.change(p.edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), all));
  return after.map((s) => (s.kind === 'call' ? s.body : []));
}
