/** A domain with one page, and one device with an ATC behind one SMMU. CPU0 unmaps the page, invalidates, and gives it
 *  back; CPU1 may attach the device to the domain with ATS on, or move it away and reset it. The SMMU and the device ask for
 *  translations whenever they can. */
import { commitAts, deviceObject, prepareAts } from '../../model/driver/ats.ts';
import { arm_smmu_install_new_domain_invs } from '../../model/driver/attach.ts';
import { arm_smmu_cmdq_issue_cmdlist, smmuObject } from '../../model/driver/cmdq.ts';
import { arm_smmu_write_ste } from '../../model/driver/entry-writers.ts';
import { arm_smmu_install_old_domain_invs } from '../../model/driver/install-invs.ts';
import {
  CMDQ_OP,
  INV_TYPE_ATS,
  INV_TYPE_S2_VMID,
  type Inv,
  invsArray,
} from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/inv-range.ts';
import { domainObject } from '../../model/driver/invs.ts';
import { arm_smmu_invs_merge } from '../../model/driver/invs-ops.ts';
import {
  arm_smmu_make_abort_ste,
  arm_smmu_make_s2_domain_ste,
  type Ste,
  steObject,
} from '../../model/driver/make-ste.ts';
import { arm_lpae_unmap, pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { Hardware, MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import {
  __free_page,
  assign,
  commandOf,
  dma_wmb,
  load,
  locals,
  place,
  store,
} from '../../model/program/kernel.ts';
import { call, compile, drop, type Edit, edit, type Stmt } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';

export interface Params {
  /** What CPU1 does with the device; 'stays': ATS is on all the time. */
  readonly device: 'stays' | 'attached' | 'detached';
  /** How CPU0 invalidates. */
  readonly invalidates: 'by the array' | 'ATC first' | 'in one batch' | 'the TLB only';
  /** What is in the array for the device. */
  readonly entries: 'tag and ATC' | 'tag only';
  readonly ste: 'EATS' | 'no EATS';
  readonly hardware: Hardware;
  readonly unmapEdits: readonly Edit[];
  readonly attachEdits: readonly Edit[];
  readonly reorder: (attach: readonly Stmt[]) => readonly Stmt[];
}

export const plain: Params = {
  device: 'stays',
  invalidates: 'by the array',
  entries: 'tag and ATC',
  ste: 'EATS',
  hardware: {},
  unmapEdits: [],
  attachEdits: [],
  reorder: (attach) => attach,
};

const VMID = 1;
const SID = 0;
export const PAGE = 'page0';
const MASTER = { smmu: 'smmu0', sids: [SID], device: 'dev0', cpu: 1 };

const entry = (type: Inv['type'], id: number, users: number): Inv => ({
  smmu: 'smmu0',
  type,
  size_opcode: type === INV_TYPE_ATS ? CMDQ_OP.ATC_INV : CMDQ_OP.TLBI_S2_IPA,
  nsize_opcode: type === INV_TYPE_ATS ? CMDQ_OP.ATC_INV : CMDQ_OP.TLBI_S12_VMALL,
  id,
  pgsize: 0,
  ssid: 0,
  users,
});
const listOf = (p: Params, users: number): readonly Inv[] => [
  entry(INV_TYPE_S2_VMID, VMID, users),
  ...(p.entries === 'tag and ATC' ? [entry(INV_TYPE_ATS, SID, users)] : []),
];

const abort = arm_smmu_make_abort_ste();
const translating = (p: Params): Ste =>
  arm_smmu_make_s2_domain_ste({ vmid: VMID, ttb: '&pgd', ats: p.ste === 'EATS' });

/** iommu_unmap() of the page, strict, and giving it back. */
function unmap(p: Params): readonly Stmt[] {
  const tlbi = commandOf('TLBI_S2_IPA', { vmid: VMID, page: 0, pages: 1, leaf: 1 });
  const atcInv = commandOf('ATC_INV', { sid: SID, page: 0, size: 0 });
  const issue = (...commands: readonly (typeof tlbi)[]): Stmt =>
    arm_smmu_cmdq_issue_cmdlist('&smmu0', commands, 0);
  const invalidate: Readonly<Record<Params['invalidates'], readonly Stmt[]>> = {
    'by the array': [
      arm_smmu_domain_inv_range({
        domain: '&domain',
        range: { iova: 0n, size: 0x1000n, granule: 0x1000n, leaf: true },
        types: p.entries === 'tag and ATC' ? [INV_TYPE_S2_VMID, INV_TYPE_ATS] : [INV_TYPE_S2_VMID],
        range_inv: null,
        entries: 1,
        cpu: 0,
        version: 'v7.1',
      }),
    ],
    // Before 353e3cf8590c: the TLB is left to iotlb_sync().
    'ATC first': [call('arm_smmu_unmap', [issue(atcInv)]), call('arm_smmu_iotlb_sync', [issue(tlbi)])],
    'in one batch': [issue(tlbi, atcInv)],
    'the TLB only': [issue(tlbi)],
  };
  return [
    arm_lpae_unmap('pgd', 0),
    ...invalidate[p.invalidates],
    call('iommu_unmap', [__free_page(`&${PAGE}`)]),
  ];
}

/** arm_smmu_attach_dev() to the domain, with ATS. */
function attach(p: Params): readonly Stmt[] {
  const { old_invs, new_invs } = locals('arm_smmu_attach_dev', 'old_invs', 'new_invs');
  const ats = { was: false, is: true };
  return [
    load(old_invs, place('&domain', 'invs')),
    arm_smmu_invs_merge(new_invs, old_invs, '&build', { pool: ['invs1'], mayFail: false }, 'v7.1'),
    arm_smmu_install_new_domain_invs('domain', old_invs, new_invs, 'v7.1'),
    writeSte(abort, translating(p)),
    call('arm_smmu_attach_commit', commitAts(MASTER, ats)),
  ];
}

/** arm_smmu_attach_dev_ste() to the blocked domain, as before a reset of the device. */
function detach(p: Params): readonly Stmt[] {
  const { old_invs } = locals('arm_smmu_attach_dev_ste', 'old_invs');
  const ats = { was: true, is: false };
  const reset = call('pci_reset_function', [dma_wmb(), store(place('&dev0', 'reset'), 1)]);
  return [
    load(old_invs, place('&domain', 'invs')),
    call('arm_smmu_attach_prepare', prepareAts(MASTER, ats)),
    writeSte(translating(p), abort),
    call('arm_smmu_attach_commit', commitAts(MASTER, ats)),
    ...ofTheLast(
      arm_smmu_install_old_domain_invs({
        domain: 'domain',
        old_invs,
        to_unref: '&build',
        from: { pool: [], mayFail: false },
        version: 'v7.1',
        cpu: 1,
        unused: ['purge'],
      }),
    ),
    reset,
  ];
}

/** The last device leaves no trash to purge, as unref() cuts it off at the end of the array; and that nobody needs an
 *  entry any more is in the device's list already (users = 0). */
function ofTheLast(installOld: Stmt): readonly Stmt[] {
  const fn = 'arm_smmu_install_old_domain_invs';
  const { new_invs } = locals(fn, 'new_invs');
  const kept = replaceCalls([installOld], 'arm_smmu_invs_purge', () => [assign(new_invs, 0)]);
  const publish = ['rcu_assign_pointer(domain.invs, new_invs)', 'kfree_rcu(old_invs)'];
  const edits = [...publish.map((text) => drop(fn, text)), drop('arm_smmu_invs_unref', NO_USERS)];
  return edits.reduce<readonly Stmt[]>((body, e) => edit(body, e), kept);
}

const NO_USERS = 'WRITE_ONCE(build.inv[j].users, 0)';

const writeSte = (found: Ste, target: Ste): Stmt =>
  arm_smmu_write_ste({ smmu: 'smmu0', sid: SID, ste: 'ste0', cpu: 1 }, found, target, 'v7.1');

export function scenario(model: MemoryModel, p: Params): Scenario {
  const isAttached = p.device !== 'attached';
  const objects: ObjectDecl[] = [
    domainObject('invs0'),
    invsArray({ name: 'invs0', max: 2, invs: isAttached ? listOf(p, 1) : [] }),
    ...(isAttached ? [] : [invsArray({ name: 'invs1', max: 2, invs: null })]),
    invsArray({ name: 'build', max: 2, invs: listOf(p, 0) }),
    smmuObject('smmu0', 2),
    deviceObject('dev0', isAttached),
    steObject('ste0', isAttached ? translating(p) : abort),
    tableObject('pgd', [`&${PAGE}`]),
    pageObject(PAGE),
  ];
  const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
    edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);
  const second = p.device === 'stays' ? [] : isAttached ? detach(p) : attach(p);
  const name = isAttached ? 'arm_smmu_attach_dev_ste' : 'arm_smmu_attach_dev';
  return {
    model,
    objects,
    programs: [
      compile('CPU0', edited(unmap(p), p.unmapEdits)),
      ...(second.length === 0
        ? []
        : [compile('CPU1', edited([call(name, p.reorder(second))], p.attachEdits))]),
    ],
    smmus: [{ name: 'smmu0', streams: [{ sid: SID, ste: 'ste0', device: 'dev0' }], levels: 1 }],
    hardware: p.hardware,
  };
}
