/** ATS: a device keeps translations of its own, and asks for more at any time while ATS is on at both ends.
 *
 *  One page, one device (two where a count goes wrong) and one SMMU: an ATC entry concerns one stream and one page,
 *  and SMMUs do not influence each other. Requests in flight, and what the device keeps, are the may-set's. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { drop, type Stmt } from '../../model/program/statement.ts';
import { atcAfterTlb, atsFence } from '../../model/property/commands.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { type Params as ListParams, listed } from './listed.ts';
import { type Params, plain, scenario } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const by = (property: string): Expectation => ({ kind: 'violated', by: property });
const stale = by('noStaleTranslation');
const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });

function systemFor(machine: Machine, ordered: boolean, witness = cached(machine)): System {
  return systemOf(
    'ats',
    machine,
    [
      noStaleTranslation(machine),
      memorySafety(machine),
      atsFence(machine),
      ...(ordered ? [atcAfterTlb(machine)] : []),
    ],
    [witness],
  );
}

/** The device does keep a translation. */
function cached(machine: Machine): Witness {
  const unit = machine.smmus[0]!;
  return {
    name: 'the ATC holds page0',
    reached: (read) => (read(unit.state).atc ?? []).some((e) => e.target === 'page0'),
  };
}

/** Nothing keeps it but the SMMU itself. */
function refused(machine: Machine): Witness {
  const unit = machine.smmus[0]!;
  return { name: 'the TLB holds page0', reached: (read) => read(unit.state).tlb.length > 0 };
}

const variant = (
  name: string,
  about: string,
  expect: Variant['expect'],
  change: Partial<Params> = {},
): Variant => ({
  name,
  about,
  expect,
  build: (model) => {
    const p = { ...plain, ...change };
    const oneCpu = p.device === 'stays' && p.entries === 'tag and ATC' && p.invalidates !== 'the TLB only';
    const machine = buildMachine(scenario(model as MemoryModel, p));
    return systemFor(machine, oneCpu, p.ste === 'EATS' ? cached(machine) : refused(machine));
  },
});

const old = (
  name: string,
  about: string,
  expect: Variant['expect'],
  change: Partial<ListParams> = {},
): Variant => ({
  name,
  about,
  expect,
  build: (model) => {
    const p: ListParams = {
      story: 'unmap while a device is attached',
      leaves: 'by the old state',
      notes: 'first',
      unmapEdits: [],
      ...change,
    };
    return systemFor(buildMachine(listed(model as MemoryModel, p)), false);
  },
});

/** Moves a statement of the attach to another position. */
const moved =
  (from: number, to: number) =>
  (attach: readonly Stmt[]): readonly Stmt[] => {
    const rest = attach.filter((_, i) => i !== from);
    return [...rest.slice(0, to), attach[from]!, ...rest.slice(to)];
  };
const answers = { deviceAnswersWhenAtsOff: true };
const unmapBarrier = drop('arm_smmu_domain_inv_range', 'smp_mb()');

export const spec: Spec = {
  name: 'ats',
  title: 'a page is unmapped while a device has, gets or loses an ATC',
  source:
    'arm_smmu_domain_inv_range(), arm_smmu_enable_ats(), arm_smmu_attach_prepare/commit(), Linux 7.1 and before',
  merged: ['unmap', 'attach', 'detach'],
  variants: [
    variant('unmap', 'TLBI, CMD_SYNC, ATC_INV, CMD_SYNC', always(holds)),
    variant(
      'ATC first',
      'before 353e3cf8590c: the device asks again while the TLB still answers',
      always(stale),
      {
        invalidates: 'ATC first',
      },
    ),
    variant(
      'one batch',
      'TLBI and ATC_INV behind each other without a CMD_SYNC between',
      always(by('atcAfterTlb')),
      {
        invalidates: 'in one batch',
      },
    ),
    variant(
      'no ATC entry',
      'the array knows the tag only, as where ATS came on unnoticed (VT-d 041be2717b19)',
      always(stale),
      {
        entries: 'tag only',
      },
    ),
    variant(
      'no EATS',
      'ATS is on at the device, and the STE refuses what it translates itself',
      always(holds),
      {
        ste: 'no EATS',
        invalidates: 'the TLB only',
      },
    ),
    variant(
      'no answer',
      'an ATC_INV times out, and the CMD_SYNC is issued again as if nothing were',
      always(stale),
      {
        hardware: { deviceMayNotAnswer: true },
      },
    ),
    variant('late completion', 'a device keeps a translation that an ATC_INV overtook', always(stale), {
      hardware: { atcKeepsInflight: true },
    }),
    variant('attach', 'the array, EATS, ATC_INV of everything, then ATS', always(holds), {
      device: 'attached',
      hardware: answers,
    }),
    variant(
      'attach, no answer when off',
      'the ATC_INV comes before pci_enable_ats(), and times out',
      always(by('atsFence')),
      { device: 'attached' },
    ),
    variant('attach, no ATC entry', 'the array gets the tag only', always(stale), {
      device: 'attached',
      hardware: answers,
      entries: 'tag only',
    }),
    variant(
      'attach, ATS before the array',
      'the device may ask before anybody invalidates for it',
      always(stale),
      {
        device: 'attached',
        hardware: answers,
        reorder: moved(2, 4),
      },
    ),
    variant(
      'attach, no barrier in inv_range',
      'the array is read before the PTE is cleared',
      { sc: holds, tso: stale, armv8: stale },
      { device: 'attached', hardware: answers, unmapEdits: [unmapBarrier] },
    ),
    variant(
      'detach, no answer when off',
      "the driver's own ATC_INV comes after pci_disable_ats(), and times out",
      always(by('atsFence')),
      { device: 'detached' },
    ),
    variant(
      'detach',
      'ATS off, abort, ATC_INV of everything, then the array; a reset then meets no ATC_INV',
      always(holds),
      {
        device: 'detached',
        hardware: answers,
      },
    ),
    variant(
      'detach, no lock',
      'who reads the old array holds no lock that unref() would wait for',
      always(by('atsFence')),
      {
        device: 'detached',
        hardware: answers,
        unmapEdits: [
          drop('arm_smmu_domain_inv_range', 'read_lock(&invs->rwlock)'),
          drop('arm_smmu_domain_inv_range', 'read_unlock(&invs->rwlock)'),
        ],
      },
    ),
    variant('detach, array first', 'the array is left before the STE and the ATC are', always(stale), {
      device: 'detached',
      hardware: answers,
      reorder: moved(4, 1),
    }),
    old('list and count', 'before the array, as of Linux 5.4', always(holds)),
    old(
      'count read early',
      'before cdb8a3c34635: no smp_mb() between the CMD_SYNC and nr_ats_masters',
      { sc: holds, tso: holds, armv8: stale },
      { unmapEdits: [drop('arm_smmu_atc_inv_domain', 'smp_mb()')] },
    ),
    old(
      'ats_enabled set late',
      'before the array: set behind pci_enable_ats(), and who unmaps meanwhile skips the device',
      always(stale),
      {
        notes: 'last',
      },
    ),
    old('count kept right', 'a device leaves a domain as it was in it', always(holds), {
      story: 'move, attach, unmap',
      notes: 'last',
    }),
    old(
      'count goes wrong',
      'before 685ca577b408: a device leaves a domain as it is in the next',
      always(stale),
      {
        story: 'move, attach, unmap',
        leaves: 'by the new state',
        notes: 'last',
      },
    ),
  ],
};

export default spec;
