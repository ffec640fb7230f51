/** The systems that the variants are made of. */
import type { System, Witness } from '../../checker/system.ts';
import { encoded } from '../../model/driver/vsmmu-queue.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { atcAfterTlb } from '../../model/property/commands.ts';
import { guestScope, noStaleGuestTranslation } from '../../model/property/guest.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { cellReader } from '../../model/smmu/tables.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { guest, type Params, scenario, vsmmu } from './scenario.ts';
import { type QueueParams, queueScenario } from './shared-queue.ts';

/** A combined translation of both stages is cached, under the guest's ASID. */
const combined = (machine: Machine): Witness => ({
  name: 'the SMMU holds a translation of both stages',
  reached: (read) =>
    read(machine.smmus[0]!.state).tlb.some((e) => e.asid !== undefined && e.target === 'page0'),
});
const inAtc = (machine: Machine): Witness => ({
  name: 'the ATC holds page0',
  reached: (read) => (read(machine.smmus[0]!.state).atc ?? []).some((e) => e.target === 'page0'),
});
const told = (machine: Machine, name: string): Witness => ({
  name: `the SMMU is told ${name}`,
  reached: (read) => read(machine.smmus[0]!.queue).some((c) => c.name === name),
});

/** The command that the guest was allowed is on its way, and another one stands in its slot. */
const overwritten = (machine: Machine): Witness => ({
  name: 'a command is issued while the slot holds another one',
  reached: (read) => {
    const [slot] = encoded(guest.EL2_ALL);
    const isThere = cellReader(machine.layout, read)('vcmdq', 'cmd0', 0) === slot;
    return isThere && read(machine.smmus[0]!.queue).some((c) => c.name === 'TLBI_NH_ASID');
  },
});

/** The guest calls its VMM, the host changes stage 2, or both. `looksAtOrder`: whether S5 is claimed, where there is an
 *  ATC and nobody but the guest invalidates. */
export function calling(model: string, p: Params, looksAtOrder: boolean): System {
  const machine = buildMachine(scenario(model as MemoryModel, p));
  const ordered = looksAtOrder && p.types.length === 0 && p.ats;
  return systemOf(
    'nested',
    machine,
    [
      memorySafety(machine),
      guestScope(machine, vsmmu),
      ...(p.types.length > 0 ? [noStaleTranslation(machine)] : []),
      ...(p.queue.length > 0 ? [noStaleGuestTranslation(machine)] : []),
      ...(ordered ? [atcAfterTlb(machine)] : []),
    ],
    [combined(machine), ...(p.ats ? [inAtc(machine)] : [])],
  );
}

/** The host consumes a queue that the guest writes. */
export function sharing(model: string, p: QueueParams): System {
  const machine = buildMachine(queueScenario(model as MemoryModel, p));
  const isAttack = p.design.kind === 'the kernel parses';
  const witness = isAttack ? overwritten(machine) : told(machine, 'TLBI_NH_VA');
  return systemOf(
    'nested',
    machine,
    [
      memorySafety(machine),
      guestScope(machine, vsmmu),
      ...(isAttack ? [] : [noStaleGuestTranslation(machine)]),
    ],
    [combined(machine), witness],
  );
}
