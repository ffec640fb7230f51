/** Safety properties of the driver, each split so that it reads few components (properties.md; semantics.md 3.5). */
import type { Read, Ref } from '../contract.ts';
import type { Cpu } from '../cpu/work.ts';
import type { Life, Smmu } from '../machine.ts';
import { columnOf, type SmmuUnit } from '../smmu/smmu.ts';
import { contextsOf } from '../smmu/ste.ts';
import type { Machine } from '../system.ts';

/** An invariant as the checker takes it. */
export interface Property {
  readonly name: string;
  /** Why the state breaks it, or null. */
  broken(read: Read): string | null;
  antecedent?(read: Read): boolean;
}

/** S1: no page that was given back can be reached by a device through anything that an SMMU may hold. One
 *  invariant for each SMMU. */
export function noStaleTranslation(machine: Machine): readonly Property[] {
  return machine.smmus.map((unit) => ({
    name: 'noStaleTranslation',
    broken: (read) => staleTranslation(unit, read),
    antecedent: (read) =>
      [...machine.layout.lives].some(
        ([name, life]) => machine.layout.objects.get(name)!.device && read(life) === 'freed',
      ),
  }));
}

function staleTranslation(unit: SmmuUnit, read: Read): string | null {
  const smmu: Smmu = read(unit.state);
  const name = columnOf(unit.decl);
  const freed = (object: string): boolean => {
    const life: Ref<Life> | undefined = unit.layout.lives.get(object);
    return life !== undefined && read(life) === 'freed';
  };
  const usable = unit.decl.streams.flatMap(({ sid }) => contextsOf(smmu.ste, sid));
  for (const { sid, vmid } of usable) {
    const entry = smmu.tlb.find((e) => e.vmid === vmid && freed(e.target));
    if (entry !== undefined) {
      return `${name} may still translate page ${entry.page} of stream ${sid} (VMID ${vmid}) to ${entry.target}, which was freed`;
    }
    const walk = smmu.walks.find((e) => e.vmid === vmid && freed(e.table));
    if (walk !== undefined) return `${name} may still walk ${walk.table} for stream ${sid}, which was freed`;
  }
  return null;
}

/** S8: no CPU uses what was freed, is not there yet, or is no pointer; nothing is freed twice. */
export function memorySafety(machine: Machine): readonly Property[] {
  return [
    ...machine.cpus.map(
      (cpu: Cpu): Property => ({
        name: 'memorySafety',
        broken: (read) => {
          const { fault } = read(cpu.thread);
          return fault === null ? null : `${cpu.name}: ${fault.kind}: ${fault.why}`;
        },
      }),
    ),
    { name: 'memorySafety', broken: (read) => read(machine.rcu).fault },
  ];
}
