/** A domain of a process comes and goes, with its ASID and its notifier (arm-smmu-v3-sva.c, mm/mmu_notifier.c, Linux 7.1;
 *  driver.md 9). */
import type { Value } from '../program/expression.ts';
import { not } from '../program/expression.ts';
import {
  assign,
  kfree,
  kfree_rcu,
  type Local,
  load,
  locals,
  place,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  store,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_domain_inv, type Bond } from './sva.ts';

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
