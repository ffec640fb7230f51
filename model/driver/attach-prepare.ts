/** Everything of an attach that can fail, and the publication of the new domain's array behind it (arm-smmu-v3.c,
 *  Linux 7.1; driver.md 5, A2 to A5). Callers hold arm_smmu_asid_lock. */
import { not } from '../program/expression.ts';
import {
  assign,
  atomic_void,
  choose,
  kfree,
  kzalloc,
  kzalloc_may_fail,
  type Local,
  load,
  locals,
  place,
  store,
} from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import { prepareAts } from './ats.ts';
import { arm_smmu_install_new_domain_invs } from './attach.ts';
import {
  type AttachState,
  atsMasterOf,
  type Fallible,
  placesOf,
  to_smmu_domain_devices,
  underDevicesLock,
} from './attach-state.ts';
import { arm_smmu_master_build_invs } from './build-invs.ts';
import { arm_smmu_invs_merge, ENOMEM, IS_ERR } from './invs-ops.ts';

const EINVAL = -22;

/** state->new_domain_invst, state->old_domain_invst, and what else was allocated. */
export const new_invst = locals('state->new_domain_invst', 'old_invs', 'new_invs');
export const old_invst = locals('state->old_domain_invst', 'old_invs');
const state = locals('state', 'vmaster', 'master_domain');
export const { vmaster } = state;
const { master_domain } = state;

const fails = (s: AttachState, what: Fallible): boolean => s.mayFail.includes(what);

/** Makes the new domain's array, and notes what the old domain's has to lose. The list in master->build_invs serves
 *  both, one after the other. */
export function arm_smmu_attach_prepare_invs(s: AttachState, ret: Local): Stmt {
  const [fresh, old] = [to_smmu_domain_devices(s.new_domain), s.old_domain];
  const from = { pool: s.pool.invs, mayFail: fails(s, 'invs') };
  const { old_invs, new_invs } = new_invst;
  const forNew =
    fresh === null
      ? []
      : [
          load(old_invs, place(`&${fresh.name}`, 'invs')),
          arm_smmu_master_build_invs(s.master, s.ats_enabled, s.ssid, fresh),
          arm_smmu_invs_merge(new_invs, old_invs, `&${s.master.build_invs}`, from, s.version),
          ...(fails(s, 'invs') ? [when(IS_ERR(new_invs), [assign(ret, new_invs)])] : []),
        ];
  const forOld =
    old === null
      ? []
      : [
          // Re-attached to the same domain, perhaps with another state of ATS.
          fresh?.name === old.name
            ? assign(old_invst.old_invs, new_invs)
            : load(old_invst.old_invs, place(`&${old.name}`, 'invs')),
          arm_smmu_master_build_invs(s.master, s.was, s.ssid, old),
        ];
  return call('arm_smmu_attach_prepare_invs', [
    ...forNew,
    ...(fails(s, 'invs') && fresh !== null ? [when(not(ret), forOld)] : forOld),
  ]);
}

/** ret = 0, or an error; then nothing has changed. */
export function arm_smmu_attach_prepare(s: AttachState, ret: Local): Stmt {
  const fresh = to_smmu_domain_devices(s.new_domain);
  const steps = fresh === null ? [] : newDomain(s, ret);
  const canFail = s.mayFail.length > 0 && fresh !== null;
  const ats = atsMasterOf(s);
  const disable = ats === null ? [] : prepareAts(ats, { was: s.was, is: s.ats_enabled });
  const unless = (body: readonly Stmt[]): readonly Stmt[] =>
    canFail && body.length > 0 ? [when(not(ret), body)] : body;
  return call('arm_smmu_attach_prepare', [
    ...(canFail ? [assign(ret, 0), assign(master_domain, 0), assign(vmaster, 0)] : []),
    arm_smmu_attach_prepare_invs(s, ret),
    ...steps.flatMap((step) => unless(step)),
    ...(canFail && fresh !== null ? unwind(s, ret) : []),
    ...unless(disable),
  ]);
}

/** Each step may set ret, and the next ones are left out then. */
function newDomain(s: AttachState, ret: Local): readonly (readonly Stmt[])[] {
  const { old_invs, new_invs } = new_invst;
  const d = to_smmu_domain_devices(s.new_domain)!;
  return [
    s.new_domain.type === 'nested' && s.master.isVirtual
      ? [call('arm_smmu_attach_prepare_vmaster', allocated(s, 'vmaster', vmaster, ret))]
      : [],
    allocated(s, 'master_domain', master_domain, ret),
    mayFail(s, 'iopf', 'arm_smmu_enable_iopf()', ret, 'arm_smmu_enable_iopf', ENOMEM),
    list(s, ret),
    [arm_smmu_install_new_domain_invs(d.name, old_invs, new_invs, s.version)],
  ];
}

function allocated(
  s: AttachState,
  what: 'vmaster' | 'master_domain',
  to: Local,
  ret: Local,
): readonly Stmt[] {
  const pool = s.pool[what];
  if (!fails(s, what)) return [kzalloc(to, pool)];
  return [...kzalloc_may_fail(to, pool), when(not(to), [assign(ret, ENOMEM)])];
}

function mayFail(
  s: AttachState,
  what: Fallible,
  text: string,
  ret: Local,
  fn: string,
  error: number,
): readonly Stmt[] {
  const { ok } = locals(fn, 'ok');
  if (!fails(s, what)) return [];
  return [call(fn, [choose(ok, `${text} succeeds`, [1, 0]), when(not(ok), [assign(ret, error)])])];
}

/** The domain knows the device from now on: both domains will send ATS invalidations until the attach is done. */
function list(s: AttachState, ret: Local): readonly Stmt[] {
  const d = to_smmu_domain_devices(s.new_domain)!;
  const [first, second] = placesOf(d, s.master, s.ssid);
  const isReattach = s.old_domain?.name === d.name;
  const add = [
    ...(s.ats_enabled ? [atomic_void('add', place(`&${d.name}`, 'nr_ats_masters'), 1)] : []),
    // The one object of its pool, by name: a pointer that is not stored as such leaves the new array private.
    store(isReattach ? second : first, `&${s.pool.master_domain[0]}`),
  ];
  const canwbs = mayFail(s, 'coherency', 'arm_smmu_master_canwbs()', ret, 'arm_smmu_master_canwbs', EINVAL);
  return underDevicesLock(d, canwbs.length === 0 ? add : [...canwbs, when(not(ret), add)]);
}

/** In the reverse order. Nothing was shown to anybody. */
function unwind(s: AttachState, ret: Local): readonly Stmt[] {
  const { new_invs } = new_invst;
  const free = (x: Local): Stmt => when(x, [kfree(x)]);
  const later = s.mayFail.filter((what) => what !== 'invs');
  const body = [
    ...(later.some((what) => what === 'iopf' || what === 'coherency') ? [free(master_domain)] : []),
    ...(s.pool.vmaster.length > 0 && later.some((what) => what !== 'vmaster') ? [free(vmaster)] : []),
    ...(later.length > 0 ? [when(not(IS_ERR(new_invs)), [kfree(new_invs)])] : []),
  ];
  return body.length === 0 ? [] : [when(ret, body)];
}
