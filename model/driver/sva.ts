/** Sharing a process's page table with a device: its invalidations, the end of the process, and the end of the sharing
 *  (arm-smmu-v3-sva.c and arm-smmu-v3.c, Linux 7.1; driver.md 9). The SMMU has no E2H, and the device no ATS. */
import type { Value } from '../program/expression.ts';
import { binary, constant, not } from '../program/expression.ts';
import {
  assign,
  kfree,
  kfree_rcu,
  type Local,
  load,
  locals,
  mutex_lock,
  mutex_unlock,
  type Operand,
  place,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  store,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { type CdWriter, cdWriter } from './entry-writers.ts';
import { arm_smmu_install_old_domain_invs } from './install-invs.ts';
import { INV_TYPE_S1_ASID } from './inv-entries.ts';
import { arm_smmu_domain_inv_range } from './inv-range.ts';
import { type Cd, clearedCd } from './make-cd.ts';
import {
  arm_smmu_remove_master_domain,
  forEachDevice,
  lockDevices,
  unlockDevices,
} from './master-domains.ts';
import { arm_smmu_write_entry_raced, type RacedEntry } from './write-entry-raced.ts';

/** A domain of a process, one device that it is bound to, and what that device's CD may hold at any time. */
export interface Bond {
  readonly domain: string;
  readonly md: string;
  /** The object of the master: its cell `used_ssids`. */
  readonly master: string;
  readonly cd: CdWriter;
  /** Every combination of words that may be found. */
  readonly founds: readonly Cd[];
  /** How the compiler reads the CD (write-entry-raced.ts). */
  readonly reads: RacedEntry['reads'];
}

const domainTypes = [INV_TYPE_S1_ASID] as const;

/** Invalidates everything of the domain (size 0), wherever its array says. */
export const arm_smmu_domain_inv = (domain: Operand, cpu: number): Stmt =>
  call('arm_smmu_domain_inv', [inv_range(domain, { page: 0, pages: 0 }, cpu)]);

/** An array with the tag only leaves the search for the next entry unused. */
const inv_range = (domain: Operand, r: { page: number; pages: number }, cpu: number): Stmt =>
  optional([
    arm_smmu_domain_inv_range({
      domain,
      range: { iova: BigInt(r.page) << 12n, size: BigInt(r.pages) << 12n, granule: 0x1000n, leaf: false },
      types: domainTypes,
      range_inv: null,
      entries: 1,
      cpu,
      version: 'v7.1',
    }),
  ]);

/** Called when the process has changed its page table, between its own TLBI and the DSB that waits for that. */
export const arm_smmu_mm_arch_invalidate_secondary_tlbs = (
  domain: Operand,
  range: { readonly page: number; readonly pages: number },
  cpu: number,
): Stmt => call('arm_smmu_mm_arch_invalidate_secondary_tlbs', [inv_range(domain, range, cpu)]);

/** Writes a CD and counts the substreams in use, by plain accesses. A word 0 that is not 0 has V here. */
export function arm_smmu_write_cd_entry_raced({ master, cd, founds, reads }: Bond, target: Cd): Stmt {
  const fn = 'arm_smmu_write_cd_entry';
  const { cur, used_ssids } = locals(fn, 'cur', 'used_ssids');
  const used = place(`&${master}`, 'used_ssids');
  const isValid = target[0] !== 0;
  const differs = binary(isValid ? 'eq' : 'ne', cur, constant(0));
  const count = [
    load(used_ssids, used),
    store(used, binary(isValid ? 'add' : 'sub', used_ssids, constant(1))),
    assign(used_ssids, 0),
  ];
  return call(fn, [
    load(cur, place(`&${cd.cdtab}`, `cd${cd.ssid}`, 0)),
    // A CD that becomes valid because the process exits is not foreseen.
    when(differs, isValid ? [optional(count)] : count),
    assign(cur, 0),
    arm_smmu_write_entry_raced(cdWriter(cd), { founds, target, reads }),
  ]);
}

/** The process exits: walks stop, on every device in the list, while the CDs stay valid; later faults then stall or are
 *  terminated quietly. arm_smmu_asid_lock is not taken; `asidLock`: if it were. */
export function arm_smmu_mm_release(bond: Bond, domain: Operand, target: Cd, asidLock: boolean): Stmt {
  const fn = 'arm_smmu_mm_release';
  const { master_domain, ssid } = locals(fn, 'master_domain', 'ssid');
  return call(fn, [
    ...(asidLock ? [mutex_lock(asidMutex)] : []),
    ...lockDevices(domain),
    ...forEachDevice(domain, master_domain, [
      load(ssid, place(master_domain, 'ssid')),
      arm_smmu_write_cd_entry_raced(bond, target),
    ]),
    ...unlockDevices(domain),
    ...(asidLock ? [mutex_unlock(asidMutex)] : []),
    arm_smmu_domain_inv(domain, bond.cd.cpu),
  ]);
}

const asidMutex = place('&arm_smmu_asid_lock', 'v');

/** In which order a detach clears the CD and takes the device off the list. 7.1: 'CD first'. */
export type DetachOrder = 'CD first' | 'list first' | 'both under devices_lock';

export interface Detach {
  readonly bond: Bond;
  readonly order: DetachOrder;
  /** The device's list, as arm_smmu_master_build_invs() made it. */
  readonly build: string;
  /** Set once it is over. */
  readonly done: Local;
}

/** arm_smmu_blocking_set_dev_pasid(): a PASID is set free. Nobody keeps the process from exiting meanwhile. */
export function arm_smmu_blocking_set_dev_pasid({ bond, order, build, done }: Detach): readonly Stmt[] {
  const { domain, md, cd } = bond;
  const { old_invs } = locals('arm_smmu_attach_prepare_invs', 'old_invs');
  const clear = call('arm_smmu_clear_cd', [arm_smmu_write_cd_entry_raced(bond, clearedCd)]);
  const remove = arm_smmu_remove_master_domain(`&${domain}`, md, order === 'both under devices_lock');
  const both: Readonly<Record<DetachOrder, readonly Stmt[]>> = {
    'CD first': [clear, remove],
    'list first': [remove, clear],
    'both under devices_lock': [...lockDevices(`&${domain}`), clear, remove, ...unlockDevices(`&${domain}`)],
  };
  return [
    call('arm_smmu_blocking_set_dev_pasid', [
      mutex_lock(asidMutex),
      call('arm_smmu_attach_prepare_invs', [rcu_dereference(old_invs, place(`&${domain}`, 'invs'))]),
      ...both[order],
      arm_smmu_install_old_domain_invs({
        domain,
        old_invs,
        to_unref: `&${build}`,
        from: { pool: [], mayFail: false },
        version: 'v7.1',
        cpu: cd.cpu,
        unused: ['purge'],
      }),
      mutex_unlock(asidMutex),
    ]),
    assign(old_invs, 0),
    assign(done, 1),
  ];
}

/** How the domain's memory goes: by the notifier's SRCU callback, or at once, as no kernel does. */
export type DomainMemory = 'mmu_notifier_put' | 'kfree';

/** The last device is gone, and the array is empty: arm_smmu_domain_inv() finds nothing to do, since the tag was flushed
 *  by the detach. Then the ASID may be used again. */
export function arm_smmu_sva_domain_free(bond: Bond, mm: string, memory: DomainMemory): Stmt {
  const { domain, cd } = bond;
  const freeing = memory === 'kfree' ? kfree(`&${domain}`) : call_srcu(`&${domain}`);
  return call('arm_smmu_sva_domain_free', [
    optional([arm_smmu_domain_inv(`&${domain}`, cd.cpu)]),
    xa_erase,
    call('mmu_notifier_put', [store(place(`&${mm}`, 'notifiers'), 0), freeing]),
  ]);
}

/** arm_smmu_asid_xa, of which one ASID is looked at: who has it, or 0. */
export const ASID_XA = 'arm_smmu_asid_xa';
const xa_erase: Stmt = {
  ...store(place(`&${ASID_XA}`, 'v'), 0),
  text: 'xa_erase(&arm_smmu_asid_xa, asid)',
} as Stmt;

/** The notifiers of an mm are a list under SRCU, which is taken for RCU here: both make the same promise. */
const call_srcu = (domain: Value): Stmt =>
  ({ ...kfree_rcu(domain), text: `call_srcu(&srcu, mmu_notifier_free_srcu)` }) as Stmt;
const srcu_read_lock = (): Stmt => ({ ...rcu_read_lock(), text: 'srcu_read_lock(&srcu)' }) as Stmt;
const srcu_read_unlock = (): Stmt => ({ ...rcu_read_unlock(), text: 'srcu_read_unlock(&srcu)' }) as Stmt;

/** Calls what a notifier of the mm does, if there is one still. `body` gets the domain that it is part of. */
export function mmu_notifier_call(fn: string, mm: string, body: (domain: Local) => readonly Stmt[]): Stmt {
  const { subscription } = locals(fn, 'subscription');
  return call(fn, [
    srcu_read_lock(),
    rcu_dereference(subscription, place(`&${mm}`, 'notifiers')),
    when(subscription, body(subscription)),
    assign(subscription, 0),
    srcu_read_unlock(),
  ]);
}

/** arm_smmu_sva_domain_alloc(): dst = whether the ASID was free, and is the new domain's. */
export function arm_smmu_sva_domain_alloc(dst: Local, domain: string): Stmt {
  const fn = 'arm_smmu_sva_domain_alloc';
  const { entry } = locals(fn, 'entry');
  const asid = place(`&${ASID_XA}`, 'v');
  return call(fn, [
    load(entry, asid),
    assign(dst, not(entry)),
    when(not(entry), [{ ...store(asid, `&${domain}`), text: 'xa_alloc(&arm_smmu_asid_xa)' } as Stmt]),
  ]);
}
