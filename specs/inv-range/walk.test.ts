/** What arm_smmu_domain_inv_range() issues for an array, with nobody else around: commands, lists and CMD_SYNCs. */
import { describe, expect, test } from 'vitest';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { CMDQ_BATCH_ENTRIES } from '../../model/driver/cmdq-batch.ts';
import { type Inv, invsArray } from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range, type Invalidation } from '../../model/driver/inv-range.ts';
import { SIZE_MAX } from '../../model/driver/tlbi-range.ts';
import type { ObjectDecl } from '../../model/machine.ts';
import { runAlone } from '../../model/program/run-alone.ts';
import { commandText } from '../../model/smmu/commands.ts';
import { assertKnown } from '../../model/smmu/scopes.ts';
import { entry } from '../array-ops/arrays.ts';

const domain: ObjectDecl = {
  name: 'domain',
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'invs', cells: ['&invs0'] }],
};

const PAGE = 4096n;
const what: Invalidation = {
  domain: '&domain',
  range: { iova: 8n * PAGE, size: 2n * PAGE, granule: PAGE, leaf: true },
  types: [0, 1, 2, 3, 4],
  range_inv: { tg: 12 },
  entries: 8,
  cpu: 0,
  version: 'v7.1',
};

/** What each SMMU got, in order. */
function issued(
  invs: readonly Inv[],
  change: Partial<Invalidation> = {},
): Readonly<Record<string, readonly string[]>> {
  const objects = [
    domain,
    invsArray({ name: 'invs0', max: invs.length, invs }),
    smmuObject('smmu0', 1),
    smmuObject('smmu1', 1),
  ];
  const left = runAlone(objects, [arm_smmu_domain_inv_range({ ...what, ...change })]);
  if (left.fault !== null) throw new Error(left.fault);
  for (const c of [...left.commands.values()].flat()) assertKnown(c);
  return Object.fromEntries([...left.commands].map(([smmu, all]) => [smmu, all.map(commandText)]));
}

const nesting = [entry(1, 7), entry(2, 7), entry(4, 3)];
const everything = { range: { iova: 0n, size: 0n, granule: 0n, leaf: false } };

describe('commands and where batches end', () => {
  test('stage 2 is complete before stage 1 is cleared, and both before the ATC', () => {
    expect(issued(nesting).smmu0!.map((c) => c.split('(')[0])).toEqual([
      ...['TLBI_S2_IPA', 'CMD_SYNC'],
      ...['TLBI_NH_ALL', 'CMD_SYNC'],
      ...['ATC_INV', 'CMD_SYNC'],
    ]);
  });

  test.each([0n, SIZE_MAX])('for everything (size %s), TLBI_S12_VMALL stands for stage 1 too', (size) => {
    const range = { iova: 0n, size, granule: PAGE, leaf: false };
    expect(issued(nesting, { range }).smmu0!.map((c) => c.split('(')[0])).toEqual([
      ...['TLBI_S12_VMALL', 'CMD_SYNC'],
      ...['ATC_INV', 'CMD_SYNC'],
    ]);
  });

  test('v9 never gets past such an entry (bugs.md 1)', () => {
    expect(() => issued(nesting, { ...everything, version: 'v9' })).toThrow('still running after');
    expect(issued(nesting, { version: 'v9' })).toEqual(issued(nesting));
  });

  test('several entries of one SMMU and kind are one batch, of another SMMU another one', () => {
    const invs = [entry(0, 1), entry(0, 2), entry(3, 5), entry(3, 6), entry(0, 1, { smmu: 'smmu1' })];
    const names = issued(invs, { types: [0, 3] });
    expect(names.smmu0!.map((c) => c.split('(')[0])).toEqual([
      ...['TLBI_NH_VA', 'TLBI_NH_VA', 'CMD_SYNC'],
      ...['ATC_INV', 'ATC_INV', 'CMD_SYNC'],
    ]);
    expect(names.smmu1!.map((c) => c.split('(')[0])).toEqual(['TLBI_NH_VA', 'CMD_SYNC']);
  });

  test('trash is skipped wherever it stands; a batch does not end at trash', () => {
    const gone = { users: 0 };
    const invs = [entry(0, 1, gone), entry(0, 2), entry(0, 3, gone), entry(0, 4), entry(3, 5, gone)];
    expect(issued(invs).smmu0!.map((c) => c.split('(')[0])).toEqual(['TLBI_NH_VA', 'TLBI_NH_VA', 'CMD_SYNC']);
    expect(issued([entry(0, 1, gone)])).toEqual({});
    expect(issued([])).toEqual({});
  });

  test('opcodes are those of the entry', () => {
    const e2h = entry(0, 1, { size_opcode: 0x22, nsize_opcode: 0x21 });
    expect(issued([e2h]).smmu0![0]).toMatch(/^TLBI_EL2_VA\(/);
    expect(issued([e2h], everything).smmu0![0]).toMatch(/^TLBI_EL2_ASID\(/);
  });

  test('a type that it does not know makes it warn', () => {
    expect(() => issued([entry(4, 1)], { types: [0] })).toThrow('WARN_ON(unknown type of invalidation)');
  });
});

describe('a batch that overflows', () => {
  const pages = (n: bigint) => ({
    entries: CMDQ_BATCH_ENTRIES,
    range_inv: null,
    range: { iova: 0n, size: n * PAGE, granule: PAGE, leaf: true },
  });
  const lists = (n: bigint): string =>
    issued([entry(1, 7)], pages(n))
      .smmu0!.map((c) => (c === 'CMD_SYNC' ? 'S' : '.'))
      .join('');

  test('is issued without a CMD_SYNC; the last batch has one', () => {
    expect(lists(64n)).toBe(`${'.'.repeat(64)}S`);
    expect(lists(65n)).toBe(`${'.'.repeat(65)}S`);
    expect(lists(130n)).toBe(`${'.'.repeat(130)}S`);
  });

  test('of 4 commands is as one of 64, list by list', () => {
    const by = (entries: number): unknown => issued([entry(1, 7)], { ...pages(9n), entries });
    expect(by(4)).toEqual(by(64));
  });
});
