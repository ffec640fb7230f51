/** An SMMU is removed while an unmap walks an array that had an entry of it (S13). The kernel-doc of struct
 *  arm_smmu_invs asks for synchronize_rcu() there; 7.1 has none.
 *
 *  One reader and one removal are enough: readers do not see each other, and removals exclude each other. Two SMMUs
 *  are enough: the one that stays shows that the unmap does the rest of its work. Where a new array takes the place
 *  of the old one, two grace periods run at once; armv8 has millions of states there, and is left out: the order of
 *  the removal's own stores, which is all that it would add, is that of the variants in which the array stays. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import { registersOf } from '../../model/driver/remove.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { drop } from '../../model/program/statement.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { noCommandAfterRemoval } from '../../model/property/removal.ts';
import { cellReader } from '../../model/smmu/tables.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { type Params, scenario } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const unsafe: Expectation = { kind: 'violated', by: 'memorySafety' };
const late: Expectation = { kind: 'violated', by: 'noCommandAfterRemoval' };
type Expected = Readonly<Partial<Record<MemoryModel, Expectation>>>;
const always = (e: Expectation): Expected => ({ sc: e, tso: e, armv8: e });

const small: Params = { smmus: 2, removed: 1, waits: 'nowhere', frees: false, ignores: null, edits: [] };
const synchronized: Partial<Params> = { waits: 'after its devices left', frees: true };

export function unplug(model: string, params: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  return systemOf(
    'unplug',
    machine,
    [
      params.ignores === 'commands' ? [] : noCommandAfterRemoval(machine),
      noStaleTranslation(machine),
      memorySafety(machine),
    ],
    witnesses(machine, params),
  );
}

/** The unmap does reach the SMMU before it goes, and there is a run in which it does not have to. */
function witnesses(machine: Machine, { removed }: Params): readonly Witness[] {
  const smmu = machine.smmus[removed]!;
  const [unmapper] = machine.cpus;
  const done = (pc: number): boolean => pc === unmapper!.program.code.length;
  const off = registersOf(smmu.decl.name);
  return [
    {
      name: 'the unmap issues a TLBI to the SMMU that is removed',
      reached: (read) => read(smmu.queue).some((c) => c.name === 'TLBI_S2_IPA'),
    },
    {
      name: 'the SMMU is gone, and the unmap has returned',
      reached: (read) =>
        cellReader(machine.layout, read)(off, 'CR0', 0) === 0 && done(read(unmapper!.thread).pc),
    },
  ];
}

const variant = (name: string, about: string, expect: Expected, change: Partial<Params>): Variant => ({
  name,
  about,
  expect,
  build: (model) => unplug(model, { ...small, ...change }),
});

const noSection = [
  drop('arm_smmu_domain_inv_range', 'rcu_read_lock()'),
  drop('arm_smmu_domain_inv_range', 'rcu_read_unlock()'),
];

export const spec: Spec = {
  name: 'unplug',
  title: 'an SMMU is removed while an unmap walks the array of a domain that it was part of',
  source: 'arm_smmu_device_remove(), arm_smmu_domain_inv_range(), Linux 7.1',
  variants: [
    variant('v7.1', 'the SMMU is switched off once its devices have left their domains', always(late), {}),
    variant(
      'v7.1, data freed',
      'what such a command does besides: struct arm_smmu_device is freed when the removal has returned',
      always(unsafe),
      {
        frees: true,
        ignores: 'commands',
      },
    ),
    variant(
      'synchronize_rcu',
      'as the kernel-doc asks: a grace period after the last entry of the SMMU went',
      always(holds),
      synchronized,
    ),
    variant(
      'synchronize_rcu too early',
      'a grace period before its entries go: a reader may begin right after it',
      always(late),
      { waits: 'before its devices leave' },
    ),
    variant(
      'synchronize_rcu, no rcu_read_lock',
      'the grace period waits for nobody, as the reader is no read-side section',
      always(late),
      { ...synchronized, frees: false, edits: noSection },
    ),
    variant(
      'array replaced, synchronize_rcu',
      'the entry is the first of two: a new array takes the place of the one that the reader has',
      { sc: holds, tso: holds },
      { ...synchronized, removed: 0 },
    ),
    variant('array replaced', 'as before, without the grace period', always(late), { removed: 0 }),
    variant(
      'one SMMU',
      'a domain on one SMMU, whose last device leaves while a page is unmapped: no second SMMU is needed',
      always(late),
      { smmus: 1, removed: 0 },
    ),
    variant('one SMMU, synchronize_rcu', 'as before, with the grace period', always(holds), {
      smmus: 1,
      ...synchronized,
      removed: 0,
    }),
  ],
};

export default spec;
