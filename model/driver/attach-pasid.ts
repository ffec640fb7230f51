/** Attaching a PASID of a device to a domain, and removing it (arm-smmu-v3.c, Linux 7.1; driver.md 5). */
import { locals, mutex_lock, mutex_unlock } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { STE_1_S1DSS_BYPASS, STE_1_S1DSS_TERMINATE } from '../smmu/ste.ts';
import { arm_smmu_atc_inv_master } from './ats.ts';
import {
  arm_smmu_attach_commit,
  arm_smmu_remove_master_domain,
  installOldDomainInvs,
} from './attach-commit.ts';
import {
  arm_smmu_attach_dev_ste,
  arm_smmu_install_ste_for_dev,
  attachRet,
  cdWritten,
  ssidsInUse,
  stateOf,
  type Transition,
  underAsidLock,
} from './attach-dev.ts';
import { arm_smmu_attach_prepare_invs } from './attach-prepare.ts';
import {
  type AttachContext,
  type Attachment,
  asidLock,
  atsMasterOf,
  type SmmuDomain,
} from './attach-state.ts';
import { arm_smmu_make_s1_cd, clearedCd } from './make-cd.ts';
import { arm_smmu_make_cdtable_ste, type Ste } from './make-ste.ts';

/** arm_smmu_s1_set_dev_pasid(): the RID stays where it is, and the STE points to the CD table from now on. */
export function arm_smmu_set_pasid(
  c: AttachContext,
  was: Attachment,
  pasid: number,
  d: SmmuDomain,
): Transition {
  const s = stateOf(c, was, d, was.pasids[pasid] ?? null, pasid, true);
  const [writeCd, cds] = cdWritten(c, was, pasid, arm_smmu_make_s1_cd(d.tag, d.ttb));
  const [updateSte, ste] = arm_smmu_update_ste(c, was, s.ats_enabled);
  return {
    body: [
      call('arm_smmu_set_pasid', [
        ...underAsidLock(s, attachRet, [...writeCd, ...updateSte, arm_smmu_attach_commit(s)]),
      ]),
    ],
    next: { ...was, pasids: { ...was.pasids, [pasid]: d }, ats: s.ats_enabled, ste, cds },
  };
}

function arm_smmu_update_ste(
  c: AttachContext,
  was: Attachment,
  ats: boolean,
): readonly [readonly Stmt[], Ste] {
  if (was.domain.type === 'paging') return [[], was.ste]; // stage 1: it points there already
  const s1dss = was.domain.type === 'identity' ? STE_1_S1DSS_BYPASS : STE_1_S1DSS_TERMINATE;
  const ste = arm_smmu_make_cdtable_ste({ cdtab: `&${c.master.cdtab}`, ats, s1dss });
  return [[call('arm_smmu_update_ste', [arm_smmu_install_ste_for_dev(c, was.ste, ste)])], ste];
}

/** Removes a PASID. With the last one, an STE that pointed to the CD table for its sake does not any more. */
export function arm_smmu_blocking_set_dev_pasid(
  c: AttachContext,
  was: Attachment,
  pasid: number,
): Transition {
  const old = was.pasids[pasid]!;
  const s = stateOf(c, was, { type: 'blocked' }, old, pasid, was.ats);
  const { [pasid]: _, ...pasids } = was.pasids;
  const [clear, cds] = cdWritten(c, was, pasid, clearedCd);
  const ats = atsMasterOf(c);
  const { ret } = locals('arm_smmu_blocking_set_dev_pasid', 'ret');
  const after: Attachment = { ...was, pasids, cds };
  const { type } = was.domain;
  const downgraded =
    !ssidsInUse(after) && (type === 'identity' || type === 'blocked')
      ? arm_smmu_attach_dev_ste(c, after, type)
      : { body: [], next: after };
  return {
    body: [
      call('arm_smmu_blocking_set_dev_pasid', [
        mutex_lock(asidLock),
        arm_smmu_attach_prepare_invs({ ...s, mayFail: [] }, ret),
        ...clear,
        ...(ats !== null && was.ats ? [arm_smmu_atc_inv_master(ats, pasid)] : []),
        arm_smmu_remove_master_domain(c, old, pasid),
        installOldDomainInvs(c, old),
        mutex_unlock(asidLock),
        ...downgraded.body,
      ]),
    ],
    next: downgraded.next,
  };
}
