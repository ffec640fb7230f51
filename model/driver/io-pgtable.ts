/** Page tables of two or three levels as io-pgtable-arm has them: their geometry, and where their pages come from and go to
 *  (io-pgtable-arm.c, Linux 7.1; driver.md 10). Level 3, the last, holds pages, those above tables or blocks. */
import { binary, constant, type Expr } from '../program/expression.ts';
import type { Address } from '../program/instruction.ts';
import { expr, type Local, type Operand, place, store } from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';

/** A domain's table, and the CPU that works on it. */
export interface PageTable {
  readonly domain: string;
  readonly root: string;
  readonly startLevel: Level;
  /** Descriptors of a table: a block of level 2 is as large as that many pages. */
  readonly fanOut: number;
  /** Table objects that a descriptor may lead to. */
  readonly tables: readonly string[];
  /** Those of them that this CPU may allocate. No other CPU has them in its pool. */
  readonly pool: readonly string[];
  /** Whether another CPU may install a table for the same descriptor. */
  readonly contended: boolean;
  /** Which TLBI by address say at which level the leaf descriptors are (TTL): those of an SMMU with RANGE_INV. */
  readonly hints: 'none' | 'leaf only' | 'always';
  readonly cpu: number;
}

export type Level = 1 | 2 | 3;
export const LAST_LEVEL = 3;
export const below = (lvl: Level): Level => Math.min(lvl + 1, LAST_LEVEL) as Level;

/** ARM_LPAE_BLOCK_SIZE(), in pages. */
export const blockSize = (t: PageTable, lvl: Level): number => t.fanOut ** (LAST_LEVEL - lvl);

/** ARM_LPAE_LVL_IDX(): where a level's table has the descriptor of a page. */
export const levelIndex = (t: PageTable, page: number, lvl: Level): number =>
  Math.floor(page / blockSize(t, lvl)) % t.fanOut;

/** ptep[index]. */
export const pteAt = (ptep: Operand, index: number): Address => place(ptep, 'pte', index);

/** iopte_type() == ARM_LPAE_PTE_TYPE_TABLE: the type bits of a descriptor are what it points to here. */
export const isTable = (t: PageTable, pte: Local): Expr =>
  t.tables.map((name) => binary('eq', pte, constant(`&${name}`))).reduce((a, b) => binary('or', a, b));

/** cptep = a zeroed page, as iommu_alloc_pages_node_sz() gives it. The stores that zero it are those of the page
 *  allocator; until they are in memory the page holds what it held before it was freed the last time. */
export function __arm_lpae_alloc_pages(t: PageTable, cptep: Local): Stmt {
  const zero = Array.from({ length: t.fanOut }, (_, i) => store(pteAt(cptep, i), 0));
  return call('__arm_lpae_alloc_pages', [
    {
      kind: 'do',
      operation: { op: 'alloc', dst: cptep.name, pool: t.pool },
      text: 'iommu_alloc_pages_node_sz()',
    },
    ...zero,
  ]);
}

/** Gives a table's page back. `names`: the tables that `ptep` may point to. */
export const __arm_lpae_free_pages = (ptep: Operand, names: readonly string[]): Stmt =>
  call('__arm_lpae_free_pages', freeOneOf(ptep, names, 'iommu_free_pages'));

/** Frees the object that a pointer leads to, known to be one of these. Spelled out object by object, so that what
 *  may be freed is known before a run; where there are several, witnesses tell which of them were. */
export function freeOneOf(pointer: Operand, names: readonly string[], by: string): readonly Stmt[] {
  const frees = names.map((name) => {
    const target = constant(`&${name}`);
    const free: Stmt = { kind: 'do', operation: { op: 'free', pointer: target }, text: `${by}(${name})` };
    return when(binary('eq', expr(pointer), target), [free]);
  });
  return names.length === 1 ? frees : [optional(frees)];
}

/** A WARN_ON() that must never fire: the thread stops there. Not shown otherwise. */
export const mustHold = (cond: Expr, message: string): Stmt => ({
  kind: 'do',
  operation: { op: 'assert', cond, message },
  text: '',
});
