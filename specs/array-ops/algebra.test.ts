/** Laws of the array functions, tried at random: arrays come from attaching and detaching devices whose lists are
 *  sorted as arm_smmu_master_build_invs() leaves them. Each function runs as the program that specs explore. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  INV_TYPE_ATS,
  INV_TYPE_S1_ASID,
  INV_TYPE_S2_VMID,
  INV_TYPE_S2_VMID_S1_CLEAR,
  type Inv,
} from '../../model/driver/inv-entries.ts';
import { compare, type Invs, invsOf, live } from '../../model/driver/inv-view.ts';
import { malformedAtRest } from '../../model/property/array-well-formed.ts';
import { arrayIn, entry, merge, purge, unref } from './arrays.ts';

const seed = { seed: 20251219, numRuns: 30 };

/** What a device needs: the tag, what nesting adds, an ATC for each of its SIDs (which may repeat). */
const device = fc
  .record({
    smmu: fc.constantFrom('smmu0', 'smmu1'),
    tag: fc.constantFrom('S1', 'S2', 'nesting'),
    id: fc.integer({ min: 1, max: 2 }),
    sids: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    ssid: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ smmu, tag, id, sids, ssid }): readonly Inv[] => [
    entry(tag === 'S1' ? INV_TYPE_S1_ASID : INV_TYPE_S2_VMID, id, { smmu, users: 0 }),
    ...(tag === 'nesting' ? [entry(INV_TYPE_S2_VMID_S1_CLEAR, id, { smmu, users: 0 })] : []),
    ...[...sids].sort().map((sid) => entry(INV_TYPE_ATS, sid, { smmu, ssid, users: 0 })),
  ]);

const devices = fc.array(device, { minLength: 1, maxLength: 4 });
const list = (d: readonly Inv[]): Invs => invsOf(d);
const attached = (all: readonly (readonly Inv[])[]): Invs =>
  all.reduce((a, d) => merge(a, list(d)).value, invsOf([]));
const said = (a: Invs): unknown => live(a).map(({ users, ...e }) => [e, users]);
const but = <K extends keyof Invs>(a: Invs, ...without: readonly K[]): unknown =>
  Object.fromEntries(Object.entries(a).filter(([f]) => !without.includes(f as K)));
const constant = (a: Invs): unknown => [a.max_invs, a.has_ats, a.inv.map(({ users, ...e }) => e)];

describe('laws', () => {
  test('merge and then unref of the same list is the identity, up to trash', () => {
    fc.assert(
      fc.property(devices, device, (before, d) => {
        const a = attached(before);
        const [after] = unref(merge(a, list(d)).value, list(d)).value;
        expect(said(after)).toEqual(said(a));
      }),
      seed,
    );
  });

  test('the order of merges does not matter', () => {
    fc.assert(
      fc.property(
        devices.chain((d) => fc.tuple(fc.constant(d), fc.shuffledSubarray(d, { minLength: d.length }))),
        ([one, other]) => {
          expect(attached(other)).toEqual(attached(one));
        },
      ),
      seed,
    );
  });

  test('purge keeps the live entries, and makes nothing where there is no trash', () => {
    fc.assert(
      fc.property(devices, fc.nat(), (all, n) => {
        const [a] = unref(attached(all), list(all[n % all.length]!)).value;
        const b = purge(a).value;
        expect(b === null).toBe(a.num_trashes === 0);
        if (b !== null) expect([said(b), b.num_invs]).toEqual([said(a), a.num_invs - a.num_trashes]);
      }),
      seed,
    );
  });
});

type Step =
  | { readonly kind: 'attach'; readonly device: readonly Inv[] }
  | { readonly kind: 'detach' | 'purge'; readonly n: number };
const steps = fc.array(
  fc.oneof(
    device.map((d): Step => ({ kind: 'attach', device: d })),
    fc.record({ kind: fc.constantFrom('detach' as const, 'purge' as const), n: fc.nat() }),
  ),
  { minLength: 1, maxLength: 6 },
);

/** Plays the steps; `check` sees the array after each, with what is attached then. */
function play(all: readonly Step[], check: (a: Invs, attached: readonly (readonly Inv[])[]) => void): void {
  let a = invsOf([]);
  let now: readonly (readonly Inv[])[] = [];
  for (const s of all) {
    if (s.kind === 'attach') {
      a = merge(a, list(s.device)).value;
      now = [...now, s.device];
    } else if (s.kind === 'purge') a = purge(a).value ?? a;
    else if (now.length > 0) {
      const gone = s.n % now.length;
      a = unref(a, list(now[gone]!)).value[0];
      now = now.filter((_, i) => i !== gone);
    }
    check(a, now);
  }
}

