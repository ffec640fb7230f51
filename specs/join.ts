/** Joins a machine with what is claimed of it: a system that the checker can explore. */
import type { Invariant, System, Witness } from '../checker/system.ts';
import { explain } from '../model/story/explain.ts';
import { retell } from '../model/story/retell.ts';
import type { Machine } from '../model/system.ts';

export function systemOf(
  name: string,
  machine: Machine,
  invariants: readonly (readonly Invariant[])[],
  witnesses: readonly Witness[],
  claims: Pick<System, 'mustEnd' | 'symmetries' | 'explain' | 'mustReorder' | 'retell'> = {},
): System {
  const { components, agents, statements, columns, prelude, stuck } = machine;
  machines.set(components, machine);
  return {
    name,
    components,
    agents,
    statements,
    columns,
    prelude,
    stuck,
    invariants: invariants.flat(),
    witnesses,
    retell: (history) => retell(machine, history),
    explain: (invariant, history) => explain(machine, invariants.flat(), invariant, history),
    ...claims,
  };
}

/** The machine of each system that was built, by its components. */
const machines = new WeakMap<System['components'], Machine>();

/** The machine that the system was made of; undefined if it was made otherwise. */
export const machineOf = ({ components }: System): Machine | undefined => machines.get(components);
