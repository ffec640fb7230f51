/** What becomes of a guest's commands, as pure functions over random ones (S12). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AtcEntry, CdEntry, Command, TlbEntry, WalkEntry } from '../machine.ts';
import { isWithin } from '../property/guest.ts';
import { coversAtc, coversCd, coversTlb, coversWalk } from '../smmu/scopes.ts';
import {
  arm_vsmmu_convert_user_cmd,
  asMerged,
  EIO,
  invalidated,
  type Vsmmu,
  vmm_cmdq_consume,
} from './vsmmu.ts';

const VMID = 3;
const vsmmu: Vsmmu = {
  smmu: 'smmu0',
  vmid: VMID,
  sids: new Map([
    [0, 9],
    [1, 2],
  ]),
};
const convert = (c: Command): Command | typeof EIO => arm_vsmmu_convert_user_cmd(vsmmu, c);

const pick = (...values: readonly number[]) => fc.constantFrom(...values);
const TLBI = ['NH_VA', 'NH_VAA', 'NH_ALL', 'NH_ASID', 'NSNH_ALL'];
const REFUSED = ['TLBI_S2_IPA', 'TLBI_S12_VMALL', 'TLBI_EL2_ALL', 'TLBI_EL2_VA', 'TLBI_EL2_ASID'];
const names = [
  ...TLBI.map((n) => `TLBI_${n}`),
  ...['ATC_INV', 'CFGI_CD', 'CFGI_CD_ALL', 'CFGI_STE', 'CFGI_ALL', 'CMD_SYNC', 'PREFETCH_CFG'],
  ...REFUSED,
];
/** Whatever a guest may write, VMIDs and SIDs of others included. */
const commands = fc.record({
  name: fc.constantFrom(...names),
  operands: fc.record({
    vmid: pick(0, VMID, 5),
    asid: pick(1, 2),
    sid: pick(0, 1, 2, 9),
    ssid: pick(-1, 0, 1),
    page: pick(0, 1, 4, 7),
    leaf: pick(0, 1),
    tg: pick(0, 1),
    ttl: pick(0, 2, 3),
    scale: pick(0, 1),
    num: pick(0, 1),
    size: pick(0, 2, 52),
  }),
});

/** What a cache holds of this guest, as the guest sees it and as the host does; and of another guest, whose SIDs are what
 *  this one calls its own. */
type Held<E> = { readonly guest: E; readonly host: E; readonly other: E };
type Where = Readonly<Record<'vmid' | 'sid' | 'asid' | 'page' | 'ssid', number>>;
const held = <E>(entry: (where: Where) => E): fc.Arbitrary<Held<E>> =>
  fc
    .record({ vsid: pick(0, 1), asid: pick(1, 2), page: pick(0, 1, 4, 7), ssid: pick(0, 1) })
    .map(({ vsid, ...rest }) => ({
      guest: entry({ ...rest, vmid: 0, sid: vsid }),
      host: entry({ ...rest, vmid: VMID, sid: vsmmu.sids.get(vsid)! }),
      other: entry({ ...rest, vmid: 5, sid: vsid }),
    }));

const span = (): number => 4;
const caches = {
  TLB: [
    held(({ vmid, asid, page }): TlbEntry => ({ vmid, asid, page, target: 'p', doom: [] })),
    (c: Command, e: TlbEntry) => coversTlb(c, e, span),
  ],
  'walk cache': [
    held(({ vmid, asid }): WalkEntry => ({ vmid, asid, table: 't', below: 0, page: 4, doom: [] })),
    (c: Command, e: WalkEntry) => coversWalk(c, e, 4),
  ],
  'CD cache': [
    held(({ sid, ssid }): CdEntry => ({ sid, ssid, table: 't', q: 0, value: 0, doom: [] })),
    (c: Command, e: CdEntry) => coversCd(c, e),
  ],
  ATC: [
    held(({ sid, ssid, page }): AtcEntry => ({ sid, ssid, page, target: 'p', doom: [] })),
    (c: Command, e: AtcEntry) => coversAtc(c, e, span),
  ],
} as const;

