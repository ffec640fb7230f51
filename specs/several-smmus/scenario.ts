/** The scenarios: CPU0 unmaps page 0 and gives it back, CPU1 changes where the domain is in use. */
import {
  abortSte,
  arm_smmu_attach_dev,
  arm_smmu_install_ste_for_dev,
  type Ste,
  s2Ste,
  steObject,
} from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import {
  arm_smmu_domain_inv_range_overlapped,
  arm_smmu_domain_renumber,
  type WaitsFor,
} from '../../model/driver/follow-ups.ts';
import { domainObject, type Inv, invsObject } from '../../model/driver/invs.ts';
import { arm_lpae_unmap, pageObject, tableObject, unmapAndFree } from '../../model/driver/pgtable.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { __free_page, place, WRITE_ONCE } from '../../model/program/kernel.ts';
import { call, compile, type Stmt } from '../../model/program/statement.ts';

export type Change = (program: readonly Stmt[]) => readonly Stmt[];

/** What a design needs, and what CPU1 does in it. */
interface Design {
  readonly arrays: readonly ObjectDecl[];
  readonly smmus: readonly { readonly name: string; readonly stes: readonly Ste[] }[];
  readonly unmap: readonly Stmt[];
  readonly other: readonly Stmt[];
}

const s2 = s2Ste(1, 'pgd');
/** A stream that is not attached: one store attaches it. */
const waiting = (target: Ste): Ste => target.map((word, q) => (q === 0 ? abortSte[0]! : word));

function scenario(model: MemoryModel, d: Design): Scenario {
  const stes = d.smmus.flatMap(({ stes }) => stes);
  let sid = 0;
  return {
    model,
    objects: [
      domainObject('invs0'),
      ...d.arrays,
      ...d.smmus.map(({ name }) => smmuObject(name, 2)),
      ...stes.map((words, n) => steObject(`ste${n}`, words)),
      tableObject('pgd', ['&ptes']),
      tableObject('ptes', ['&page0']),
      tableObject('pgd2', ['&ptes2']),
      tableObject('ptes2', ['&page2']),
      ...['page0', 'page2'].map(pageObject),
    ],
    programs: [compile('CPU0', d.unmap), compile('CPU1', d.other)],
    smmus: d.smmus.map(({ name, stes }) => ({
      name,
      streams: stes.map(() => ({ sid, ste: `ste${sid++}` })),
      levels: 2,
    })),
  };
}

const unmap = unmapAndFree('ptes', 0, 'page0', 'domain', 0);

/** Two vSMMUs on one SMMU share a stage-2 table, each with a VMID of its own: the second starts to use it. `listed`:
 *  the VMID that it puts into the array. */
export function sharedTable(model: MemoryModel, listed: 1 | 2, change: Change): Scenario {
  const target = s2Ste(2, 'pgd');
  return scenario(model, {
    arrays: [invsObject('invs0', 1, [{ smmu: 'smmu0', vmid: 1 }]), invsObject('invs1', 2, null)],
    smmus: [{ name: 'smmu0', stes: [s2, waiting(target)] }],
    unmap,
    other: change(
      arm_smmu_attach_dev({
        domain: 'domain',
        stream: { smmu: 'smmu0', sid: 1, ste: 'ste1' },
        found: waiting(target),
        target,
        vmid: listed,
        first: false,
        pool: ['invs1'],
        cpu: 1,
        version: 'v7.1',
      }),
    ),
  });
}

/** A domain changes its VMID from 1 to 2; then VMID 1 goes to another domain. */
export function renumbering(model: MemoryModel, change: Change): Scenario {
  const [from, to]: readonly Inv[] = [
    { smmu: 'smmu0', vmid: 1 },
    { smmu: 'smmu0', vmid: 2 },
  ];
  const target = s2Ste(1, 'pgd2');
  const renumber = arm_smmu_domain_renumber({
    domain: 'domain',
    stream: { smmu: 'smmu0', sid: 0, ste: 'ste0' },
    from: from!,
    to: to!,
    found: s2,
    target: s2Ste(2, 'pgd'),
    both: 'invs1',
    cpu: 1,
  });
  const reuse = arm_smmu_install_ste_for_dev({
    domain: 'domain2',
    stream: { smmu: 'smmu0', sid: 1, ste: 'ste1' },
    found: waiting(target),
    target,
    vmid: 1,
    first: true,
    pool: [],
    cpu: 1,
    version: 'v7.1',
  });
  return scenario(model, {
    arrays: [invsObject('invs0', 1, [from!]), invsObject('invs1', 2, null)],
    smmus: [{ name: 'smmu0', stes: [s2, waiting(target)] }],
    unmap,
    other: change([renumber, call('arm_smmu_attach_dev', [reuse])]),
  });
}

/** The commands of an unmap go to both SMMUs before either is waited for, while a device leaves the domain. */
export function overlapped(model: MemoryModel, waits: WaitsFor, change: Change): Scenario {
  const target = waiting(s2);
  const leave = [
    arm_smmu_install_ste_for_dev({
      domain: 'domain',
      stream: { smmu: 'smmu1', sid: 1, ste: 'ste1' },
      found: s2,
      target,
      vmid: 1,
      first: false,
      pool: [],
      cpu: 1,
      version: 'v7.1',
    }),
    call('arm_smmu_invs_unref', [WRITE_ONCE(place('&invs0', 'inv.users', 1), 0)]),
  ];
  return scenario(model, {
    arrays: [
      invsObject('invs0', 2, [
        { smmu: 'smmu0', vmid: 1 },
        { smmu: 'smmu1', vmid: 1 },
      ]),
    ],
    smmus: [
      { name: 'smmu0', stes: [s2] },
      { name: 'smmu1', stes: [s2] },
    ],
    unmap: [
      arm_lpae_unmap('ptes', 0),
      arm_smmu_domain_inv_range_overlapped('&domain', { page: 0, pages: 1 }, 0, waits),
      call('iommu_unmap', [__free_page('&page0')]),
    ],
    other: change(leave),
  });
}
