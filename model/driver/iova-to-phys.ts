/** Looking an IOVA up in a page table, as iommu_iova_to_phys() and a dump in debugfs do: without a lock, and with
 *  nothing that keeps the tables (io-pgtable-arm.c, Linux 7.1; driver.md 10). */
import { binary, constant, type Expr, not } from '../program/expression.ts';
import { assign, type Local, locals, type Operand, READ_ONCE } from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import {
  below,
  isTable,
  LAST_LEVEL,
  type Level,
  levelIndex,
  mustHold,
  type PageTable,
  pteAt,
} from './io-pgtable.ts';

/** What the walk found: a pointer to the page or block, or 0. */
export const { phys } = locals('arm_lpae_iova_to_phys', 'phys');

export function arm_lpae_iova_to_phys(t: PageTable, page: number): Stmt {
  return call('arm_lpae_iova_to_phys', [
    assign(phys, 0),
    __arm_lpae_iopte_walk(t, page, t.startLevel, `&${t.root}`),
  ]);
}

/** The next table is found through the descriptor: nothing but the address dependency orders the two loads. */
function __arm_lpae_iopte_walk(t: PageTable, page: number, lvl: Level, ptep: Operand): Stmt {
  const { pte } = locals(`io_pgtable_visit.${lvl}`, 'pte');
  const leaf = assign(phys, pte);
  const next = (): readonly Stmt[] => [
    when(isTable(t, pte), [__arm_lpae_iopte_walk(t, page, below(lvl), pte)], [leaf]),
  ];
  return call('io_pgtable_visit', [
    READ_ONCE(pte, pteAt(ptep, levelIndex(t, page, lvl))),
    ...(lvl === LAST_LEVEL ? [leaf] : next()),
  ]);
}

/** A lookup must find what some mapping led to, or nothing. */
export function foundOneOf(found: Local, targets: readonly string[]): Stmt {
  const isOne = targets.map((name) => binary('eq', found, constant(`&${name}`)));
  return mustHold(
    isOne.reduce<Expr>((a, b) => binary('or', a, b), not(found)),
    'the lookup found what was never mapped there',
  );
}
