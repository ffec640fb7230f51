/** Devices with ATS: on, off, and from one domain to another; and what depends on hardware that the architecture
 *  leaves open (properties.md, questions 4, 5 and 8). */
import type { Variant } from '../../checker/spec.ts';
import { place, store } from '../../model/program/kernel.ts';
import { drop, edit } from '../../model/program/statement.ts';
import { atsIsAccepted } from '../../model/property/attach.ts';
import { replaceCalls } from '../calls.ts';
import {
  ATC,
  always,
  attach,
  by,
  DISABLE,
  device,
  FLUSH,
  holds,
  moved,
  NEW_INVS,
  OLD_INVS,
  PREPARE_INVS,
  REMOVE,
  reset,
  STE,
  sc,
  stale,
  variant,
  withAts,
  without,
} from './claims.ts';
import type { Params } from './scenario.ts';
import { seen } from './system.ts';

const fence = by('atsFence');
const toB: Partial<Params> = {
  domains: ['A', 'B'],
  devices: [withAts(attach(0, 'A'))],
  deeds: [[attach(0, 'B')]],
  unused: ['purge'],
};
const off: Partial<Params> = {
  devices: [withAts(attach(0, 'A'))],
  deeds: [[attach(0, 'blocked'), reset(0)]],
  unused: ['purge'],
};
const plainOff: Partial<Params> = {
  ...off,
  devices: [device(attach(0, 'A'))],
  deeds: [[attach(0, 'blocked')]],
};
const noAnswer: Partial<Params> = { hardware: {} };
const noDrain: Partial<Params> = { hardware: { cfgiSyncDrains: false } };

const onAndOn: readonly Variant[] = [
  variant(
    'first attach, ATS',
    'the array, the STE, ATC_INV of everything, ATS',
    sc(holds),
    {
      devices: [withAts()],
      deeds: [[attach(0, 'A')]],
    },
    [seen.inAtc('page1'), seen.reaches(0)],
  ),
  variant('A to B, ATS, unmap A', 'both domains invalidate meanwhile', sc(holds), toB, [
    seen.inAtc('page1'),
    seen.flushes(1),
  ]),
  variant('A to B, ATS, unmap B', 'both domains invalidate meanwhile', sc(holds), { ...toB, unmaps: 'B' }, [
    seen.inAtc('page2'),
  ]),
  variant('A to B, ATS, no ATC_INV', 'the device keeps translations of A', sc(stale), {
    ...toB,
    ...without(ATC),
  }),
  variant('A to B, ATS, ATC_INV before the STE', 'the device asks for A again', sc(stale), {
    ...toB,
    ...moved(ATC, 'before', STE),
  }),
  variant(
    'A to B, ATS, old array before ATC_INV',
    'nobody invalidates A for the device any more',
    sc(stale),
    {
      ...toB,
      ...moved(OLD_INVS, 'before', ATC),
    },
  ),
  variant(
    'A to B, ATS, array before the list',
    'nobody who invalidates looks into the list any more: no matter, unless something fails in between',
    sc(holds),
    { ...toB, unmaps: 'B', ...moved(NEW_INVS, 'after', PREPARE_INVS) },
  ),
  variant('A to B, ATS, list before ATC_INV', 'as little', sc(holds), {
    ...toB,
    ...moved(REMOVE, 'before', ATC),
  }),
  variant('A to B, ATS, list behind the old array', 'as little', sc(holds), {
    ...toB,
    ...moved(REMOVE, 'after', OLD_INVS),
  }),
  variant(
    'A to A, ATS',
    'the ATC is invalidated, and the array is as it was',
    sc(holds),
    {
      devices: [withAts(attach(0, 'A'))],
      deeds: [[attach(0, 'A')]],
    },
    [seen.inAtc('page1')],
  ),
];

const onAndOff: readonly Variant[] = [
  variant(
    'to blocked, ATS',
    'ATS off, abort, ATC_INV of everything, the array; then a reset meets no ATC_INV',
    always(holds),
    off,
    [seen.inAtc('page1'), seen.flushes(1), seen.reaches(0)],
    [atsIsAccepted],
  ),
  variant(
    'to blocked, ATS, v9',
    'the tag is flushed before the fence',
    always(holds),
    { ...off, version: 'v9' },
    [seen.flushes(1)],
  ),
  variant(
    'to identity, ATS',
    'as to blocked',
    sc(holds),
    { ...off, deeds: [[attach(0, 'identity'), reset(0)]] },
    [seen.flushes(1)],
  ),
  variant(
    'to blocked, ATS off behind the STE',
    'what the device sends meanwhile is refused: noise, which the driver avoids',
    sc(by('atsIsAccepted')),
    { ...off, ...moved(DISABLE, 'after', STE) },
    [],
    [atsIsAccepted],
  ),
  variant('to blocked, array before the STE', 'the device is left alone before it is stopped', sc(stale), {
    ...off,
    ...moved(OLD_INVS, 'before', STE),
  }),
  variant(
    'to blocked, no answer when off',
    "question 8: the driver's own ATC_INV comes behind pci_disable_ats()",
    sc(fence),
    { ...off, ...noAnswer },
  ),
  variant(
    'to blocked, no answer when off, own ATC_INV first',
    "question 8: an unmap's ATC_INV comes behind pci_disable_ats() as well",
    sc(fence),
    { ...off, ...noAnswer, ...moved(ATC, 'before', DISABLE) },
  ),
  variant(
    'to blocked, no answer when off, ATS off last',
    'question 8: with ATS on until unref() has returned, no ATC_INV meets a device that does not answer',
    sc(holds),
    { ...off, ...noAnswer, ...moved(DISABLE, 'after', OLD_INVS) },
    [seen.reaches(0)],
  ),
];

const drains: readonly Variant[] = [
  variant('to blocked', 'CMD_SYNC waits for what was translated by the old STE', always(holds), plainOff, [
    seen.flushes(1),
  ]),
  variant(
    'to blocked, CFGI does not drain',
    'question 4: an unmap that finds no users returns at once, while a transaction still uses the TLB entry',
    sc(stale),
    { ...plainOff, ...noDrain },
  ),
  variant(
    'to blocked, CFGI does not drain, v9',
    'question 4: v9 has the flush within unref(), behind users = 0 as well',
    sc(stale),
    { ...plainOff, ...noDrain, version: 'v9' },
  ),
  variant(
    'to blocked, CFGI does not drain, flush before unref',
    'question 4: with the tag flushed while it still has users, no draining is needed',
    sc(holds),
    { ...plainOff, ...noDrain, ...moved(FLUSH, 'before', 'arm_smmu_invs_unref') },
    [seen.flushes(1)],
  ),
];

const enabled = store(place('&master0', 'ats_enabled'), 1);
const counted: readonly Variant[] = [
  variant(
    'ats_enabled noted first',
    'before 685ca577b408: the old domain is left by the new state of ATS, and its count goes below zero',
    sc(by('atsMastersCounted')),
    {
      domains: ['parent', 'A'],
      devices: [{ ...withAts(attach(0, 'nested S1, no ATS')), isVirtual: true }],
      deeds: [[attach(0, 'A')]],
      unmaps: null,
      unused: ['purge'],
      rewrite: (body) =>
        replaceCalls(edit(body, drop('arm_smmu_attach_commit', 'master0.ats_enabled = 1')), REMOVE, (c) => [
          enabled,
          c,
        ]),
    },
  ),
];

export const withATS: readonly Variant[] = [...onAndOn, ...onAndOff, ...drains, ...counted];
