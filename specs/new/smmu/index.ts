/** TODO what races with what, and why this size is enough. Here: one page behind one SMMU; pages do not influence each
 *  other, and the SMMU's caches are everything that it may hold at any time. */
import type { Spec, Variant } from '../../../checker/spec.ts';
import type { System } from '../../../checker/system.ts';
import type { MemoryModel } from '../../../model/machine.ts';
import { drop } from '../../../model/program/statement.ts';
import { memorySafety, noStaleTranslation } from '../../../model/property/properties.ts';
import { buildMachine } from '../../../model/system.ts';
import { systemOf } from '../../join.ts';
import { always, holds, violated, witness } from '../../kit.ts';
import { merged, type Params, scenario } from './scenario.ts';

const NAME = 'template';

/** The machine with what is claimed of it. */
function system(model: string, params: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  // Must be reached, or "holds" would say nothing: the page is used, and it is given back.
  const used = {
    name: 'the SMMU caches a translation to page0',
    reached: (read: Parameters<typeof machine.stuck>[0]) =>
      read(machine.smmus[0]!.state).tlb.some(({ target }) => target === 'page0'),
  };
  const freed = witness(machine, 'page0 is given back', ({ life }) => life('page0') === 'freed');
  return systemOf(NAME, machine, [noStaleTranslation(machine), memorySafety(machine)], [used, freed]);
}

/** The code as it was merged, with something changed. `expect` says what comes of it under each memory model. */
function variant(
  name: string,
  about: string,
  expect: Variant['expect'],
  change: Partial<Params> = {},
): Variant {
  return { name, about, expect, build: (model) => system(model, { ...merged, ...change }) };
}

const stale = violated('noStaleTranslation');

export const spec: Spec = {
  name: NAME,
  title: 'TODO one line: a page is unmapped and given back while a device uses it',
  source: 'TODO the kernel functions and version: arm_lpae_unmap(), arm_smmu_cmdq_issue_cmdlist()',
  merged: ['merged'],
  variants: [
    variant('merged', 'as it was merged', always(holds)),
    // A claim that holds has a twin that breaks it. Stores stay in order under sc and tso.
    variant(
      'no dma_wmb',
      'the commands may be published before the descriptor is cleared',
      { sc: holds, tso: holds, armv8: stale },
      { edits: [drop('arm_smmu_cmdq_issue_cmdlist', 'dma_wmb()')] },
    ),
    variant('free first', 'the page is given back before the SMMU is told', always(stale), {
      reorder: ([clear, invalidate, free]) => [clear!, free!, invalidate!],
    }),
  ],
};

export default spec;