describe.each(Object.entries(caches))('of what the %s holds', (_, [entries, covers]) => {
  const reaches = covers as (c: Command, e: unknown) => boolean;
  const all = entries as fc.Arbitrary<Held<unknown>>;

  test('a command that is taken reaches all that the guest asked for, or more', () => {
    let asked = 0;
    fc.assert(
      fc.property(commands, all, (c, { guest, host }) => {
        const converted = convert(c);
        if (converted === EIO || !reaches(c, guest)) return true;
        asked += 1;
        return reaches(converted, host);
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(asked).toBeGreaterThan(10);
  });

  test('and nothing of another guest', () => {
    fc.assert(
      fc.property(commands, all, (c, { other }) => {
        const converted = convert(c);
        return converted === EIO || !reaches(converted, other);
      }),
      { numRuns: 5000, seed: 2 },
    );
  });
});

test('only a VMID and a SID are changed: ranges, ASIDs and hints are passed through', () => {
  fc.assert(
    fc.property(commands, (c) => {
      const converted = convert(c);
      if (converted === EIO || c.name === 'TLBI_NSNH_ALL') return;
      const { vmid: _v, sid: _s, ...rest } = converted.operands;
      const { vmid: _w, sid: _t, ...asked } = c.operands;
      expect([converted.name, rest]).toEqual([c.name, asked]);
    }),
    { seed: 3 },
  );
});

test('whatever is taken concerns nobody but the guest', () => {
  fc.assert(
    fc.property(commands, (c) => {
      const converted = convert(c);
      return converted === EIO || isWithin(vsmmu, converted);
    }),
    { numRuns: 1000, seed: 4 },
  );
});

test('TLBI_NSNH_ALL becomes TLBI_NH_ALL of the VMID, and nothing else is left of it', () => {
  expect(convert({ name: 'TLBI_NSNH_ALL', operands: { vmid: 5, page: 7 } })).toEqual({
    name: 'TLBI_NH_ALL',
    operands: { vmid: VMID },
  });
});

test.each([...REFUSED, 'CFGI_STE', 'CFGI_ALL', 'CMD_SYNC', 'PREFETCH_CFG'])('%s is refused', (name) => {
  expect(convert({ name, operands: { vmid: VMID, asid: 1, sid: 0, page: 0, leaf: 0 } })).toBe(EIO);
});

test.each(['ATC_INV', 'CFGI_CD', 'CFGI_CD_ALL'])('%s to a vSID that is not there is refused', (name) => {
  expect(convert({ name, operands: { sid: 9, ssid: 0, page: 0, size: 0 } })).toBe(EIO);
});

const some = (n: number): readonly Command[] =>
  Array.from({ length: n }, (_, page) => ({ name: 'TLBI_NH_VA', operands: { asid: 1, page, leaf: 1 } }));
const refused: Command = { name: 'CMD_SYNC', operands: {} };

test('an array is issued in lists of 63, in its order', () => {
  for (const n of [0, 1, 62, 63, 64, 126, 127, 200]) {
    const { lists, entry_num, ret } = invalidated(vsmmu, some(n));
    expect([lists.length, entry_num, ret]).toEqual([Math.ceil(n / 63), n, 0]);
    expect(lists.every((list) => list.length <= 63)).toBe(true);
    expect(lists.flat().map((c) => c.operands.page)).toEqual(some(n).map((_, page) => page));
  }
});

test('as merged, a refused command takes those with it that wait for their list, and they count as handled', () => {
  for (const n of [0, 1, 62, 63, 64, 130]) {
    const { lists, entry_num, ret } = invalidated(vsmmu, [...some(n), refused, ...some(3)]);
    expect([lists.flat().length, entry_num, ret]).toEqual([n - (n % 63), n, EIO]);
  }
});

test('if they are issued, what counts as handled is', () => {
  for (const n of [0, 1, 62, 63, 64, 130]) {
    const how = { ...asMerged, pending: 'issued' } as const;
    const { lists, entry_num, ret } = invalidated(vsmmu, [...some(n), refused, ...some(3)], how);
    expect([lists.flat().length, entry_num, ret]).toEqual([n, n, EIO]);
  }
});

test('a VMM hands on an array for each CMD_SYNC of the guest, or one for all', () => {
  const sync: Command = { name: 'CMD_SYNC', operands: {} };
  const queue = [...some(2), sync, ...some(1), sync, sync];
  const ioctls = (batches: Parameters<typeof vmm_cmdq_consume>[2]): number => {
    const consumed = vmm_cmdq_consume(vsmmu, queue, batches, 0);
    return consumed.kind === 'call' ? consumed.body.length : 0;
  };
  expect([ioctls('up to each CMD_SYNC'), ioctls('across CMD_SYNC')]).toEqual([2, 1]);
});
