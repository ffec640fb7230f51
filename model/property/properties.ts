/** Safety properties of the driver, each split so that it reads few components (properties.md; semantics.md 3.5). */
import type { Read, Ref } from '../contract.ts';
import type { Cpu } from '../cpu/work.ts';
import type { Life } from '../machine.ts';
import { columnOf, type Reach, type SmmuUnit } from '../smmu/smmu.ts';
import type { Machine } from '../system.ts';
import { type Suspect, suspectOf } from './suspect.ts';

/** An invariant as the checker takes it. */
export interface Property {
  readonly name: string;
  /** Why the state breaks it, or null. */
  broken(read: Read): string | null;
  antecedent?(read: Read): boolean;
  /** Where it is broken: what an SMMU holds and should not. */
  suspect?(read: Read): Suspect | null;
}

/** S1: no page that was given back can be reached by a device through anything that an SMMU may hold. One
 *  invariant for each SMMU. */
export function noStaleTranslation(machine: Machine): readonly Property[] {
  return machine.smmus.map((unit) => ({
    name: 'noStaleTranslation',
    broken: (read) => staleTranslation(unit, read),
    suspect: (read) => {
      const found = staleReach(unit, read);
      return found === undefined ? null : suspectOf(unit, read(unit.state), found);
    },
    antecedent: (read) =>
      [...machine.layout.lives].some(
        ([name, life]) => machine.layout.objects.get(name)!.device && read(life) === 'freed',
      ),
  }));
}

function staleReach(unit: SmmuUnit, read: Read): Reach | undefined {
  const isFreed = (object: string): boolean => {
    const life: Ref<Life> | undefined = unit.layout.lives.get(object);
    return life !== undefined && read(life) === 'freed';
  };
  return unit.model.reach(unit, read).find((r) => isFreed(r.object));
}

function staleTranslation(unit: SmmuUnit, read: Read): string | null {
  const found = staleReach(unit, read);
  return found === undefined ? null : `${columnOf(unit.decl)} may still ${usesText(found)}, which was freed`;
}

function usesText({ kind, object, sid, vmid, asid, page, held }: Reach): string {
  if (kind === 'page') {
    const tags = [
      ...(asid === undefined ? [] : [`ASID ${asid}`]),
      ...(vmid === null ? [] : [`VMID ${vmid}`]),
    ];
    const how = held ?? (tags.length === 0 ? null : tags.join(', '));
    return `translate page ${page} of stream ${sid}${how === null ? '' : ` (${how})`} to ${object}`;
  }
  return kind === 'table' ? `walk ${object} for stream ${sid}` : `fetch ${object} for stream ${sid}`;
}

/** S8: no CPU uses what was freed, is not there yet, or is no pointer; nothing is freed twice. */
export function memorySafety(machine: Machine): readonly Property[] {
  return [
    ...machine.cpus.map(
      (cpu: Cpu): Property => ({
        name: 'memorySafety',
        broken: (read) => {
          const { fault } = read(cpu.thread);
          if (fault === null) return null;
          return `${fault.kind} on ${cpu.name} in ${cpu.program.code[fault.pc]!.at.fn}(): ${fault.why}`;
        },
      }),
    ),
    { name: 'memorySafety', broken: (read) => read(machine.rcu).fault },
  ];
}
