/** An IOMMU keeps translations by a tag, and the device context is changed: RISC-V's missing IOTINVAL (bugs.md 34), in terms
 *  of an SMMU's STE.
 *
 *  One CPU is enough: whoever changes a device context holds the group's mutex, and the may-set stands for every time at
 *  which the IOMMU fetches. One device and one page in each domain: tags and pages do not influence each other. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { arm_smmu_make_s2_domain_ste, steObject } from '../../model/driver/make-ste.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import { riscv_iommu_iodir_update } from '../../model/driver/riscv-iodir.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { __free_page } from '../../model/program/kernel.ts';
import { call, compile, type Stmt } from '../../model/program/statement.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { buildMachine } from '../../model/system.ts';
import { systemOf } from '../join.ts';

const holds: Expectation = { kind: 'holds' };
const stale: Expectation = { kind: 'violated', by: 'noStaleTranslation' };
const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });

type Tables = 'pgd' | 'pgd2' | 'pgd3';
const dc = (pscid: number, pgd: Tables) =>
  arm_smmu_make_s2_domain_ste({ vmid: pscid, ttb: `&${pgd}`, ats: false });

/** The device goes from one context to the next; what the first domain had is given back after the first change. */
function variant(
  name: string,
  about: string,
  expect: Variant['expect'],
  contexts: readonly (readonly [pscid: number, pgd: Tables])[],
  iotinval: boolean,
): Variant {
  const words = contexts.map(([pscid, pgd]) => dc(pscid, pgd));
  const free: Stmt = call('riscv_iommu_free_paging_domain', [__free_page('&page0'), __free_page('&pgd')]);
  const body = words.slice(1).flatMap((target, i): readonly Stmt[] => [
    riscv_iommu_iodir_update({
      iommu: 'iommu',
      devid: 0,
      dc: 'dc',
      found: words[i]!,
      target,
      cpu: 0,
      iotinval,
    }),
    ...(i === 0 ? [free] : []),
  ]);
  return {
    name,
    about,
    expect,
    build: (model) => {
      const machine = buildMachine({
        model: model as MemoryModel,
        objects: [
          smmuObject('iommu', 1),
          steObject('dc', words[0]!),
          ...['', '2', '3'].map((n, i) => tableObject(`pgd${n}`, [`&page${i}`])),
          ...['page0', 'page1', 'page2'].map(pageObject),
        ],
        programs: [compile('CPU0', body)],
        smmus: [{ name: 'iommu', streams: [{ sid: 0, ste: 'dc' }], levels: 1 }],
      });
      return systemOf(
        'riscv-context',
        machine,
        [noStaleTranslation(machine), memorySafety(machine)],
        [
          {
            name: 'the device uses the new table',
            reached: (read) => read(machine.smmus[0]!.state).tlb.some((e) => e.target === 'page1'),
          },
        ],
      );
    },
  };
}

export const spec: Spec = {
  name: 'riscv-context',
  title: 'a device context changes, and translations by its tag are cached',
  source: 'riscv_iommu_iodir_update(), before and after f5c262b54497, as an analogue on an SMMU',
  merged: ['same tag, IOTINVAL'],
  variants: [
    variant(
      'same tag, no IOTINVAL',
      'before f5c262b54497: the new context hits what the old one left under its PSCID',
      always(stale),
      [
        [1, 'pgd'],
        [1, 'pgd2'],
      ],
      false,
    ),
    variant(
      'same tag, IOTINVAL',
      'f5c262b54497: the PSCID is flushed while the context is invalid',
      always(holds),
      [
        [1, 'pgd'],
        [1, 'pgd2'],
      ],
      true,
    ),
    variant(
      'another tag, no IOTINVAL',
      'what is left under the old PSCID is used by nobody',
      always(holds),
      [
        [1, 'pgd'],
        [2, 'pgd2'],
      ],
      false,
    ),
    variant(
      'the tag comes back, no IOTINVAL',
      'until somebody gets that PSCID again',
      always(stale),
      [
        [1, 'pgd'],
        [2, 'pgd2'],
        [1, 'pgd3'],
      ],
      false,
    ),
    variant(
      'the tag comes back, IOTINVAL',
      'nothing was left',
      always(holds),
      [
        [1, 'pgd'],
        [2, 'pgd2'],
        [1, 'pgd3'],
      ],
      true,
    ),
  ],
};

export default spec;
