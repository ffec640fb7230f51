/** An SMMU goes away: its devices leave their domains, then it is switched off and its driver's data is freed
 *  (arm-smmu-v3.c, Linux 7.1; driver.md 5, 13). */
import type { ObjectDecl } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import {
  kfree,
  locals,
  mutex_lock,
  mutex_unlock,
  place,
  rcu_dereference,
  spin_lock,
  spin_unlock,
  store,
  synchronize_rcu,
  wmb,
} from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { abortSte, arm_smmu_install_ste_for_dev, type Ste, type Stream } from './attach.ts';
import { arm_smmu_install_old_domain_invs, type OldDomainInvs } from './install-invs.ts';

/** The registers of an SMMU as far as removal writes them: CR0, with CMDQEN and SMMUEN as one bit. */
export const registersOf = (smmu: string): string => `${smmu}_regs`;
export const registersObject = (smmu: string): ObjectDecl => ({
  name: registersOf(smmu),
  life: 'live',
  cut: 'cell',
  device: true,
  fields: [{ name: 'CR0', cells: [1] }],
});

/** A lock: a variable of its own. */
export const lockObject = (name: string): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'v', cells: [0] }],
});
const asidLock = place('&arm_smmu_asid_lock', 'v');
const deviceLock = place('&iommu_device_lock', 'v');

/** A device that leaves its domain for good. */
export interface Leaving {
  readonly stream: Stream;
  /** Words of its STE while it is attached. */
  readonly found: Ste;
  readonly old: Omit<OldDomainInvs, 'old_invs' | 'version' | 'cpu'>;
  readonly cpu: number;
}

/** Attaches a device to the blocked domain: no new array, and nothing that may fail. What abort does not use of the
 *  STE is left as it was, so that one store decides. */
export function arm_smmu_attach_dev_blocked({ stream, found, old, cpu }: Leaving): Stmt {
  const { old_invs } = locals('arm_smmu_attach_prepare_invs', 'old_invs');
  const target: readonly Value[] = found.map((word, q) => (q === 0 ? abortSte[0]! : word));
  return call('arm_smmu_attach_dev_blocked', [
    mutex_lock(asidLock),
    call('arm_smmu_attach_prepare_invs', [rcu_dereference(old_invs, place(`&${old.domain}`, 'invs'))]),
    arm_smmu_install_ste_for_dev({
      domain: old.domain,
      stream,
      found,
      target,
      vmid: 0,
      first: false,
      pool: [],
      cpu,
      version: 'v7.1',
    }),
    arm_smmu_install_old_domain_invs({ ...old, old_invs, cpu, version: 'v7.1' }),
    mutex_unlock(asidLock),
  ]);
}

/** Where a grace period is waited for, so that no reader of an array still has an entry of the SMMU. 7.1: nowhere. */
export type Waits = 'nowhere' | 'before its devices leave' | 'after its devices left';

/** Removes an SMMU with the devices behind it. */
export function arm_smmu_device_remove(smmu: string, devices: readonly Leaving[], waits: Waits): Stmt {
  const wait = (where: Waits): readonly Stmt[] => (waits === where ? [synchronize_rcu()] : []);
  return call('arm_smmu_device_remove', [
    ...wait('before its devices leave'),
    call('iommu_device_unregister', [
      ...devices.map(arm_smmu_attach_dev_blocked),
      // list_del(&iommu->list), which concerns nobody here. What was stored before is in memory before what follows.
      spin_lock(deviceLock),
      spin_unlock(deviceLock),
    ]),
    ...wait('after its devices left'),
    call('arm_smmu_device_disable', [arm_smmu_write_reg_sync(smmu)]),
  ]);
}

/** struct arm_smmu_device goes once arm_smmu_device_remove() has returned. */
export const devres_release_all = (smmu: string): Stmt => call('devres_release_all', [kfree(`&${smmu}`)]);

/** Writes CR0, and polls CR0ACK until the SMMU has taken notice: nothing that follows comes before. */
function arm_smmu_write_reg_sync(smmu: string): Stmt {
  const write = store(place(`&${registersOf(smmu)}`, 'CR0'), 0);
  return call('arm_smmu_write_reg_sync', [
    { ...write, text: `writel_relaxed(0, ${smmu}.CR0)` } as Stmt,
    { ...wmb(), text: `readl_relaxed_poll_timeout(${smmu}.CR0ACK)` } as Stmt,
  ]);
}
