/** Designs that the series announces for when a domain spans several SMMUs or vSMMUs; none is in Linux 7.1. What is
 *  asked: which order of steps keeps S1.
 *
 *  One CPU that unmaps and one that changes where the domain is in use are enough, as in unmap-vs-attach; two tags,
 *  or two SMMUs, are enough for one that is reached and one that is not. A VMID stands for the ASID that BTM would
 *  renumber: both are tags of a TLB entry, and the word that holds one is written in one store. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import type { Stmt } from '../../model/program/statement.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { replaceCalls } from '../calls.ts';
import { systemOf } from '../join.ts';
import { type Change, overlapped, renumbering, sharedTable } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const stale: Expectation = { kind: 'violated', by: 'noStaleTranslation' };
type Expected = Readonly<Record<MemoryModel, Expectation>>;
const always = (e: Expectation): Expected => ({ sc: e, tso: e, armv8: e });

type Sees = (machine: Machine) => Witness;

/** An SMMU may translate page 0 to page0 by that VMID. */
const caches =
  (smmu: number, vmid: number): Sees =>
  ({ smmus }) => ({
    name: `SMMU${smmu} caches page 0 for VMID ${vmid}`,
    reached: (read) => read(smmus[smmu]!.state).tlb.some((e) => e.vmid === vmid && e.target === 'page0'),
  });

/** A CPU ends its program before another has begun anything that others see. */
const endsFirst =
  (first: number): Sees =>
  ({ cpus }) => ({
    name: `${cpus[first]!.name} ends first`,
    reached: (read) =>
      read(cpus[first]!.thread).pc === cpus[first]!.program.code.length &&
      read(cpus[1 - first]!.thread).pc < cpus[1 - first]!.program.code.length,
  });

function variant(
  name: string,
  about: string,
  expect: Expected,
  scenario: (model: MemoryModel) => Scenario,
  sees: readonly Sees[],
): Variant {
  const build = (model: string): System => {
    const machine = buildMachine(scenario(model as MemoryModel));
    const witnesses = [...sees, endsFirst(0), endsFirst(1)].map((s) => s(machine));
    return systemOf(
      'several-smmus',
      machine,
      [noStaleTranslation(machine), memorySafety(machine)],
      witnesses,
    );
  };
  return { name, about, expect, build };
}

const asItIs: Change = (program) => program;

/** Puts the parts of a function in another order; a part that is not named goes. */
const parts =
  (fn: string, ...order: readonly number[]): Change =>
  (program) =>
    replaceCalls(program, fn, (f) => [{ ...f, body: order.map((n) => f.body[n]!) }]);

const backwards: Change = (program) => [...program].reverse();

/** The entry of the old VMID goes when that of the new one comes. */
const atOnce: Change = (program) => {
  const unref: Stmt[] = [];
  const without = replaceCalls(program, 'arm_smmu_invs_unref', (f) => {
    unref.push(f);
    return [];
  });
  return replaceCalls(without, 'arm_smmu_install_new_domain_invs', (publish) => [...unref, publish]);
};

const shared =
  (listed: 1 | 2, change = asItIs) =>
  (model: MemoryModel) =>
    sharedTable(model, listed, change);
const renumber = (change: Change) => (model: MemoryModel) => renumbering(model, change);
const inv =
  (waits: Parameters<typeof overlapped>[1], change = asItIs) =>
  (model: MemoryModel) =>
    overlapped(model, waits, change);

const bothVmids = [caches(0, 1), caches(0, 2)];
const bothSmmus = [caches(0, 1), caches(1, 1)];

export const spec: Spec = {
  name: 'several-smmus',
  title: 'a domain with several tags or SMMUs, in designs that are announced',
  source: 'the cover letters of the series, and arm_smmu_domain_inv_range() of Linux 7.1',
  variants: [
    variant(
      'a VMID for each vSMMU',
      'a second vSMMU uses the stage-2 table of the first, with an entry for its VMID',
      always(holds),
      shared(2),
      bothVmids,
    ),
    variant(
      'one entry for both vSMMUs',
      'the entry has the VMID of the first, as long as an SMMU is all that counts',
      always(stale),
      shared(1),
      bothVmids,
    ),
    variant(
      'a VMID for each vSMMU, STE first',
      'the STE of the second is written before its entry is in the array',
      always(stale),
      shared(2, parts('arm_smmu_attach_dev', 0, 2, 1)),
      bothVmids,
    ),
    variant(
      'renumbering',
      'both VMIDs are in the array until the STE has the new one; then the old one is flushed',
      always(holds),
      renumber(asItIs),
      bothVmids,
    ),
    variant(
      'renumbering at once',
      'the old entry goes when the new one comes, before the STE is written',
      always(stale),
      renumber(atOnce),
      bothVmids,
    ),
    variant(
      'renumbering, STE first',
      'the STE has the new VMID before the array does',
      always(stale),
      renumber(parts('arm_smmu_domain_renumber', 0, 1, 3, 2, 4, 5)),
      bothVmids,
    ),
    variant(
      'renumbering without a flush',
      'the old VMID goes to another domain while the TLB may hold entries with it',
      always(stale),
      renumber(parts('arm_smmu_domain_renumber', 0, 1, 2, 3, 4)),
      bothVmids,
    ),
    variant(
      'wait for all',
      'both SMMUs get their commands, then both are waited for',
      always(holds),
      inv('every entry'),
      bothSmmus,
    ),
    variant(
      'wait for the last',
      'both get their commands, and only the last is waited for',
      always(stale),
      inv('the last entry'),
      bothSmmus,
    ),
    variant(
      'wait for what is still live',
      'the second pass leaves out what left the domain meanwhile: its STE is gone by then',
      always(holds),
      inv('every entry that is still live'),
      bothSmmus,
    ),
    variant(
      'wait for what is still live, entry first',
      'as before, but the entry goes before the STE does',
      always(stale),
      inv('every entry that is still live', backwards),
      bothSmmus,
    ),
  ],
};

export default spec;
