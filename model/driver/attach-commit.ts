/** The rest of an attach, once the new configuration is in place: ATS, and leaving the old domain (arm-smmu-v3.c,
 *  v9 and Linux 7.1; driver.md 5, A7 to A10). Nothing of it can fail. Callers hold arm_smmu_asid_lock. */
import {
  assign,
  atomic_void,
  kfree,
  load,
  locals,
  mutex_lock,
  mutex_unlock,
  place,
  store,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { NO_PASID } from '../smmu/scopes.ts';
import { commitAts } from './ats.ts';
import { old_invst, vmaster } from './attach-prepare.ts';
import {
  type AttachContext,
  type AttachState,
  atsMasterOf,
  isPasid,
  placesOf,
  type SmmuDomain,
  underDevicesLock,
} from './attach-state.ts';
import { arm_smmu_install_old_domain_invs } from './install-invs.ts';

export function arm_smmu_attach_commit(s: AttachState): Stmt {
  const ats = atsMasterOf(s);
  const ssid = isPasid(s.ssid) ? s.ssid : NO_PASID;
  return call('arm_smmu_attach_commit', [
    ...(s.master.isVirtual ? [arm_smmu_attach_commit_vmaster(s)] : []),
    ...(ats === null ? [] : commitAts(ats, { was: s.was, is: s.ats_enabled }, ssid)),
    ...(s.old_domain === null
      ? []
      : [arm_smmu_remove_master_domain(s, s.old_domain, s.ssid), installOldDomainInvs(s, s.old_domain)]),
    ...(ats === null ? [] : [noteAts(s)]),
  ]);
}

/** Last: until here it says how the old domain was left. */
const noteAts = (s: AttachState): Stmt =>
  store(place(`&${s.master.name}`, 'ats_enabled'), Number(s.ats_enabled));

export const installOldDomainInvs = (c: AttachContext, old: SmmuDomain): Stmt =>
  arm_smmu_install_old_domain_invs({
    domain: old.name,
    old_invs: old_invst.old_invs,
    to_unref: `&${c.master.build_invs}`,
    from: { pool: c.pool.invs, mayFail: c.purgeMayFail },
    version: c.version,
    cpu: c.cpu,
    unused: c.unused,
  });

/** The vSMMU's events find the device through its vmaster. */
function arm_smmu_attach_commit_vmaster(s: AttachState): Stmt {
  const lock = place('&streams_mutex', 'v');
  const at = place(`&${s.master.name}`, 'vmaster');
  const { old } = locals('arm_smmu_attach_commit_vmaster', 'old');
  return call('arm_smmu_attach_commit_vmaster', [
    ...(s.new_domain.type === 'nested' ? [] : [assign(vmaster, 0)]),
    mutex_lock(lock),
    load(old, at),
    when(old, [optional([kfree(old)])]),
    store(at, vmaster),
    mutex_unlock(lock),
  ]);
}

/** Whether the count goes down is decided by what ATS was in the old domain (685ca577b408). */
export function arm_smmu_remove_master_domain(c: AttachContext, old: SmmuDomain, ssid: number): Stmt {
  const { master_domain, ats } = locals('arm_smmu_remove_master_domain', 'master_domain', 'ats');
  const [first, second] = placesOf(old, c.master, ssid);
  return call('arm_smmu_remove_master_domain', [
    ...underDevicesLock(old, [
      call('arm_smmu_find_master_domain', [
        load(master_domain, second),
        when(
          master_domain,
          [optional([store(second, 0)])],
          [optional([load(master_domain, first), store(first, 0)])],
        ),
      ]),
      ...(c.master.device === null
        ? []
        : [
            load(ats, place(`&${c.master.name}`, 'ats_enabled')),
            when(ats, [optional([atomic_void('sub', place(`&${old.name}`, 'nr_ats_masters'), 1)])]),
          ]),
    ]),
    kfree(master_domain),
  ]);
}
