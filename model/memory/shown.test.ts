import { expect, test } from 'vitest';
import type { ObjectDecl } from '../machine.ts';
import { type Slot, shownCells, wordTextOf } from './shown.ts';

const slot = (name: string, field: string, index: number, initial: Slot['initial']): Slot => ({
  name,
  field,
  index,
  initial,
});
const object = (...fields: readonly string[]): ObjectDecl => ({
  name: 'o',
  life: 'live',
  cut: 'object',
  device: true,
  fields: fields.map((name) => ({ name, cells: [0] })),
});

test('a cell says what it was at first, and what has been 0 all along says nothing', () => {
  const slots = [slot('x->a', 'a', 0, 0), slot('x->b', 'b', 0, 1), slot('x->c', 'c', 0, null)];
  const names = ['CPU0'];
  expect(shownCells({ values: [0, 1, null], owner: {} }, slots, null, names)).toEqual(['x->b = 1']);
  expect(shownCells({ values: [0, 0, 5], owner: { 0: 0 } }, slots, null, names)).toEqual([
    'x->a = 0 (CPU0 is half-way through an atomic)',
    'x->b = 0 (first 1)',
    'x->c = 5 (first uninitialised)',
  ]);
});

test('an entry of an array of structs is one line', () => {
  const slots = [
    slot('invs->inv[0].smmu', 'inv.smmu', 0, 0),
    slot('invs->inv[1].smmu', 'inv.smmu', 1, 0),
    slot('invs->inv[0].users', 'inv.users', 0, 0),
    slot('invs->inv[1].users', 'inv.users', 1, 2),
  ];
  expect(shownCells({ values: ['&smmu0', '&smmu1', 1, 1], owner: {} }, slots, null, [])).toEqual([
    'invs->inv[0] = { .smmu = &smmu0, .users = 1 } (first 0)',
    'invs->inv[1] = { .smmu = &smmu1 (first 0), .users = 1 (first 2) }',
  ]);
});

test('words that hardware looks at say what they mean', () => {
  const ste = [0, 1, 2, 3].map((q) => slot(`ste->data[${q}]`, 'data', q, 0));
  const words = wordTextOf(object('data'), true);
  expect(shownCells({ values: [0xd, 0, 1, '&pgd'], owner: {} }, ste, words, [])).toEqual([
    'ste->data[0] = 0xd (S2_TRANS) (first 0)',
    'ste->data[2] = 0x1 (VMID 1) (first 0)',
    'ste->data[3] = S2TTB &pgd (first 0)',
  ]);
  const cd = [slot('tab->cd1[0]', 'cd1', 0, '|0x3000080000019'), slot('tab->cd1[1]', 'cd1', 1, '&pgd')];
  expect(
    shownCells({ values: cd.map((s) => s.initial), owner: {} }, cd, wordTextOf(object('cd1'), false), []),
  ).toEqual(['tab->cd1[0] = 0x3000080000019 (ASID 3)', 'tab->cd1[1] = TTB0 &pgd']);
  expect(wordTextOf(object('pte'), false)).toBeNull();
});
