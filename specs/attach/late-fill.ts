/** A device with ATS comes to a domain whose tag the TLB knows already. What an unmap has cleared in the table may still
 *  be in the TLB, and there the device gets it, while that unmap has read the array from before the attach: nobody
 *  invalidates the device's ATC. Before the array the ATCs were looked up behind the CMD_SYNC of the TLBI.
 *
 *  What that depends on: an SMMU answers a translation request from its TLB; the tag is shared, by another device or
 *  by the same one before its ATS was on; and whoever unmaps is held up between rcu_dereference() and its TLBI (by
 *  preemption, an interrupt, a full queue) for the rest of an attach and a request of the device.
 *
 *  The smallest system in which it happens: one device that has filled the TLB, one that comes with ATS, one unmap. */
import type { Variant } from '../../checker/spec.ts';
import { arm_smmu_cmdq_issue_cmdlist } from '../../model/driver/cmdq.ts';
import { binary } from '../../model/program/expression.ts';
import {
  commandOf,
  locals,
  place,
  READ_ONCE,
  rcu_dereference,
  smp_mb,
  synchronize_rcu,
} from '../../model/program/kernel.ts';
import { call, type Stmt, when, whilst } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';
import { always, attach, device, holds, NEW_INVS, STE, sc, stale, variant, withAts } from './claims.ts';
import type { Params } from './scenario.ts';
import { seen } from './system.ts';

const FINDING = 'Finding, in v7.1 as merged: ';
const beside: Partial<Params> = {
  devices: [device(attach(0, 'A')), withAts()],
  deeds: [[attach(1, 'A')]],
};
const { invs, now } = locals('arm_smmu_domain_inv_range', 'invs', 'now');
const published = place('&A', 'invs');

/** Looks at the array again once everything in it is invalidated. The barrier: the end of the wait for a CMD_SYNC
 *  orders later stores only. */
const again =
  (...barrier: readonly Stmt[]): Params['rewriteUnmap'] =>
  (body) =>
    replaceCalls(body, '__arm_smmu_domain_inv_range', (walk) => {
      const look = [...barrier, READ_ONCE(now, published)];
      return [
        walk,
        ...look,
        whilst(binary('ne', now, invs), [rcu_dereference(invs, published), walk, ...look]),
      ];
    });

/** The tag is flushed behind the STE, before ATS is on. */
const flush = call('arm_smmu_attach_commit', [
  arm_smmu_cmdq_issue_cmdlist('&smmu0', [commandOf('TLBI_S12_VMALL', { vmid: 1 })], 1),
]);

/** Before the array: the TLBI and its CMD_SYNC, and then a look at who has an ATC. */
const beforeTheArray = (body: readonly Stmt[]): readonly Stmt[] => {
  const { nr } = locals('arm_smmu_atc_inv_domain', 'nr');
  const issue = (name: string, operands: Readonly<Record<string, number>>): Stmt =>
    arm_smmu_cmdq_issue_cmdlist('&smmu0', [commandOf(name, operands)], 0);
  return replaceCalls(body, 'arm_smmu_domain_inv_range', () => [
    call('arm_smmu_tlb_inv_range_domain', [
      issue('TLBI_S2_IPA', { vmid: 1, page: 0, pages: 1, leaf: 1 }),
      call('arm_smmu_atc_inv_domain', [
        smp_mb(),
        READ_ONCE(nr, place('&A', 'nr_ats_masters')),
        when(nr, [issue('ATC_INV', { sid: 1, page: 0, size: 0 })]),
      ]),
    ]),
  ]);
};

const witnesses = [seen.walks('invs_A'), seen.walks('invs1_0'), seen.inAtc('page1')];

export const lateFill: readonly Variant[] = [
  variant(
    'ATS beside another device',
    `${FINDING}the TLB gives the device what an unmap has yet to invalidate, by an array without the device`,
    always(stale),
    beside,
  ),
  variant('ATS beside another device, v9', 'the same in v9', sc(stale), { ...beside, version: 'v9' }),
  variant(
    'A to B with another device, ATS',
    `${FINDING}the same where ATS is on all the time, and it is the ATC_INV of the attach that came too early`,
    sc(stale),
    {
      domains: ['A', 'B'],
      devices: [withAts(attach(0, 'A')), device(attach(1, 'B'))],
      deeds: [[attach(0, 'B')]],
      unmaps: 'B',
    },
  ),
  variant(
    'nested, ATS goes on, unmap',
    `${FINDING}the same with one device: the guest switches ATS on`,
    sc(stale),
    {
      domains: ['parent'],
      devices: [{ ...withAts(attach(0, 'nested S1, no ATS')), isVirtual: true }],
      deeds: [[attach(0, 'nested S1')]],
      unmaps: 'parent',
    },
  ),
  variant(
    'no ATS beside another device',
    'without an ATC the TLBI takes everything along: the tag is in the old array too',
    always(holds),
    { ...beside, devices: [device(attach(0, 'A')), device()] },
    witnesses.slice(0, 2),
  ),
  variant(
    'ATS beside another device, before the array',
    'as of Linux 5.4: who has an ATC is looked up behind the CMD_SYNC of the TLBI',
    always(holds),
    { ...beside, rewriteUnmap: beforeTheArray },
    [seen.inAtc('page1'), seen.reaches(1)],
  ),
  variant(
    'ATS beside another device, array read again',
    'repair: inv_range looks again behind its CMD_SYNC and smp_mb(), and begins anew if the array was replaced',
    always(holds),
    { ...beside, rewriteUnmap: again(smp_mb()) },
    witnesses,
  ),
  variant(
    'ATS beside another device, array read again, no barrier',
    'the second look may come before the CMD_SYNC is complete',
    { sc: holds, armv8: stale },
    { ...beside, rewriteUnmap: again() },
    witnesses,
  ),
  variant(
    'ATS beside another device, tag flushed',
    'repair: the attach flushes the tag between STE and ATS',
    always(holds),
    { ...beside, rewrite: (body) => replaceCalls(body, STE, (c) => [c, flush]) },
    witnesses,
  ),
  variant(
    'ATS beside another device, synchronize_rcu',
    'repair: whoever has read the old array is done before the STE is written',
    always(holds),
    { ...beside, rewrite: (body) => replaceCalls(body, NEW_INVS, (c) => [c, synchronize_rcu()]) },
    witnesses,
  ),
];
