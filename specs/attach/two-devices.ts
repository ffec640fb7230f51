/** Two devices: at once, under the lock that serialises them; and one after the other, where the fence of the second
 *  knows nothing of who still reads the array that the first has replaced (bugs.md 6). */
import type { Variant } from '../../checker/spec.ts';
import { drop } from '../../model/program/statement.ts';
import { attach, by, device, holds, reset, sc, variant, withAts } from './claims.ts';
import { domainLock, recheck, synchronize } from './fences.ts';
import type { Params } from './scenario.ts';
import { seen } from './system.ts';

const atOnce: Partial<Params> = {
  devices: [device(attach(0, 'A')), device()],
  deeds: [[attach(0, 'blocked')], [attach(1, 'A')]],
  unused: ['purge'],
};
const noLock = ['mutex_lock(&arm_smmu_asid_lock)', 'mutex_unlock(&arm_smmu_asid_lock)'];

const FINDING = 'Finding, in v7.1 as merged (bugs.md 6): ';
const both: Partial<Params> = {
  devices: [withAts(attach(0, 'A')), withAts(attach(1, 'A'))],
  deeds: [[attach(0, 'blocked'), attach(1, 'blocked'), reset(1)]],
  unused: ['flush'],
};
/** The same with an array that merge() has replaced. */
const comesAndGoes: Partial<Params> = {
  devices: [withAts(attach(0, 'A')), device()],
  deeds: [[attach(1, 'A'), attach(0, 'blocked'), reset(0)]],
  unused: ['flush', 'purge'],
};
const walked = [seen.walks('invs_A'), seen.walks('invs1_0'), seen.reaches(1)];
const fixes: readonly (readonly [string, string, Partial<Params>])[] = [
  ['recheck', 'readers look again under the lock, and whoever replaces an array takes it', recheck],
  [
    'lock of the domain',
    'one lock for all arrays of a domain, taken before the array is looked up',
    domainLock,
  ],
  ['synchronize_rcu', 'no lock; unref() is followed by a grace period', synchronize],
];

export const twoDevices: readonly Variant[] = [
  variant(
    'two at once',
    'one leaves while another comes, and the domain is unmapped from',
    sc(holds),
    atOnce,
    [seen.walks('invs_A'), seen.flushes(1)],
  ),
  variant(
    'two at once, ATS leaves',
    'as before; what leaves has an ATC',
    sc(holds),
    { ...atOnce, devices: [withAts(attach(0, 'A')), device()], unused: ['flush', 'purge'] },
    [seen.walks('invs_A'), seen.reaches(0)],
  ),
  variant(
    'two at once, no asid_lock',
    'both begin with the same array, and the second to publish knows nothing of the first',
    sc(by('memorySafety')),
    {
      ...atOnce,
      devices: [device(), device()],
      deeds: [[attach(0, 'A')], [attach(1, 'A')]],
      attachEdits: noLock.map((text) => drop('arm_smmu_attach_dev', text)),
      judgedAtRest: false,
    },
  ),
  variant(
    'two detaches',
    `${FINDING}an unmap that found the array before the first detach has purged it issues an ATC_INV to the second device, which is under reset`,
    sc(by('atsFence')),
    both,
  ),
  variant(
    'attach and detach',
    `${FINDING}the same with an array that the attach of another device has replaced`,
    sc(by('atsFence')),
    comesAndGoes,
  ),
  ...fixes.flatMap(([name, about, change]) => [
    variant(`two detaches, ${name}`, about, sc(holds), { ...both, ...change }, walked),
    variant(`attach and detach, ${name}`, about, sc(holds), { ...comesAndGoes, ...change }, [
      seen.walks('invs_A'),
      seen.reaches(0),
    ]),
  ]),
];
