/** Devices with ATS: on, off, and from one domain to another. */
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

const toB: Partial<Params> = {
  domains: ['A', 'B'],
  devices: [withAts(attach(0, 'A'))],
  deeds: [[attach(0, 'B')]],
  unused: ['purge'],
};
export const off: Partial<Params> = {
  devices: [withAts(attach(0, 'A'))],
  deeds: [[attach(0, 'blocked'), reset(0)]],
  unused: ['purge'],
};

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

export const withATS: readonly Variant[] = [...onAndOn, ...onAndOff, ...counted];
