/** PASIDs beside a RID, and guests that have stage 1 (vSMMU). */
import type { Variant } from '../../checker/spec.ts';
import { replaceCalls } from '../calls.ts';
import {
  ATC,
  attach,
  by,
  holds,
  moved,
  NEW_INVS,
  OLD_INVS,
  removePasid,
  sc,
  setPasid,
  stale,
  variant,
  withAts,
  without,
} from './claims.ts';
import type { Params } from './scenario.ts';
import { seen } from './system.ts';
import type { Deed, Device } from './world.ts';

const withCds = (...before: readonly Deed[]): Device => ({ ats: true, cds: 2, before });
const set: Partial<Params> = {
  domains: ['S1'],
  devices: [withCds()],
  deeds: [[setPasid(0, 1, 'S1')]],
  unmaps: 'S1',
};
const remove: Partial<Params> = {
  ...set,
  devices: [withCds(setPasid(0, 1, 'S1'))],
  deeds: [[removePasid(0, 1)]],
  unused: ['purge'],
};

const pasids: readonly Variant[] = [
  variant('set PASID', 'the array, the CD, then the STE of a RID that is blocked', sc(holds), set, [
    seen.inAtc('page3'),
    seen.walks('invs1_0'),
  ]),
  variant('set PASID, CD before the array', 'nobody invalidates for the PASID yet', sc(stale), {
    ...set,
    domains: ['S1', 'other S1'],
    devices: [withCds(attach(0, 'other S1'))],
    ...moved(NEW_INVS, 'after', 'arm_smmu_write_cd_entry'),
  }),
  variant(
    'set PASID beside a RID',
    'the STE points to the CD table already, and ATS is on',
    sc(holds),
    { ...set, domains: ['S1', 'other S1'], devices: [withCds(attach(0, 'other S1'))] },
    [seen.inAtc('page3')],
  ),
  variant(
    'replace PASID',
    'a PASID moves to another domain',
    sc(holds),
    {
      ...remove,
      domains: ['S1', 'other S1'],
      deeds: [[setPasid(0, 1, 'other S1')]],
    },
    [seen.flushes(3)],
  ),
  variant(
    'remove PASID',
    'the CD, ATC_INV of the PASID, the array; then the STE and ATS',
    sc(holds),
    remove,
    [seen.inAtc('page3'), seen.flushes(3)],
  ),
  variant('remove PASID, no ATC_INV', 'the device keeps what it had for the PASID', sc(stale), {
    ...remove,
    ...without(ATC),
  }),
  variant('remove PASID, array before the CD', 'nobody invalidates for the PASID any more', sc(stale), {
    ...remove,
    ...moved(OLD_INVS, 'before', 'arm_smmu_clear_cd'),
  }),
  variant(
    'identity beside a PASID',
    'the CD table is needed for the PASID: ATS stays on, and the RID bypasses stage 1',
    sc(holds),
    {
      ...set,
      domains: ['S1', 'other S1'],
      devices: [withCds(attach(0, 'S1'), setPasid(0, 1, 'other S1'))],
      deeds: [[attach(0, 'identity')]],
      unused: ['purge'],
    },
    [seen.flushes(3), seen.inAtc('page3')],
  ),
];

const guest = (...before: readonly Deed[]): Device => ({ ...withAts(...before), isVirtual: true });
const nested: Partial<Params> = {
  domains: ['parent'],
  devices: [guest()],
  deeds: [[attach(0, 'nested S1')]],
  unmaps: 'parent',
};
const atsChange = (from: 'nested S1' | 'nested S1, no ATS'): Partial<Params> => ({
  ...nested,
  devices: [guest(attach(0, from))],
  deeds: [[attach(0, from === 'nested S1' ? 'nested S1, no ATS' : 'nested S1')]],
});

const guests: readonly Variant[] = [
  variant('blocked to nested', 'the parent is unmapped from: stage 2, stage 1, ATC', sc(holds), nested, [
    seen.caches('page5'),
    seen.inAtc('page5'),
  ]),
  variant(
    'nested, ATS goes on',
    'the same parent again: the array has the tags twice and the ATC, then once (unmaps: late-fill.ts)',
    sc(holds),
    { ...atsChange('nested S1, no ATS'), unmaps: null },
    [seen.inAtc('page5')],
  ),
  variant('nested, ATS goes off', 'the other way', sc(holds), atsChange('nested S1'), [
    seen.inAtc('page5'),
    seen.walks('invs_parent'),
  ]),
  variant(
    'nested, ATS goes on, list of the new state',
    'what is to be left is listed as it is to be, and the ATC is left too',
    sc(by('arrayWellFormed')),
    { ...atsChange('nested S1, no ATS'), rewrite: newStateTwice },
  ),
  variant(
    'nested to parent',
    'the guest switches its stage 1 off: what was tagged by its ASIDs stays until the parent goes',
    sc(holds),
    { ...nested, devices: [guest(attach(0, 'nested S1'))], deeds: [[attach(0, 'nested bypass')]] },
  ),
  variant(
    'nested to blocked',
    'the tag of stage 2 takes that of stage 1 along',
    sc(holds),
    {
      ...nested,
      devices: [guest(attach(0, 'nested S1'))],
      deeds: [[attach(0, 'blocked')]],
      unused: ['purge'],
    },
    [seen.flushes(5)],
  ),
];

/** The device's list for the old domain is made like that for the new one. */
function newStateTwice(body: Parameters<Params['rewrite']>[0]): ReturnType<Params['rewrite']> {
  const fn = 'arm_smmu_master_build_invs';
  const calls: Parameters<Parameters<typeof replaceCalls>[2]>[0][] = [];
  return replaceCalls(body, fn, (c) => {
    calls.push(c);
    return [calls[0]!];
  });
}

export const substreams: readonly Variant[] = [...pasids, ...guests];
