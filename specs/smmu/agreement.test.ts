/** The may-sets against the explicit walker on the flagship: one SMMU at a time is a walker, since SMMUs do not
 *  influence each other. Stream 0, behind smmu0, is attached from the start and its STE never changes. */
import { beforeEach, expect, test, vi } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import type { SmmuDecl } from '../../model/machine.ts';
import { maySet } from '../../model/smmu/may-set.ts';
import type { SmmuModel } from '../../model/smmu/smmu.ts';
import { walkerOracle } from '../../model/smmu/walker-oracle.ts';
import type * as system from '../../model/system.ts';
import { spec } from '../unmap-vs-attach/index.ts';
import { verdictOf } from './sequence.ts';

let modelOf: (decl: SmmuDecl) => SmmuModel = () => maySet;
beforeEach(() => {
  modelOf = () => maySet;
});
vi.mock('../../model/system.ts', async (original) => {
  const { buildMachine, ...rest } = await original<typeof system>();
  return {
    ...rest,
    buildMachine: (scenario) => buildMachine(scenario, (decl) => modelOf(decl)),
  } satisfies typeof system;
});

const jobs = spec.variants.flatMap(({ name, build, expect: verdicts }) =>
  ['sc', 'armv8'].flatMap((model) =>
    ['smmu0', 'smmu1'].map((walker) => ({ name, build, model, walker, verdict: verdicts[model]! })),
  ),
);

test.each(jobs)(
  '$name ($model): $walker as a walker gives the same verdict',
  ({ build, model, walker, verdict }) => {
    modelOf = (decl) => (decl.name === walker ? walkerOracle({ fixed: [0] }) : maySet);
    const outcome = checkNow(build(model), { search: 'bfs', maxStates: 3_000_000 });
    expect(verdictOf(outcome)).toBe(verdict.kind === 'violated' ? verdict.by : verdict.kind);
  },
);
