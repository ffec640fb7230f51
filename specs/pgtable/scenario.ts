/** The scenario: one domain behind one SMMU, with tables of two descriptors each; CPUs map and unmap
 *  in it while the SMMU walks whenever it likes. */
import { abortSte, s2Ste, steObject } from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { invsObject } from '../../model/driver/invs.ts';
import { LAST_LEVEL, type PageTable } from '../../model/driver/io-pgtable.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import type { Value } from '../../model/program/expression.ts';
import { __free_page, place, store } from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';
import type { Promised } from '../../model/property/mappings.ts';
import type { Call } from '../calls.ts';

export const VMID = 1;
export const ROOT = 'pgd';
const DOMAIN = 'domain';
const FAN_OUT = 2;
/** What a recycled page still points to when it becomes a table: a page that was freed long ago. */
const RECYCLED = 'old_page';

/** What is there at first and what each CPU does. */
export interface Params {
  readonly startLevel: PageTable['startLevel'];
  readonly hints: PageTable['hints'];
  /** Descriptors of the root, and of the tables that are there. */
  readonly root: readonly Value[];
  readonly tables: Readonly<Record<string, readonly Value[]>>;
  /** Table objects that each CPU may allocate. */
  readonly pools: readonly (readonly string[])[];
  readonly pages: readonly string[];
  readonly cpus: readonly ((t: PageTable) => readonly Stmt[])[];
  /** Changes to every program that has such a statement. */
  readonly edits: readonly Edit[];
  readonly promised: readonly Promised[];
  /** Whether a device is attached to the domain. */
  readonly attached: boolean;
  /** Whatever else there is. */
  readonly extra: readonly ObjectDecl[];
}

export const pageTable = (p: Params, cpu: number): PageTable => ({
  domain: DOMAIN,
  root: ROOT,
  startLevel: p.startLevel,
  hints: p.hints,
  fanOut: FAN_OUT,
  tables: [...Object.keys(p.tables), ...p.pools.flat()],
  pool: p.pools[cpu] ?? [],
  contended: p.pools.some((pool, other) => other !== cpu && pool.length > 0),
  cpu,
});

export function scenario(model: MemoryModel, p: Params): Scenario {
  const flags = [...new Set(p.promised.map(({ told }) => told))];
  const programs = p.cpus.map((does, cpu) => does(pageTable(p, cpu)));
  return {
    model,
    objects: [
      {
        name: DOMAIN,
        life: 'live',
        cut: 'object',
        device: false,
        fields: [{ name: 'invs', cells: ['&invs'] }],
      },
      invsObject('invs', 1, [{ smmu: 'smmu', vmid: VMID }]),
      smmuObject('smmu', p.cpus.length),
      steObject('ste', p.attached ? s2Ste(VMID, ROOT) : abortSte),
      tableObject(ROOT, p.root),
      ...Object.entries(p.tables).map(([name, ptes]) => tableObject(name, ptes)),
      ...p.pools.flat().map(recycledTable),
      ...p.pages.map(pageObject),
      { ...pageObject(RECYCLED), life: 'freed' },
      ...flags.map(flag),
      ...p.extra,
    ],
    programs: edited(programs, p.edits).map((body, cpu) => compile(`CPU${cpu}`, body)),
    smmus: [{ name: 'smmu', streams: [{ sid: 0, ste: 'ste' }], levels: LAST_LEVEL - p.startLevel + 1 }],
  };
}

/** A free page that was a table before. */
const recycledTable = (name: string): ObjectDecl => ({
  ...tableObject(
    name,
    Array.from({ length: FAN_OUT }, () => `&${RECYCLED}`),
  ),
  life: 'unallocated',
});

/** A register of a device: written by a CPU, and read by no program. */
const flag = (name: string): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'cell',
  device: true,
  fields: [{ name: 'v', cells: [0] }],
});

/** The driver of a device tells it to use a mapping. */
export function tellDevice(told: string): Call {
  const write = { ...store(place(`&${told}`, 'v'), 1), text: `writel_relaxed(1, ${told})` };
  return { kind: 'call', fn: 'driver', body: [write as Stmt] };
}

/** Gives pages back that were unmapped. */
export const freePages = (pages: readonly string[]): Stmt =>
  call(
    'vfio_unmap_unpin',
    pages.map((page) => __free_page(`&${page}`)),
  );

/** Each edit applies to the programs that have the statement; at least one must. */
function edited(
  programs: readonly (readonly Stmt[])[],
  edits: readonly Edit[],
): readonly (readonly Stmt[])[] {
  return edits.reduce<readonly (readonly Stmt[])[]>((bodies, e) => {
    const ofAll = edit(
      bodies.map((body, cpu) => call(`CPU${cpu}`, body)),
      e,
    );
    return ofAll.map((s) => (s.kind === 'call' ? s.body : []));
  }, programs);
}