test('S9: sorted, counted and flagged after any sequence of attach, detach and purge', () => {
  fc.assert(
    fc.property(steps, (all) => {
      play(all, (a, now) => expect(malformedAtRest(a, now)).toBeNull());
    }),
    { ...seed, numRuns: 100 },
  );
});

test('what is published changes in users, num_invs and num_trashes only; merge and purge change nothing', () => {
  fc.assert(
    fc.property(devices, device, (before, d) => {
      const a = attached([...before, d]);
      const merged = merge(a, list(d));
      const [after] = unref(a, list(d)).value;
      const purged = purge(after);
      expect(constant(after)).toEqual(constant(a));
      expect(but(after, 'inv', 'num_invs', 'num_trashes')).toEqual(but(a, 'inv', 'num_invs', 'num_trashes'));
      expect(arrayIn(merged.left, 'a')).toEqual(a);
      expect(arrayIn(purged.left, 'a')).toEqual(after);
    }),
    seed,
  );
});

test('unref tells its caller which entries of the list are trash now', () => {
  fc.assert(
    fc.property(devices, device, (before, d) => {
      const [after, told] = unref(attached([...before, d]), list(d)).value;
      const count = (all: readonly Inv[], e: Inv): number => all.filter((x) => compare(x, e) === 0).length;
      const stillUsed = told.inv.filter((e) => e.users === 1);
      for (const e of told.inv)
        expect(count(stillUsed, e)).toBe(Math.min(count(live(after), e), count(d, e)));
    }),
    seed,
  );
});

describe('where v9 differs', () => {
  const ats = (sid: number, ssid = 0): Inv => entry(INV_TYPE_ATS, sid, { ssid });
  const tag = entry(INV_TYPE_S2_VMID, 1);

  test('its purge loses has_ats, though ATS entries are left (bugs.md 2)', () => {
    const [a] = unref(
      attached([
        [tag, ats(1)],
        [tag, ats(2)],
      ]),
      list([tag, ats(1)]),
    ).value;
    expect(malformedAtRest(purge(a, 'v7.1').value!)).toBeNull();
    expect(malformedAtRest(purge(a, 'v9').value!)).toMatch(/^has_ats is not set/);
  });

  test('an attachment whose PASID it takes for another is not counted for (bugs.md 4)', () => {
    const both = [[ats(1, 1)], [ats(1, 2)]];
    const v9 = both.reduce((a, d) => merge(a, list(d), 'v9').value, invsOf([]));
    expect(malformedAtRest(attached(both), both)).toBeNull();
    expect(malformedAtRest(v9, both)).toBe(
      '1 attachments need an entry (type 3, ID 1, SSID 1) that has 2 users',
    );
  });

  test('without PASIDs both merge and unref alike', () => {
    fc.assert(
      fc.property(devices, device, (before, d) => {
        const plain = (x: readonly Inv[]): Invs => list(x.map((e) => ({ ...e, ssid: 0 })));
        const by = (version: 'v9' | 'v7.1'): Invs => {
          const a = [...before, d].reduce((b, x) => merge(b, plain(x), version).value, invsOf([]));
          return unref(a, plain(d), version).value[0];
        };
        expect(by('v9')).toEqual(by('v7.1'));
      }),
      seed,
    );
  });
});

test('what is not in the array, or trash already, makes unref warn', () => {
  expect(() => unref(invsOf([]), list([entry(INV_TYPE_ATS, 1)]))).toThrow(
    'WARN_ON(not in invs, or already trash)',
  );
  const trashed = { ...invsOf([entry(INV_TYPE_ATS, 1, { users: 0 }), entry(INV_TYPE_ATS, 2)]) };
  expect(() => unref(trashed, list([entry(INV_TYPE_ATS, 1)]))).toThrow(
    'WARN_ON(not in invs, or already trash)',
  );
  expect(() => unref(trashed, list([entry(INV_TYPE_ATS, 1)]), 'v9')).toThrow('WARN_ON');
});

test('every statement of merge, unref and purge is executed by these vectors', () => {
  const [d1, d2] = [
    [entry(INV_TYPE_S2_VMID, 1), entry(INV_TYPE_ATS, 1)],
    [entry(INV_TYPE_S2_VMID, 1), entry(INV_TYPE_ATS, 2)],
  ];
  const all = attached([d1, d2]);
  const gone = unref(all, list(d1));
  const lefts = [
    merge(list(d1), list(d2)).left,
    merge(list([entry(INV_TYPE_ATS, 3, { ssid: 1 })]), list([entry(INV_TYPE_ATS, 3, { ssid: 2 })])).left,
    gone.left,
    purge(gone.value[0]).left,
  ];
  const executed = new Set(lefts.flatMap((l) => l.executed));
  const declared = new Set(lefts.flatMap((l) => l.statements));
  expect([...declared].filter((s) => !executed.has(s))).toEqual([]);
  expect(declared.size).toBeGreaterThan(40);
});
