/** smmu_domain->devices: which devices, under which PASIDs, a domain is attached to (arm-smmu-v3.c, Linux 7.1; driver.md
 *  2, 5, 9). The list is changed and walked under devices_lock. */
import type { ObjectDecl } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { binary, constant } from '../program/expression.ts';
import {
  irqrestore,
  irqsave,
  kfree,
  type Local,
  load,
  locals,
  type Operand,
  place,
  spin_lock,
  spin_unlock,
  store,
} from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';

/** `struct arm_smmu_domain`: its array, and the head of the list of its devices with its lock. */
export const domainObject = (name: string, invs: string, devices: Value): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [
    { name: 'invs', cells: [`&${invs}`] },
    { name: 'devices_lock', cells: [0] },
    { name: 'devices', cells: [devices] },
  ],
});

/** `struct arm_smmu_master_domain`: the device with the PASID, and the next one in the list. */
export const masterDomainObject = (name: string, ssid: number, next: Value): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [
    { name: 'ssid', cells: [ssid] },
    { name: 'next', cells: [next] },
  ],
});

const lockOf = (domain: Operand) => place(domain, 'devices_lock');
export const lockDevices = (domain: Operand): readonly Stmt[] => irqsave(spin_lock(lockOf(domain)));
export const unlockDevices = (domain: Operand): readonly Stmt[] => irqrestore(spin_unlock(lockOf(domain)));

/** list_for_each_entry(master_domain, &smmu_domain->devices, devices_elm). */
export function forEachDevice(domain: Operand, md: Local, body: readonly Stmt[]): readonly Stmt[] {
  return [load(md, place(domain, 'devices')), whilst(md, [...body, load(md, place(md, 'next'))])];
}

/** list_add(). */
export function arm_smmu_attach_prepare_master_domain(domain: Operand, md: string): Stmt {
  const fn = 'arm_smmu_attach_prepare';
  const { first } = locals(fn, 'first');
  return call(fn, [
    ...lockDevices(domain),
    load(first, place(domain, 'devices')),
    store(place(`&${md}`, 'next'), first),
    store(place(domain, 'devices'), `&${md}`),
    ...unlockDevices(domain),
  ]);
}

/** Takes the device off the list. `md`: the first in the list. `isLocked`: the caller has devices_lock already, as no
 *  kernel does. */
export function arm_smmu_remove_master_domain(domain: Operand, md: string, isLocked = false): Stmt {
  const fn = 'arm_smmu_remove_master_domain';
  const { found, next } = locals(fn, 'found', 'next');
  return call(fn, [
    ...(isLocked ? [] : lockDevices(domain)),
    load(found, place(domain, 'devices')),
    when(binary('eq', found, constant(`&${md}`)), [
      load(next, place(`&${md}`, 'next')),
      list_del(domain, next),
    ]),
    ...(isLocked ? [] : unlockDevices(domain)),
    kfree(`&${md}`),
  ]);
}

const list_del = (domain: Operand, next: Local): Stmt =>
  ({ ...store(place(domain, 'devices'), next), text: 'list_del(&master_domain->devices_elm)' }) as Stmt;
