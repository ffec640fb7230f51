/** A table of kernel memory is freed while an SMMU may walk it: bugs.md 35. Linux on arm64 gives SMMUs no walks of the
 *  kernel's half (EPD1), so this is the bug of other IOMMUs on this SMMU: stage 2 stands for the shared table.
 *
 *  One CPU that frees and one that runs the work are enough: a second table would wait in the same list. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System } from '../../checker/system.ts';
import { s2Ste, steObject } from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { domainObject, invsObject } from '../../model/driver/invs.ts';
import {
  kernel_pgtable_work_func,
  kernelPgtableWork,
  pagetable_free,
  pagetable_free_kernel,
  pmd_free_pte_page,
} from '../../model/driver/kernel-tables.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { compile, type Stmt } from '../../model/program/statement.ts';
import { lifeOf } from '../../model/property/life.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { buildMachine } from '../../model/system.ts';
import { replaceCalls } from '../calls.ts';
import { systemOf } from '../join.ts';

const holds: Expectation = { kind: 'holds' };
const stale: Expectation = { kind: 'violated', by: 'noStaleTranslation' };

type Programs = readonly (readonly Stmt[])[];

function kernelTables(model: string, programs: Programs): System {
  const machine = buildMachine({
    model: model as MemoryModel,
    objects: [
      domainObject('invs'),
      invsObject('invs', 1, [{ smmu: 'smmu', vmid: 1 }]),
      smmuObject('smmu', 2),
      steObject('ste', s2Ste(1, 'pmd')),
      tableObject('pmd', ['&ptes']),
      tableObject('ptes', ['&page0']),
      pageObject('page0'),
      kernelPgtableWork,
    ],
    programs: programs.map((body, cpu) => compile(`CPU${cpu}`, body)),
    smmus: [{ name: 'smmu', streams: [{ sid: 0, ste: 'ste' }], levels: 2 }],
  });
  const life = lifeOf(machine, 'ptes');
  const freed = {
    name: 'ptes is freed',
    reached: (read: Parameters<typeof machine.stuck>[0]) => life(read) === 'freed',
  };
  return systemOf('kernel-tables', machine, [noStaleTranslation(machine), memorySafety(machine)], [freed]);
}

const variant = (name: string, about: string, expected: Expectation, programs: Programs): Variant => ({
  name,
  about,
  expect: { sc: expected, tso: expected, armv8: expected },
  build: (model) => kernelTables(model, programs),
});

const work = [kernel_pgtable_work_func('domain', 'ptes', 1)];

const freedFirst = replaceCalls(
  replaceCalls(work, 'pagetable_free', () => []),
  'iommu_sva_invalidate_kva_range',
  (invalidate) => [pagetable_free('ptes'), invalidate],
);

export const spec: Spec = {
  name: 'kernel-tables',
  title: 'a table of kernel memory is freed while an SMMU may walk it',
  source: 'pagetable_free_kernel(), iommu_sva_invalidate_kva_range(), before and after e37d5a2d60a3',
  merged: ['after'],
  variants: [
    variant('before e37d5a2d60a3', 'the table is freed once the TLBs of the CPUs are flushed', stale, [
      [pmd_free_pte_page('pmd', 'ptes', pagetable_free)],
    ]),
    variant('after', 'a work invalidates the SMMUs, then frees the table', holds, [
      [pmd_free_pte_page('pmd', 'ptes', pagetable_free_kernel)],
      work,
    ]),
    variant('after, freed first', 'the work frees the table before it invalidates', stale, [
      [pmd_free_pte_page('pmd', 'ptes', pagetable_free_kernel)],
      freedFirst,
    ]),
  ],
};

export default spec;
