/** What the queue of an SMMU may be told, and when (properties.md S5, S6, S12). */
import type { Command, SmmuFault } from '../machine.ts';
import { columnOf } from '../smmu/smmu.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';

/** No command stops the queue with an error of that kind. */
function without(machine: Machine, name: string, kind: SmmuFault['kind']): readonly Property[] {
  return machine.smmus.map((unit) => ({
    name,
    broken: (read) => {
      const { fault } = read(unit.state);
      return fault?.kind === kind ? `${columnOf(unit.decl)} stops with ${kind}: ${fault.why}` : null;
    },
  }));
}

/** S6: no ATC_INV reaches a device that does not answer it, since its ATS is off or it is under reset. */
export const atsFence = (machine: Machine): readonly Property[] =>
  without(machine, 'atsFence', 'CERROR_ATC_INV_SYNC');

/** Every range command says something about its range (bugs.md 16). */
export const legalCommands = (machine: Machine): readonly Property[] =>
  without(machine, 'legalCommands', 'CERROR_ILL');

/** S5: no ATC_INV is consumed while a TLBI that came before it waits for its CMD_SYNC. For scenarios where one CPU
 *  invalidates: the commands of others may stand in between. */
export function atcAfterTlb(machine: Machine): readonly Property[] {
  const isAtcInv = (c: Command): boolean => c.name === 'ATC_INV';
  return machine.smmus.map((unit) => ({
    name: 'atcAfterTlb',
    broken: (read) => {
      const { consumed } = read(unit.state);
      const tlbi = consumed.findIndex((c) => c.name.startsWith('TLBI'));
      const late = consumed.findIndex((c, i) => i > tlbi && isAtcInv(c));
      if (tlbi < 0 || late < 0) return null;
      return `${columnOf(unit.decl)} consumes an ATC_INV while no CMD_SYNC has completed the TLBI before it`;
    },
    antecedent: (read) => read(unit.state).consumed.some(isAtcInv),
  }));
}
