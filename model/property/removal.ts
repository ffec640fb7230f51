/** S13: an SMMU that was switched off gets no command, and has none left (properties.md): nobody would execute it, and
 *  whoever waits for its CMD_SYNC waits in vain. */
import { registersOf } from '../driver/remove.ts';
import { commandText } from '../smmu/commands.ts';
import { columnOf } from '../smmu/smmu.ts';
import { cellReader } from '../smmu/tables.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';

/** One invariant for each SMMU that can be removed. */
export function noCommandAfterRemoval(machine: Machine): readonly Property[] {
  const removable = machine.smmus.filter(({ decl }) => machine.layout.objects.has(registersOf(decl.name)));
  return removable.map((unit) => ({
    name: 'noCommandAfterRemoval',
    broken: (read) => {
      if (cellReader(machine.layout, read)(registersOf(unit.decl.name), 'CR0', 0) !== 0) return null;
      const [command] = read(unit.queue);
      if (command === undefined) return null;
      return `${columnOf(unit.decl)} is switched off, and ${commandText(command)} is in its queue`;
    },
    antecedent: (read) => cellReader(machine.layout, read)(registersOf(unit.decl.name), 'CR0', 0) === 0,
  }));
}
