import { expect, test } from 'vitest';
import { noPaint } from '../report/paint.ts';
import { notExecuted } from './cell.ts';
import { type Cell, type Matrix, matrixSchema, type Row } from './matrix.ts';
import { survivorsOf, survivorsText } from './survivors.ts';
import { matrixText } from './text.ts';

const needed = (steps: number, by = 'noStaleTranslation'): Cell => ({
  verdict: 'needed',
  by,
  why: 'SMMU1 may still translate',
  states: 900,
  transitions: 2000,
  steps,
});
const redundant: Cell = { verdict: 'redundant', states: 1012, transitions: 2345 };
const more: Cell = { verdict: 'redundant', states: 1500, transitions: 4000 };

const row = (
  where: readonly [fn: string, text: string, line: string],
  change: string,
  cells: readonly [Cell, Cell],
  sort: Row['sort'] = 'fence',
): Row => ({
  id: `${where[0]}.${where[2]}.${change.replace(/\W+/g, '-')}`,
  fn: where[0],
  text: where[1],
  programs: ['CPU0'],
  sort,
  change,
  cells: { tso: cells[0], armv8: cells[1] },
});

const mb = ['arm_smmu_domain_inv_range', 'smp_mb()', 'smp_mb'] as const;
const wmb = ['arm_smmu_write_entry', 'dma_wmb()', 'dma_wmb'] as const;
const publish = [
  'arm_smmu_install_new_domain_invs',
  'rcu_assign_pointer(domain.invs, new_invs)',
  'rcu_assign_pointer',
] as const;
const lock = ['arm_smmu_domain_inv_range', 'read_lock(&invs->rwlock)', 'read_lock'] as const;

const matrix: Matrix = {
  kind: 'heddle matrix',
  schema: matrixSchema,
  heddle: '0',
  spec: 'unmap-vs-attach',
  variant: 'v7.1',
  models: ['tso', 'armv8'],
  unchanged: { tso: redundant, armv8: redundant },
  rows: [
    row(mb, 'dropped', [needed(18), needed(18)]),
    row(mb, 'smp_wmb()', [needed(18), redundant]),
    row(mb, 'moved behind rcu_dereference(domain.invs)', [more, needed(17, 'deadlock')]),
    row(lock, 'dropped', [notExecuted, notExecuted], 'lock'),
    row(publish, 'WRITE_ONCE()', [redundant, needed(8)], 'acquire or release'),
    row(publish, 'behind kfree_rcu(old_invs)', [{ verdict: 'vacuous', why: 'none' }, more], 'order'),
    row(wmb, 'dropped', [redundant, more]),
    row(wmb, 'moved before kfree_rcu(old_invs)', [redundant, { verdict: 'incomplete', why: 'too many' }]),
  ],
};

test('a matrix reads like an answer', () => {
  expect(matrixText(matrix, noPaint)).toBe(`\
unmap-vs-attach, "v7.1": what can go?
Unchanged, tso: holds in 1,012 states; armv8: holds in 1,012 states.
needed, N = a property breaks without it, by a counterexample of N steps; redundant = the spec holds
  without it, in every state.

                                      tso         armv8       what breaks

arm_smmu_domain_inv_range():
  smp_mb()
    dropped                           needed, 18  needed, 18  noStaleTranslation
    smp_wmb()                         needed, 18  redundant   noStaleTranslation
    moved behind rcu_dereference(     redundant   needed, 17  deadlock
      domain.invs)

arm_smmu_install_new_domain_invs():
  rcu_assign_pointer(domain.invs, new_invs)
    WRITE_ONCE()                      redundant   needed, 8   noStaleTranslation
    behind kfree_rcu(old_invs)        vacuous     redundant

arm_smmu_write_entry():
  dma_wmb()
    dropped                           redundant   redundant
    moved before kfree_rcu(old_invs)  redundant   incomplete

Not tried, as never executed here: read_lock(&invs->rwlock) in arm_smmu_domain_inv_range().

- smp_mb() in arm_smmu_domain_inv_range(): needed on tso and armv8. smp_wmb() would not do.
- rcu_assign_pointer(domain.invs, new_invs) in arm_smmu_install_new_domain_invs(): needed on armv8,
  not on tso (WRITE_ONCE() does not do).
- dma_wmb() in arm_smmu_write_entry(): redundant here on tso and armv8.
`);
});

test('pairs are told if they break something', () => {
  const pair = (id: string, cells: readonly [Cell, Cell]): Row => ({
    ...row(wmb, 'dropped; x in f() dropped', cells, 'pair'),
    id,
  });
  const text = matrixText(
    { ...matrix, rows: [pair('a.x+b.x', [redundant, needed(5)]), pair('a.x+c.x', [redundant, redundant])] },
    noPaint,
  );
  expect(text).toContain(
    'Pairs of changes that are redundant alone: 2 tried, 1 of them break something.\n' +
      '  dma_wmb() in arm_smmu_write_entry() dropped; x in f() dropped: noStaleTranslation breaks on armv8.\n',
  );
});

test('a survivor is what no spec notices under the weakest model it was run under', () => {
  const other: Matrix = {
    ...matrix,
    spec: 'attach',
    models: ['sc', 'armv8'],
    unchanged: { sc: redundant, armv8: more },
    rows: [
      { ...row(wmb, 'dropped', [redundant, redundant]), cells: { sc: redundant, armv8: more } },
      {
        ...row(publish, 'behind kfree_rcu(old_invs)', [redundant, redundant], 'order'),
        cells: { armv8: needed(4) },
      },
      row(mb, 'dropped', [redundant, redundant]),
    ],
  };
  const found = survivorsOf([matrix, other]);
  // Judged: smp_mb() three times, the publication twice, dma_wmb() once; its move has no answer.
  expect([found.judged, found.caught]).toEqual([6, 4]);
  expect(found.survivors.map(({ id }) => id)).toEqual([
    'arm_smmu_domain_inv_range.smp_mb.smp_wmb-',
    'arm_smmu_write_entry.dma_wmb.dropped',
  ]);
  expect(survivorsText(found)).toBe(`\
6 changes were judged in 2 matrices, each under the weakest memory model that it was run under; 4
are noticed by some spec, 2 by none.

1 make a difference that no property minds: weaker than needed, or not looked at.

arm_smmu_write_entry():
  dma_wmb(): dropped
    another state space, in which all holds, in unmap-vs-attach (armv8); as many states and
    transitions as before in attach (armv8)

1 leave as many states and transitions as there were wherever they are executed: no sign of any
difference to the machine in these specs.

arm_smmu_domain_inv_range():
  smp_mb(): smp_wmb()

Not noticed, by spec:
  unmap-vs-attach, "v7.1": 3 of 6
  attach, "v7.1": 2 of 3
`);
});

test('a survivor of which another copy is noticed is told apart', () => {
  const copy = (n: string, cell: Cell): Row => ({
    ...row(mb, 'moved behind x #3', [redundant, cell]),
    id: `f.smp_mb.${n}.moved-later`,
    text: `smp_mb()${n === '1' ? '' : ` #${n}`}`,
  });
  const found = survivorsOf([{ ...matrix, rows: [copy('1', redundant), copy('2', needed(5))] }]);
  expect(found.survivors.map(({ id, noticedCopies }) => [id, noticedCopies])).toEqual([
    ['f.smp_mb.1.moved-later', ['f.smp_mb.2.moved-later']],
  ]);
  expect(survivorsText(found)).toContain(
    '1 are noticed where they are made to another of the same statements in the function.\n',
  );
});
