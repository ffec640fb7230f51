/** The system at any size, and what its runs are to show. */
import type { System, Witness } from '../../checker/system.ts';
import { attachRet } from '../../model/driver/attach-dev.ts';
import type { MemoryModel } from '../../model/machine.ts';
import {
  allOrNothing,
  atsMastersCounted,
  invsMatchDevices,
  noOrphanTag,
} from '../../model/property/attach.ts';
import { atsFence } from '../../model/property/commands.ts';
import { memorySafety, noStaleTranslation, type Property } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { arrayName } from './objects.ts';
import { type Params, partiesOf, poolsOf, scenario } from './scenario.ts';
import { DOMAINS } from './world.ts';

export const base: Params = {
  domains: ['A'],
  devices: [{ ats: false, cds: 0, before: [] }],
  version: 'v7.1',
  unmaps: 'A',
  deeds: [[]],
  mayFail: [],
  purgeMayFail: false,
  unused: ['flush', 'purge'],
  hardware: { deviceAnswersWhenAtsOff: true },
  judgedAtRest: true,
  extra: [],
  unmapEdits: [],
  attachEdits: [],
  rewriteUnmap: (body) => body,
  rewrite: (body) => body,
};

export type Seen = (machine: Machine) => Witness;
export type Also = (machine: Machine) => readonly Property[];

export function attaches(
  model: string,
  p: Params,
  witnesses: readonly Seen[] = [],
  also: readonly Also[] = [],
): System {
  const machine = buildMachine(scenario(model as MemoryModel, p));
  const parties = partiesOf(p);
  return systemOf(
    'attach',
    machine,
    [
      memorySafety(machine),
      p.unmaps === null ? [] : noStaleTranslation(machine),
      atsFence(machine),
      ...(p.judgedAtRest
        ? [
            invsMatchDevices(machine, parties),
            atsMastersCounted(machine, parties),
            noOrphanTag(machine, parties),
          ]
        : []),
      p.mayFail.length > 0 ? [failsWhole(machine, p)] : [],
      ...also.map((property) => property(machine)),
    ],
    witnesses.map((w) => w(machine)),
  );
}

/** Everything that an attach may change. */
function failsWhole(machine: Machine, p: Params): Property {
  const changeable = [
    ...p.domains.flatMap((d) => [DOMAINS[d].name, arrayName(DOMAINS[d])]),
    ...p.devices.flatMap((d, n) => [
      `master${n}`,
      `ste${n}`,
      ...(d.ats ? [`dev${n}`] : []),
      ...(d.cds > 0 ? [`cdtab${n}`] : []),
    ]),
  ];
  return allOrNothing(machine, machine.cpus[1]!, attachRet.name, changeable, poolsOf(p));
}

export const seen = {
  /** CPU0 walks this array. */
  walks:
    (array: string): Seen =>
    ({ cpus }) => ({
      name: `CPU0 invalidates through ${array}`,
      reached: (read) => {
        const value = read(cpus[0]!.thread).regs['arm_smmu_domain_inv_range.invs']?.value;
        return value?.kind === 'const' && value.value === `&${array}`;
      },
    }),
  /** The SMMU translates to the page, or a device does. */
  caches:
    (page: string): Seen =>
    ({ smmus }) => ({
      name: `the TLB holds ${page}`,
      reached: (read) => read(smmus[0]!.state).tlb.some((e) => e.target === page),
    }),
  inAtc:
    (page: string): Seen =>
    ({ smmus }) => ({
      name: `the ATC holds ${page}`,
      reached: (read) => (read(smmus[0]!.state).atc ?? []).some((e) => e.target === page),
    }),
  /** A tag is flushed. */
  flushes:
    (tag: number): Seen =>
    ({ smmus }) => ({
      name: `tag ${tag} is flushed`,
      reached: (read) =>
        read(smmus[0]!.queue).some(
          (c) =>
            (c.name === 'TLBI_S12_VMALL' && c.operands.vmid === tag) ||
            (c.name === 'TLBI_NH_ASID' && c.operands.asid === tag),
        ),
    }),
  /** An ATC_INV is issued to the stream. */
  reaches:
    (sid: number): Seen =>
    ({ smmus }) => ({
      name: `an ATC_INV is issued to stream ${sid}`,
      reached: (read) => read(smmus[0]!.queue).some((c) => c.name === 'ATC_INV' && c.operands.sid === sid),
    }),
} as const;
