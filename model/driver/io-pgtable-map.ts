/** Mapping a page or a block: tables on the way there are installed by whoever comes first (io-pgtable-arm.c,
 *  Linux 7.1; driver.md 10). */
import { not } from '../program/expression.ts';
import type { Address } from '../program/instruction.ts';
import {
  assign,
  cmpxchg,
  dma_wmb,
  type Local,
  load,
  locals,
  type Operand,
  READ_ONCE,
  store,
  wmb,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import {
  __arm_lpae_alloc_pages,
  __arm_lpae_free_pages,
  below,
  blockSize,
  isTable,
  LAST_LEVEL,
  type Level,
  levelIndex,
  mustHold,
  type PageTable,
  pteAt,
} from './io-pgtable.ts';
import { __arm_lpae_unmap } from './io-pgtable-unmap.ts';

/** `pages` pages from number `page` on, a page or a block, lead to the object `target`. */
export interface Mapping {
  readonly page: number;
  readonly pages: number;
  readonly target: string;
}

/** The wmb() is there so that whoever is told of the mapping, the device above all, can walk it. */
export function arm_lpae_map_pages(t: PageTable, m: Mapping): Stmt {
  return call('arm_lpae_map_pages', [__arm_lpae_map(t, m, t.startLevel, `&${t.root}`), wmb()]);
}

function __arm_lpae_map(t: PageTable, m: Mapping, lvl: Level, ptep: Operand): Stmt {
  const fn = '__arm_lpae_map';
  const { pte, cptep } = locals(`${fn}.${lvl}`, 'pte', 'cptep');
  const at = pteAt(ptep, levelIndex(t, m.page, lvl));
  if (m.pages === blockSize(t, lvl)) return call(fn, [arm_lpae_init_pte(t, m, lvl, ptep)]);
  const lost = when(pte, [__arm_lpae_free_pages(cptep, t.pool)]);
  const none = [
    __arm_lpae_alloc_pages(t, cptep),
    arm_lpae_install_table(pte, cptep, at),
    t.contended ? lost : optional([lost]),
  ];
  const deref = [
    mustHold(isTable(t, pte), 'a block is in the way of a page'),
    assign(cptep, pte), // iopte_deref()
  ];
  return call(fn, [
    READ_ONCE(pte, at),
    when(not(pte), t.pool.length > 0 ? none : [optional(none)]),
    when(pte, deref),
    __arm_lpae_map(t, m, below(lvl), cptep),
  ]);
}

/** old = what the descriptor was: 0 if the table was installed, else the table that was there first. */
function arm_lpae_install_table(old: Local, table: Local, at: Address): Stmt {
  const install = cmpxchg(old, at, 0, table, 'relaxed');
  return call('arm_lpae_install_table', [
    // The table must be seen zeroed by whoever sees it at all.
    dma_wmb(),
    install.kind === 'do' ? { ...install, text: install.text.replace('cmpxchg', 'cmpxchg64') } : install,
  ]);
}

/** A leaf descriptor goes in by a plain store. A table that a block replaces is unmapped and freed before. */
function arm_lpae_init_pte(t: PageTable, m: Mapping, lvl: Level, ptep: Operand): Stmt {
  const fn = 'arm_lpae_init_pte';
  const { pte } = locals(`${fn}.${lvl}`, 'pte');
  const at = pteAt(ptep, levelIndex(t, m.page, lvl));
  const unmapped = mustHold(not(pte), 'a mapping is in the way (-EEXIST)');
  const remove = (): readonly Stmt[] => [__arm_lpae_unmap(t, null, m, lvl, ptep)];
  return call(fn, [
    load(pte, at),
    lvl === LAST_LEVEL ? unmapped : when(isTable(t, pte), remove(), [unmapped]),
    call('__arm_lpae_init_pte', [store(at, `&${m.target}`)]),
  ]);
}
