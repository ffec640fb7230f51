/** The scenario: a domain that spans SMMUs; CPU0 unmaps a page of it, CPU1 removes one of the SMMUs with the device
 *  behind it. */
import { s2Ste, steObject } from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { CMDQ_OP, INV_TYPE_S2_VMID, type Inv, invsArray } from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/inv-range.ts';
import { domainObject } from '../../model/driver/invs.ts';
import { arm_lpae_unmap, pageObject, tableObject } from '../../model/driver/pgtable.ts';
import {
  arm_smmu_device_remove,
  devres_release_all,
  lockObject,
  registersObject,
  type Waits,
} from '../../model/driver/remove.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { __free_page, kfree_rcu } from '../../model/program/kernel.ts';
import {
  call,
  compile,
  type Edit,
  edit,
  optional,
  replace,
  type Stmt,
} from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';

export interface Params {
  /** How many SMMUs the domain spans, and which of them is removed. */
  readonly smmus: number;
  readonly removed: number;
  readonly waits: Waits;
  /** Whether the scenario goes on until the driver's data of the SMMU is freed. */
  readonly frees: boolean;
  /** What is not judged: that commands reach the SMMU too late. */
  readonly ignores: 'commands' | null;
  /** Changes to the unmapper's program. */
  readonly edits: readonly Edit[];
}

const VMID = 1;
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const name = (n: number): string => `smmu${n}`;

const entry = (n: number, users: number): Inv => ({
  smmu: name(n),
  type: INV_TYPE_S2_VMID,
  size_opcode: CMDQ_OP.TLBI_S2_IPA,
  nsize_opcode: CMDQ_OP.TLBI_S12_VMALL,
  id: VMID,
  pgsize: 12,
  ssid: 0,
  users,
});

export function scenario(model: MemoryModel, p: Params): Scenario {
  // What is behind the last live entry is cut off in place; anything else takes a new array.
  const isPurged = p.removed < p.smmus - 1;
  const invs = range(p.smmus).map((n) => entry(n, 1));
  const objects: ObjectDecl[] = [
    domainObject('invs0'),
    invsArray({ name: 'invs0', max: p.smmus, invs }),
    ...(isPurged ? [invsArray({ name: 'invs1', max: p.smmus - 1, invs: null })] : []),
    invsArray({ name: 'build_invs', max: 1, invs: [entry(p.removed, 0)] }),
    ...range(p.smmus).map((n) => smmuObject(name(n), 2)),
    ...range(p.smmus).map((n) => steObject(`ste${n}`, s2Ste(VMID, 'pgd'))),
    registersObject(name(p.removed)),
    ...['arm_smmu_asid_lock', 'iommu_device_lock'].map(lockObject),
    tableObject('pgd', ['&ptes']),
    tableObject('ptes', ['&page0']),
    pageObject('page0'),
  ];
  return {
    model,
    objects,
    programs: [
      compile(
        'CPU0',
        p.edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), unmap(p)),
      ),
      compile('CPU1', [...removal(p, isPurged), ...(p.frees ? [devres_release_all(name(p.removed))] : [])]),
    ],
    smmus: range(p.smmus).map((n) => ({
      name: name(n),
      streams: [{ sid: n, ste: `ste${n}` }],
      levels: 2,
    })),
  };
}

function unmap(p: Params): readonly Stmt[] {
  const invalidate = arm_smmu_domain_inv_range({
    domain: '&domain',
    range: { iova: 0n, size: 0x1000n, granule: 0x1000n, leaf: true },
    types: [INV_TYPE_S2_VMID],
    range_inv: null,
    entries: 1,
    cpu: 0,
    version: 'v7.1',
  });
  return [
    arm_lpae_unmap('ptes', 0),
    // With one entry nothing looks for the next.
    p.smmus === 1 ? optional([invalidate]) : invalidate,
    call('iommu_unmap', [__free_page('&page0')]),
  ];
}

const remove = (p: Params, isPurged: boolean): Stmt =>
  arm_smmu_device_remove(
    name(p.removed),
    [
      {
        stream: { smmu: name(p.removed), sid: p.removed, ste: `ste${p.removed}` },
        found: s2Ste(VMID, 'pgd'),
        old: {
          domain: 'domain',
          to_unref: '&build_invs',
          from: { pool: isPurged ? ['invs1'] : [], mayFail: false },
          unused: isPurged ? [] : ['purge'],
        },
        cpu: 1,
      },
    ],
    p.waits,
  );

/** It is known here which array is freed, if any: said in the program, since otherwise any object that a pointer leads
 *  to might be, which takes ten times as many states. Where there is never trash to purge, the code for it goes. */
function removal(p: Params, isPurged: boolean): readonly Stmt[] {
  const whole = [remove(p, isPurged)];
  const install = 'arm_smmu_install_old_domain_invs';
  if (isPurged) return edit(whole, replace(install, 'kfree_rcu(old_invs)', [kfree_rcu('&invs0')]));
  return replaceCalls(whole, install, (call) => [
    { ...call, body: call.body.filter((s) => s.kind !== 'optional') },
  ]);
}
