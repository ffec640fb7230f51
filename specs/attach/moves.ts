/** From one domain to another, without ATS: S2 of the new domain, S3 of the old one, S4 of the tag. */
import type { Variant } from '../../checker/spec.ts';
import { drop, type Stmt } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';
import {
  always,
  attach,
  by,
  device,
  FLUSH,
  holds,
  moved,
  NEW_INVS,
  OLD_INVS,
  STE,
  sc,
  stale,
  variant,
  without,
} from './claims.ts';
import type { Params } from './scenario.ts';
import { seen } from './system.ts';

const first: Partial<Params> = { deeds: [[attach(0, 'A')]] };
const toB: Partial<Params> = {
  domains: ['A', 'B'],
  devices: [device(attach(0, 'A'))],
  deeds: [[attach(0, 'B')]],
  unused: ['purge'],
};
const again: Partial<Params> = {
  ...toB,
  domains: ['A'],
  deeds: [[attach(0, 'A')]],
  unused: ['purge', 'flush'],
};
const s1: Partial<Params> = {
  domains: ['S1', 'other S1'],
  devices: [{ ...device(attach(0, 'S1')), cds: 1 }],
  deeds: [[attach(0, 'other S1')]],
  unmaps: 'S1',
  unused: ['purge'],
};
const orphan = by('noOrphanTag');

/** What the old domain's state would be without the special case of a re-attach. */
const oldArrayAgain: Stmt = {
  kind: 'do',
  operation: {
    op: 'set',
    dst: 'state->old_domain_invst.old_invs',
    value: { kind: 'reg', name: 'state->new_domain_invst.old_invs' },
  },
  text: '',
};

export const moves: readonly Variant[] = [
  variant('first attach', 'v7.1: a blocked device is attached', always(holds), first, [
    seen.walks('invs_A'),
    seen.walks('invs1_0'),
    seen.caches('page1'),
  ]),
  variant(
    'first attach, v9',
    'smp_mb() behind the array instead of dma_wmb() before the STE',
    always(holds),
    { ...first, version: 'v9' },
    [seen.walks('invs_A'), seen.walks('invs1_0')],
  ),
  variant(
    'first attach, no barrier in inv_range',
    'the array is read before the PTE is cleared',
    { sc: holds, armv8: stale },
    { ...first, unmapEdits: [drop('arm_smmu_domain_inv_range', 'smp_mb()')] },
  ),
  variant(
    'first attach, no barrier in write_entry',
    'the abort STE has unused words to be filled in first, and the CFGI_STE behind them has a dma_wmb() of its own',
    always(holds),
    { ...first, attachEdits: [drop('arm_smmu_write_entry', 'dma_wmb()')] },
  ),
  variant('first attach, STE first', 'the STE is written before the array is published', always(stale), {
    ...first,
    ...moved(NEW_INVS, 'after', STE),
  }),
  variant('A to B, unmap A', 'S3: the old domain is unmapped from', always(holds), toB, [
    seen.walks('invs_A'),
    seen.caches('page1'),
    seen.flushes(1),
  ]),
  variant(
    'A to B, unmap A, v9',
    'as before, with the tag flushed before the fence instead of behind it',
    always(holds),
    { ...toB, version: 'v9' },
    [seen.flushes(1)],
  ),
  variant('A to B, unmap B', 'S2: the new domain is unmapped from', always(holds), { ...toB, unmaps: 'B' }, [
    seen.walks('invs_B'),
    seen.walks('invs1_0'),
    seen.caches('page2'),
  ]),
  variant('A to B, STE before the new array', 'nobody invalidates B for the device yet', sc(stale), {
    ...toB,
    unmaps: 'B',
    ...moved(NEW_INVS, 'after', STE),
  }),
  variant('A to B, old array before the STE', 'nobody invalidates A for the device any more', always(stale), {
    ...toB,
    ...moved(OLD_INVS, 'before', STE),
  }),
  variant('A to B, no flush of the tag', 'S4: the TLB keeps what nobody invalidates', sc(orphan), {
    ...toB,
    ...without(FLUSH),
  }),
  variant('A to B, flush before the STE', 'S4: the TLB is filled again behind the flush', sc(orphan), {
    ...toB,
    ...moved(FLUSH, 'before', STE),
  }),
  variant('S1 to other S1', 'the CD is made invalid and written again', sc(holds), s1, [
    seen.flushes(3),
    seen.caches('page3'),
  ]),
  variant('S1 to other S1, unmap the other', 'S2 of an ASID', sc(holds), { ...s1, unmaps: 'other S1' }, [
    seen.caches('page4'),
  ]),
  variant('S1 to other S1, no flush of the tag', 'S4 of an ASID', sc(orphan), { ...s1, ...without(FLUSH) }),
  variant(
    'S1 to A',
    'from stage 1 to stage 2: the STE, then the CD is cleared',
    sc(holds),
    { ...s1, domains: ['S1', 'A'], deeds: [[attach(0, 'A')]] },
    [seen.flushes(3)],
  ),
  variant(
    'blocked to S1',
    'the CD, then the STE',
    sc(holds),
    { ...s1, domains: ['S1'], devices: [{ ...device(), cds: 1 }], deeds: [[attach(0, 'S1')]], unused: [] },
    [seen.caches('page3')],
  ),
  variant(
    'A to A',
    'two users for a while, and two places in the list; unref() works on the array that was just published',
    always(holds),
    again,
    [seen.walks('invs_A'), seen.walks('invs1_0')],
  ),
  variant(
    'A to A, the array from before',
    'unref() works on the array that was replaced, which RCU may have freed',
    sc(by('memorySafety')),
    { ...again, rewrite: (body) => replaceCalls(body, OLD_INVS, (c) => [oldArrayAgain, c]) },
  ),
];
