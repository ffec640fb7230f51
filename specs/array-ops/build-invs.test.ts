/** arm_smmu_master_build_invs(): what stands in a device's list, by domain and device. */
import { describe, expect, test } from 'vitest';
import {
  arm_smmu_master_build_invs,
  buildInvsCapacity,
  type Domain,
  type Master,
} from '../../model/driver/build-invs.ts';
import { CMDQ_OP, type Inv, invsArray } from '../../model/driver/inv-entries.ts';
import { invsOf } from '../../model/driver/inv-view.ts';
import { runAlone } from '../../model/program/run-alone.ts';
import { malformed } from '../../model/property/array-well-formed.ts';
import { arrayIn, merge } from './arrays.ts';

const master: Master = { smmu: 'smmu0', streams: [3], build_invs: 'build', e2h: false, range_inv: false };
const domain = (stage: Domain['stage'], nest_parent = false): Domain => ({
  stage,
  tag: stage === 'S2' ? 7 : 5,
  nest_parent,
  pgsize_bitmap: 0x40201000,
});

function build(m: Partial<Master>, d: Domain, ats: boolean, ssid = 0, hasAts = true): readonly Inv[] {
  const all = { ...master, ...m };
  const max = buildInvsCapacity(all.streams.length, hasAts);
  const left = runAlone(
    [invsArray({ name: 'build', max, invs: Array(max).fill(leftover) })],
    [arm_smmu_master_build_invs(all, ats, ssid, d)],
  );
  if (left.fault !== null) throw new Error(left.fault);
  const { inv, num_invs } = arrayIn(left, 'build');
  return inv.slice(0, num_invs);
}

/** Of the attachment before: the scratch array is written over each time. */
const leftover: Inv = {
  smmu: 'smmu1',
  type: 4,
  size_opcode: 1,
  nsize_opcode: 1,
  id: 9,
  pgsize: 9,
  ssid: 9,
  users: 1,
};

const NAMES = Object.entries(CMDQ_OP);
const named = (opcode: number): string => NAMES.find(([, value]) => value === opcode)![0];
const shown = (all: readonly Inv[]): readonly string[] =>
  all.map(
    (e) =>
      `type ${e.type} ID ${e.id} SSID ${e.ssid} 2^${e.pgsize} ${named(e.size_opcode)}/${named(e.nsize_opcode)}`,
  );

const TLBI_S1 = 'type 0 ID 5 SSID 0 2^0 TLBI_NH_VA/TLBI_NH_ASID';
const TLBI_S2 = 'type 1 ID 7 SSID 0 2^0 TLBI_S2_IPA/TLBI_S12_VMALL';
const CLEAR = 'type 2 ID 7 SSID 0 2^0 TLBI_NH_ALL/TLBI_NH_ALL';
const atc = (sid: number, ssid = 0): string => `type 3 ID ${sid} SSID ${ssid} 2^0 ATC_INV/ATC_INV`;
const atcFull = (sid: number): string => `type 4 ID ${sid} SSID 0 2^0 ATC_INV/ATC_INV`;

describe('what stands in a list', () => {
  test.each([
    ['stage 1', build({}, domain('S1'), false), [TLBI_S1]],
    ['stage 1 with ATS', build({}, domain('S1'), true), [TLBI_S1, atc(3)]],
    ['stage 1, a PASID, with ATS', build({}, domain('S1'), true, 6), [TLBI_S1, atc(3, 6)]],
    ['SVA with ATS', build({}, domain('SVA'), true, 6), [TLBI_S1, atc(3, 6)]],
    ['stage 2', build({}, domain('S2'), false), [TLBI_S2]],
    ['stage 2 with ATS', build({}, domain('S2'), true), [TLBI_S2, atc(3)]],
    ['nesting parent', build({}, domain('S2', true), false), [TLBI_S2, CLEAR]],
    ['nesting parent with ATS', build({}, domain('S2', true), true), [TLBI_S2, CLEAR, atcFull(3)]],
    ['several streams', build({ streams: [1, 3, 8] }, domain('S1'), true), [TLBI_S1, atc(1), atc(3), atc(8)]],
    ['duplicate SIDs', build({ streams: [3, 3] }, domain('S1'), true), [TLBI_S1, atc(3), atc(3)]],
    ['without ATS, streams do not matter', build({ streams: [1, 3] }, domain('S1'), false), [TLBI_S1]],
    [
      'E2H',
      build({ e2h: true }, domain('S1'), true),
      ['type 0 ID 5 SSID 0 2^0 TLBI_EL2_VA/TLBI_EL2_ASID', atc(3)],
    ],
    [
      'range invalidation: the smallest page size, for TLBIs by address',
      build({ range_inv: true }, domain('S2', true), true),
      ['type 1 ID 7 SSID 0 2^12 TLBI_S2_IPA/TLBI_S12_VMALL', CLEAR, atcFull(3)],
    ],
  ])('%s', (_, list, expected) => {
    expect(shown(list)).toEqual(expected);
    expect(list.every((e) => e.smmu === 'smmu0' && e.users === 0)).toBe(true);
  });
});

test('a list begins with the tag of the TLB, and is sorted', () => {
  for (const stage of ['S1', 'SVA', 'S2'] as const)
    for (const ats of [false, true]) {
      const list = build({ streams: [2, 2, 5] }, domain(stage, stage === 'S2'), ats, 4);
      expect(list[0]!.type).toBe(stage === 'S2' ? 1 : 0);
      expect(malformed({ ...invsOf(list), has_ats: true })).toBeNull();
    }
});

test('it fits in the scratch array: without an ATS capability there is room for two', () => {
  expect(buildInvsCapacity(3, false)).toBe(2);
  expect(build({}, domain('S2', true), false, 0, false)).toHaveLength(2);
  expect(() => build({}, domain('S2', true), true, 0, false)).toThrow(
    'WARN_ON(build_invs->num_invs >= build_invs->max_invs)',
  );
});

test('merged twice, duplicate SIDs are counted each for itself', () => {
  const list = invsOf(build({ streams: [3, 3] }, domain('S1'), true));
  const twice = merge(merge(invsOf([]), list).value, list).value;
  expect(twice.inv.map((e) => [e.type, e.id, e.users])).toEqual([
    [0, 5, 2],
    [3, 3, 2],
    [3, 3, 2],
  ]);
});
