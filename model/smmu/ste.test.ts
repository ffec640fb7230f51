import { expect, test } from 'vitest';
import type { SteEntry } from '../machine.ts';
import {
  contextsOf,
  STE_0_CFG_ABORT,
  STE_0_CFG_BYPASS,
  STE_0_CFG_S2_TRANS,
  STE_0_V,
  translates,
} from './ste.ts';

test('a stream is translated only if V is set and Config says stage 2', () => {
  expect(translates(STE_0_V | STE_0_CFG_S2_TRANS)).toBe(true);
  expect(translates(STE_0_CFG_S2_TRANS)).toBe(false);
  expect(translates(STE_0_V | STE_0_CFG_ABORT)).toBe(false);
  expect(translates(STE_0_V | STE_0_CFG_BYPASS)).toBe(false);
});

const word = (sid: number, q: number, value: SteEntry['value']): SteEntry => ({ sid, q, value, doom: [0] });
const valid = STE_0_V | STE_0_CFG_S2_TRANS;

test('every combination of the words that may be cached is a context, doomed or not', () => {
  const ste = [
    word(0, 0, 0),
    word(0, 0, valid),
    word(0, 2, 1),
    word(0, 2, 2),
    word(0, 3, '&a'),
    word(0, 3, '&b'),
  ];
  const contexts = contextsOf(ste, 0).map(({ vmid, root }) => `${vmid} ${root}`);
  expect(contexts).toEqual(['1 a', '1 b', '2 a', '2 b']);
});

test('no context without a valid word 0, without a root, or with words of another stream', () => {
  expect(contextsOf([word(0, 0, 0), word(0, 2, 1), word(0, 3, '&a')], 0)).toEqual([]);
  expect(contextsOf([word(0, 0, valid), word(0, 2, 1), word(0, 3, 0)], 0)).toEqual([]);
  expect(contextsOf([word(0, 0, valid), word(0, 2, 1), word(1, 3, '&a')], 0)).toEqual([]);
});
