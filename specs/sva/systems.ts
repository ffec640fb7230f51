/** The systems that the variants are made of. */
import type { Invariant, System, Witness } from '../../checker/system.ts';
import {
  arm_smmu_mmu_notifier_put,
  exitedMm,
  mmu_notifier_free_srcu,
} from '../../model/driver/sva-shared-cd.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { compile } from '../../model/program/statement.ts';
import { lifeOf } from '../../model/property/life.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { detachedSubstream, freeAsidUncached, isolation } from '../../model/property/sva.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { type BindParams, bindScenario } from './notifier.ts';
import { ASID, detached, type Params, SID, SSID, scenario } from './release.ts';

const may = (machine: Machine, name: string, target: string): Witness => ({
  name,
  reached: (read) => read(machine.smmus[0]!.state).tlb.some((e) => e.target === target),
});

/** Properties of the end of a process: all that the scenario can put to the test, or those that a variant is about. */
const claims = {
  noStaleTranslation: (m: Machine) => noStaleTranslation(m),
  memorySafety: (m: Machine) => memorySafety(m),
  freeAsidUncached: (m: Machine) => freeAsidUncached(m, ASID),
  isolation: (m: Machine) => isolation(m, { sid: SID, ssid: SSID, pages: ['page1'] }),
  detachedSubstream: (m: Machine) =>
    detachedSubstream(m, {
      sid: SID,
      ssid: SSID,
      cdtab: 'cdtab',
      master: 'master',
      cpu: 1,
      detached: detached.name,
    }),
} as const satisfies Readonly<Record<string, (m: Machine) => readonly Invariant[]>>;
export type Claim = keyof typeof claims;

function putToTheTest({ afterwards }: Params): readonly Claim[] {
  const always: readonly Claim[] = ['noStaleTranslation', 'memorySafety', 'detachedSubstream'];
  if (afterwards === 'gives the ASID away') return [...always, 'isolation'];
  return afterwards === 'frees the domain' ? [...always, 'freeAsidUncached'] : always;
}

export function ending(model: string, p: Params, only?: readonly Claim[]): System {
  const machine = buildMachine(scenario(model as MemoryModel, p));
  const about = only ?? putToTheTest(p);
  return systemOf(
    'sva',
    machine,
    about.map((claim) => claims[claim](machine)),
    endingWitnesses(machine, p),
  );
}

/** The process's exit does meet the device in the list, and misses it. */
function endingWitnesses(machine: Machine, p: Params): readonly Witness[] {
  const [cpu0, cpu1] = machine.cpus;
  const value = (read: Parameters<Witness['reached']>[0], cpu: typeof cpu0, name: string) => {
    const content = read(cpu!.thread).regs[name]?.value;
    return content?.kind === 'const' ? content.value : undefined;
  };
  const md = 'arm_smmu_mm_release.master_domain';
  const isDetached = (read: Parameters<Witness['reached']>[0]): boolean =>
    value(read, cpu1, detached.name) !== undefined;
  const seen: Witness = {
    name: 'mm_release finds the device in the list',
    reached: (read) => value(read, cpu0, md) === '&md',
  };
  const after: Witness = {
    name: 'mm_release begins when the detach is over',
    reached: (read) =>
      isDetached(read) && cpu0!.program.code[read(cpu0!.thread).pc]?.at.fn === 'arm_smmu_mm_release',
  };
  return p.afterwards === 'gives the ASID away'
    ? [seen, may(machine, 'the other page is used', 'page2')]
    : [seen, after];
}

/** A page is unmapped while the device is bound, or is being bound. */
export function binding(model: string, p: BindParams): System {
  const machine = buildMachine(bindScenario(model as MemoryModel, p));
  return systemOf(
    'sva',
    machine,
    [noStaleTranslation(machine), memorySafety(machine)],
    [may(machine, 'the device uses the page', 'page0')],
  );
}

/** The last device of a process that has exited goes. */
export function pinning(model: string, version: Parameters<typeof arm_smmu_mmu_notifier_put>[0]): System {
  const machine = buildMachine({
    model: model as MemoryModel,
    objects: exitedMm,
    programs: [
      compile('CPU0', mmu_notifier_free_srcu()),
      compile('CPU1', arm_smmu_mmu_notifier_put(version)),
    ],
    smmus: [],
  });
  const freed: Witness = {
    name: 'the mm is freed',
    reached: (read) => lifeOf(machine, 'mm')(read) === 'freed',
  };
  return systemOf('sva', machine, [memorySafety(machine)], [freed]);
}
