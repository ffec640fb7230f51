/** S11: whatever an attach has to allocate may be refused, and then nothing has changed; leaving needs no memory. */
import type { Variant } from '../../checker/spec.ts';
import { atomic_void, place } from '../../model/program/kernel.ts';
import { drop, edit } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';
import {
  attach,
  by,
  DISABLE,
  device,
  holds,
  moved,
  NEW_INVS,
  PREPARE_INVS,
  sc,
  variant,
  withAts,
} from './claims.ts';
import type { Params } from './scenario.ts';
import { seen } from './system.ts';

const broken = by('allOrNothing');
const toB: Partial<Params> = {
  domains: ['A', 'B'],
  devices: [withAts(attach(0, 'A'))],
  deeds: [[attach(0, 'B')]],
  unused: ['purge'],
  mayFail: ['invs', 'master_domain', 'iopf', 'coherency'],
};
const alone: Partial<Params> = { ...toB, unmaps: null };
const guestOff: Partial<Params> = {
  ...alone,
  domains: ['parent'],
  devices: [{ ...withAts(attach(0, 'nested S1')), isVirtual: true }],
  deeds: [[attach(0, 'nested S1, no ATS')]],
  unused: ['flush', 'purge'],
  mayFail: ['invs', 'vmaster', 'master_domain', 'iopf', 'coherency'],
};
const count = atomic_void('add', place('&B', 'nr_ats_masters'), 1);

export const failures: readonly Variant[] = [
  variant('anything fails, unmap A', 'the old domain goes on being invalidated', sc(holds), toB, [
    seen.inAtc('page1'),
  ]),
  variant('anything fails, unmap B', 'the new domain was not touched', sc(holds), { ...toB, unmaps: 'B' }, [
    seen.inAtc('page2'),
  ]),
  variant('anything fails, nested', 'a vmaster is allocated as well', sc(holds), {
    ...alone,
    domains: ['parent'],
    devices: [{ ...withAts(), isVirtual: true }],
    deeds: [[attach(0, 'nested S1')]],
    mayFail: ['invs', 'vmaster', 'master_domain', 'iopf', 'coherency'],
  }),
  variant('anything fails, A to A', 'the array stays the one from before', sc(holds), {
    ...alone,
    domains: ['A'],
    deeds: [[attach(0, 'A')]],
    unused: ['purge', 'flush'],
  }),
  variant(
    'array before the checks',
    'the array is published, and then the device lacks something',
    sc(broken),
    {
      ...alone,
      mayFail: ['iopf'],
      judgedAtRest: false,
      ...moved(NEW_INVS, 'after', PREPARE_INVS),
    },
  ),
  variant(
    'count before the check',
    'nr_ats_masters goes up, and then the device lacks coherency',
    sc(broken),
    {
      ...alone,
      mayFail: ['coherency'],
      judgedAtRest: false,
      rewrite: (body) => {
        const later = drop('arm_smmu_attach_prepare', 'atomic_add(1, &B.nr_ats_masters)');
        return replaceCalls(edit(body, later), 'arm_smmu_master_canwbs', (c) => [count, c]);
      },
    },
  ),
  variant('anything fails, ATS goes off', 'a guest switches ATS off', sc(holds), guestOff),
  variant(
    'ATS off before the checks',
    'ATS is off at the device, and then the device lacks something',
    sc(broken),
    {
      ...guestOff,
      mayFail: ['iopf'],
      judgedAtRest: false,
      ...moved(DISABLE, 'after', PREPARE_INVS),
    },
  ),
  variant('new array is kept', 'an array that nobody will ever see is not freed', sc(broken), {
    ...alone,
    attachEdits: [drop('arm_smmu_attach_prepare', 'kfree(new_invs)')],
  }),
  variant('master_domain is kept', 'nor is what was to stand in the list', sc(broken), {
    ...alone,
    attachEdits: [drop('arm_smmu_attach_prepare', 'kfree(master_domain)')],
  }),
  variant(
    'to blocked without memory',
    'trash stays where purge() finds no memory, and the next merge() drops it',
    sc(holds),
    {
      devices: [withAts(attach(0, 'A')), withAts(attach(1, 'A')), device()],
      deeds: [[attach(0, 'blocked'), attach(2, 'A')]],
      unused: ['flush'],
      purgeMayFail: true,
    },
    [seen.walks('invs_A'), seen.walks('invs1_0'), seen.walks('invs1_1'), seen.reaches(0)],
  ),
];
