/** Attaching a device to a domain, of whatever kind (arm-smmu-v3.c, arm-smmu-v3-iommufd.c, Linux 7.1; driver.md 5). Each function gives the program, and how the device is attached then. */

import { not } from '../program/expression.ts';
import { type Local, locals, mutex_lock, mutex_unlock } from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import { STE_1_S1DSS_BYPASS, STE_1_S1DSS_TERMINATE } from '../smmu/ste.ts';
import { arm_smmu_attach_commit } from './attach-commit.ts';
import { arm_smmu_attach_prepare } from './attach-prepare.ts';
import {
  type AttachContext,
  type Attachment,
  type AttachState,
  asidLock,
  type IommuDomain,
  type NestedDomain,
  type SmmuDomain,
  to_smmu_domain_devices,
} from './attach-state.ts';
import { arm_smmu_write_cd_entry, arm_smmu_write_ste } from './entry-writers.ts';
import { IOMMU_NO_PASID } from './inv-entries.ts';
import { arm_smmu_make_s1_cd, type Cd, clearedCd } from './make-cd.ts';
import {
  arm_smmu_make_abort_ste,
  arm_smmu_make_bypass_ste,
  arm_smmu_make_cdtable_ste,
  arm_smmu_make_nested_cd_table_ste,
  arm_smmu_make_s2_domain_ste,
  type Ste,
} from './make-ste.ts';

export interface Transition {
  readonly body: readonly Stmt[];
  readonly next: Attachment;
}

export const attached: Attachment = {
  domain: { type: 'blocked' },
  pasids: {},
  ats: false,
  ste: arm_smmu_make_abort_ste(),
  cds: [],
};

export const ssidsInUse = ({ pasids }: Attachment): boolean => Object.keys(pasids).length > 0;

/** What arm_smmu_attach_dev() and arm_smmu_attach_dev_nested() return. */
export const { ret: attachRet } = locals('arm_smmu_attach_dev', 'ret');

export const stateOf = (
  c: AttachContext,
  was: Attachment,
  new_domain: IommuDomain,
  old_domain: IommuDomain | null,
  ssid: number,
  ats_enabled: boolean,
): AttachState => ({
  ...c,
  new_domain,
  old_domain: old_domain === null ? null : to_smmu_domain_devices(old_domain),
  ssid,
  was: was.ats,
  ats_enabled: ats_enabled && c.master.device !== null,
});

/** Prepares, and unless that fails, goes on. */
export function underAsidLock(s: AttachState, ret: Local, then: readonly Stmt[]): readonly Stmt[] {
  const canFail = s.mayFail.length > 0 && to_smmu_domain_devices(s.new_domain) !== null;
  return [
    mutex_lock(asidLock),
    arm_smmu_attach_prepare(s, ret),
    ...(canFail ? [when(not(ret), then)] : then),
    mutex_unlock(asidLock),
  ];
}

export function arm_smmu_attach_dev(c: AttachContext, was: Attachment, d: SmmuDomain): Transition {
  const s = stateOf(c, was, d, was.domain, IOMMU_NO_PASID, true);
  const ats = s.ats_enabled;
  const cd = d.stage === 'S2' ? clearedCd : arm_smmu_make_s1_cd(d.tag, d.ttb);
  const [writeCd, cds] = cdWritten(c, was, IOMMU_NO_PASID, cd);
  const ste =
    d.stage === 'S2'
      ? arm_smmu_make_s2_domain_ste({ vmid: d.tag, ttb: d.ttb, ats })
      : arm_smmu_make_cdtable_ste({ cdtab: `&${c.master.cdtab}`, ats });
  const installSte = arm_smmu_install_ste_for_dev(c, was.ste, ste);
  return {
    body: [
      call('arm_smmu_attach_dev', [
        ...underAsidLock(s, attachRet, [
          ...(d.stage === 'S2' ? [installSte, ...writeCd] : [...writeCd, installSte]),
          arm_smmu_attach_commit(s),
        ]),
      ]),
    ],
    next: { ...was, domain: d, ats, ste, cds },
  };
}

