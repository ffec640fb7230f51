/** S5 for a nesting parent: stage 2 is invalidated before stage 1 is cleared (properties.md). */
import { columnOf } from '../smmu/smmu.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';

/** No TLBI_NH_ALL is consumed while a stage-2 TLBI that came before it waits for its CMD_SYNC: stage 1 could be
 *  filled again from stage 2. For scenarios where one CPU invalidates. */
export function stage1AfterStage2(machine: Machine): readonly Property[] {
  return machine.smmus.map((unit) => ({
    name: 'stage1AfterStage2',
    broken: (read) => {
      const names = read(unit.state).consumed.map((c) => c.name);
      const [stage2, stage1] = [names.indexOf('TLBI_S2_IPA'), names.lastIndexOf('TLBI_NH_ALL')];
      if (stage2 < 0 || stage1 < stage2) return null;
      return `${columnOf(unit.decl)} clears stage 1 while no CMD_SYNC has completed the TLBI of stage 2 before it`;
    },
    antecedent: (read) => read(unit.state).consumed.some((c) => c.name === 'TLBI_NH_ALL'),
  }));
}
