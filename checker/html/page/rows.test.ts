import { expect, test } from 'vitest';
import type { Trace } from '../../outcome.ts';
import { sampleTrace } from '../../report/sample-trace.ts';
import { lanesOf, notesOf, rowsOf, stepWords } from './rows.ts';

test('a function is named where a lane enters it, and not again', () => {
  const entered = rowsOf(sampleTrace).map(({ lines }) => lines.map(({ enters }) => enters ?? '-'));
  expect(entered).toEqual([
    ['arm_smmu_domain_inv_range', '-'],
    ['arm_smmu_install_new_domain_invs'],
    ['arm_smmu_write_entry'],
    ['__arm_lpae_unmap'],
    ['iommu_iotlb_sync'],
  ]);
});

test('steps count from one; what was done before them is step 0', () => {
  const prelude = [{ agent: 'CPU1', lines: [{ text: 'kzalloc()' }] }];
  expect(rowsOf({ ...sampleTrace, prelude }).map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('lanes without a step or an effect are left out', () => {
  expect(lanesOf(sampleTrace, rowsOf(sampleTrace))).toEqual(['CPU0', 'CPU1', 'SMMU0']);
});

test('an agent whose column is not listed has a lane at the end', () => {
  const trace: Trace = { ...sampleTrace, columns: ['SMMU0', 'CPU1'] };
  expect(lanesOf(trace, rowsOf(trace))).toEqual(['SMMU0', 'CPU1', 'CPU0']);
});

test('the steps that repeat begin where the trace says', () => {
  const rows = rowsOf({ ...sampleTrace, repeats: 2 });
  expect(rows.map(({ repeats }) => repeats)).toEqual([false, false, true, false, false]);
});

test('a step in words is its lane and its lines, or what it changed', () => {
  const [first, , third] = rowsOf(sampleTrace);
  expect(stepWords(undefined)).toBe('initial state');
  expect(stepWords(first)).toBe(
    'CPU0: invs = rcu_dereference(smmu_domain->invs);; for (i = 0; i < invs->num_invs; i++)',
  );
  expect(stepWords({ ...third!, lines: [] })).toBe(
    'CPU1: may cache STE 1: stage 1 of domain d; may cache IOVA 0 -> page 0',
  );
});

test('a note that a reordering tells in full is not said twice, and no other is kept back', () => {
  const early = { kind: 'early', other: 'a = 1', forbiddenBy: ['smp_wmb() between them'] } as const;
  const stale = { kind: 'stale', other: '', forbiddenBy: [] } as const;
  const notes = ['early: passes a = 1', 'stores 2'];
  expect(notesOf({ text: 'b = 1', notes, reorderings: [early, stale] })).toEqual(['stores 2']);
  expect(notesOf({ text: 'b = 1', notes, reorderings: [stale] })).toEqual(notes);
});