/** The guest's STE decides, and whether ATS is on: if the guest does not think that it is, it sends no ATC_INV. */
export function arm_smmu_attach_dev_nested(c: AttachContext, was: Attachment, d: NestedDomain): Transition {
  const disable_ats = d.vste === 'S1' && !d.enable_ats;
  const s = stateOf(c, was, d, was.domain, IOMMU_NO_PASID, !disable_ats);
  const stage2 = { vmid: d.s2_parent.tag, ttb: d.s2_parent.ttb, ats: s.ats_enabled };
  const stes: Readonly<Record<NestedDomain['vste'], () => Ste>> = {
    S1: () => arm_smmu_make_nested_cd_table_ste({ ...stage2, cdtab: d.cdtab }),
    bypass: () => arm_smmu_make_s2_domain_ste(stage2),
    abort: arm_smmu_make_abort_ste,
  };
  const ste = stes[d.vste]();
  return {
    body: [
      call('arm_smmu_attach_dev_nested', [
        ...underAsidLock(s, attachRet, [
          arm_smmu_install_ste_for_dev(c, was.ste, ste),
          arm_smmu_attach_commit(s),
        ]),
      ]),
    ],
    next: { ...was, domain: d, ats: s.ats_enabled, ste },
  };
}

/** arm_smmu_attach_dev_blocked(), arm_smmu_attach_dev_identity(): need no new array, and nobody looks at what
 *  arm_smmu_attach_prepare() returns. */
export function arm_smmu_attach_dev_ste(
  c: AttachContext,
  was: Attachment,
  type: 'blocked' | 'identity',
): Transition {
  const inUse = ssidsInUse(was);
  const s = stateOf(c, was, { type }, was.domain, IOMMU_NO_PASID, inUse);
  const s1dss = type === 'identity' ? STE_1_S1DSS_BYPASS : STE_1_S1DSS_TERMINATE;
  const plain = type === 'identity' ? arm_smmu_make_bypass_ste() : arm_smmu_make_abort_ste();
  const ste = inUse
    ? arm_smmu_make_cdtable_ste({ cdtab: `&${c.master.cdtab}`, ats: s.ats_enabled, s1dss })
    : plain;
  const [clear, cds] = cdWritten(c, was, IOMMU_NO_PASID, clearedCd);
  const { ret } = locals('arm_smmu_attach_dev_ste', 'ret');
  return {
    body: [
      call(`arm_smmu_attach_dev_${type}`, [
        call('arm_smmu_attach_dev_ste', [
          ...underAsidLock(s, ret, [
            arm_smmu_install_ste_for_dev(c, was.ste, ste),
            arm_smmu_attach_commit(s),
          ]),
          ...clear,
        ]),
      ]),
    ],
    next: { ...was, domain: { type }, ats: s.ats_enabled, ste, cds },
  };
}

/** Writes the STE of each stream. */
export function arm_smmu_install_ste_for_dev(
  { master: m, cpu, version }: AttachContext,
  found: Ste,
  target: Ste,
): Stmt {
  const write = (sid: number): Stmt =>
    arm_smmu_write_ste({ smmu: m.smmu, sid, ste: m.stes[sid]!, cpu }, found, target, version);
  return call('arm_smmu_install_ste_for_dev', [...new Set(m.streams)].map(write));
}

/** Writes or clears a CD; nothing if there is no CD table. */
export function cdWritten(
  { master: m, cpu, version }: AttachContext,
  was: Attachment,
  ssid: number,
  target: Cd,
): readonly [readonly Stmt[], readonly Cd[]] {
  if (m.cdtab === null) return [[], was.cds];
  const found = was.cds[ssid] ?? clearedCd;
  const writer = { smmu: m.smmu, sids: m.streams, cdtab: m.cdtab, ssid, cpu };
  const write = arm_smmu_write_cd_entry(writer, found, target, version);
  const cds = was.cds.map((cd, n) => (n === ssid ? target : cd));
  return [[target === clearedCd ? call('arm_smmu_clear_cd', [write]) : write], cds];
}
