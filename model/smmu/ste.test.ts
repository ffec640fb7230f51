import { expect, test } from 'vitest';
import type { SteEntry } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { FIELD_PREP, word } from '../program/qword.ts';
import {
  isIllegal,
  mixesOf,
  STE_0_CFG_ABORT,
  STE_0_CFG_BYPASS,
  STE_0_CFG_NESTED,
  STE_0_CFG_S1_TRANS,
  STE_0_CFG_S2_TRANS,
  STE_0_V,
  STE_1_EATS,
  STE_1_EATS_TRANS,
  STE_1_STRW,
  STE_1_STRW_EL2,
  STE_2_S2S,
  steMeaning,
  translates,
} from './ste.ts';

test('stage 2 alone translates only if V is set and Config says so', () => {
  expect(translates(STE_0_V | STE_0_CFG_S2_TRANS)).toBe(true);
  expect(translates(STE_0_CFG_S2_TRANS)).toBe(false);
  expect(translates(STE_0_V | STE_0_CFG_ABORT)).toBe(false);
  expect(translates(STE_0_V | STE_0_CFG_BYPASS)).toBe(false);
});

const entry = (sid: number, q: number, value: Value, doom: readonly number[] = []): SteEntry => ({
  sid,
  q,
  value,
  doom,
});
const valid = STE_0_V | STE_0_CFG_S2_TRANS;
const s1 = word(BigInt(STE_0_V | STE_0_CFG_S1_TRANS), '&cds');

test('every combination of the words that may be cached is a mix, and doomed by what dooms any of them', () => {
  const ste = [
    entry(0, 0, 0),
    entry(0, 0, valid, [0]),
    entry(0, 2, 1, [1]),
    entry(0, 2, 2),
    entry(0, 3, '&a'),
    entry(0, 3, '&b'),
    entry(1, 3, '&c'),
  ];
  const mixes = mixesOf(ste, 0).map(({ meaning: m, doom }) =>
    m.config === 'translate' ? `${m.vmid} ${m.stage2?.ttb} ${doom.join()}` : m.config,
  );
  expect(mixes).toEqual(['invalid', 'invalid', '1 &a 0,1', '1 &b 0,1', '2 &a 0', '2 &b 0']);
});

test('a configuration means what its stages use, and nothing else', () => {
  expect(steMeaning([0, 1, 1, '&pgd'])).toEqual({ config: 'invalid' });
  expect(steMeaning([STE_0_V, 1, 1, '&pgd'])).toEqual({ config: 'abort' });
  expect(steMeaning([s1, 0, 1, '&pgd'])).toMatchObject({ stage1: { cds: '&cds' }, stage2: null, vmid: 1 });
  expect(steMeaning([valid, 0, 1, '&pgd'])).toMatchObject({ stage1: null, stage2: { ttb: '&pgd' } });
  const nested = word(BigInt(STE_0_V | STE_0_CFG_NESTED), '#3');
  expect(steMeaning([nested, 0, 1, '&pgd'])).toMatchObject({
    stage1: { cds: '#3' },
    stage2: { ttb: '&pgd' },
  });
});

test('the EL2 world has no VMID', () => {
  const strw = Number(FIELD_PREP(STE_1_STRW, STE_1_STRW_EL2));
  expect(steMeaning([s1, strw, 1, 0])).toMatchObject({ vmid: null });
  expect(steMeaning([s1, 0, 1, 0])).toMatchObject({ vmid: 1 });
});

test('stage 2 may not stall where ATS is on', () => {
  const eats = Number(FIELD_PREP(STE_1_EATS, STE_1_EATS_TRANS));
  const stalling = word(STE_2_S2S | 1n);
  expect(isIllegal(steMeaning([valid, eats, stalling, '&pgd']))).toBe(true);
  expect(isIllegal(steMeaning([valid, eats, 1, '&pgd']))).toBe(false);
  expect(isIllegal(steMeaning([valid, 0, stalling, '&pgd']))).toBe(false);
});
