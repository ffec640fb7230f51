/** Ways to make unref() a fence for readers of superseded arrays too (bugs.md 6): what the merged code lacks. */

import type { ObjectDecl } from '../../model/machine.ts';
import { binary } from '../../model/program/expression.ts';
import {
  locals,
  place,
  READ_ONCE,
  rcu_dereference,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  synchronize_rcu,
  write_lock,
  write_unlock,
} from '../../model/program/kernel.ts';
import { drop, type Edit, replace, type Stmt, whilst } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';
import type { Params } from './scenario.ts';

const reader = 'arm_smmu_domain_inv_range';
const { invs, now } = locals(reader, 'invs', 'now');
const domain = place('&A', 'invs');
const noArrayLock: readonly Edit[] = [
  drop(reader, 'read_lock(&invs->rwlock)'),
  drop(reader, 'read_unlock(&invs->rwlock)'),
];

/** Under the array's lock a reader looks whether the array still is the domain's; and whoever replaces it takes the
 *  lock for writing. */
export const recheck: Partial<Params> = {
  unmapEdits: [
    replace(reader, 'read_lock(&invs->rwlock)', [
      read_lock(place(invs, 'rwlock')),
      READ_ONCE(now, domain),
      whilst(binary('ne', now, invs), [
        read_unlock(place(invs, 'rwlock')),
        rcu_dereference(invs, domain),
        read_lock(place(invs, 'rwlock')),
        READ_ONCE(now, domain),
      ]),
    ]),
  ],
  rewrite: (body) =>
    ['arm_smmu_install_old_domain_invs', 'arm_smmu_install_new_domain_invs'].reduce(publishedUnderLock, body),
};

/** The new pointer is stored under the lock of the array that it replaces. */
const publishedUnderLock = (body: readonly Stmt[], fn: string): readonly Stmt[] => {
  const { old_invs } = locals(
    fn === 'arm_smmu_install_old_domain_invs' ? 'state->old_domain_invst' : 'state->new_domain_invst',
    'old_invs',
  );
  const inside = (s: Stmt): readonly Stmt[] => {
    if (s.kind === 'do')
      return s.text === 'rcu_assign_pointer(A.invs, new_invs)'
        ? [write_lock(place(old_invs, 'rwlock')), s, write_unlock(place(old_invs, 'rwlock'))]
        : [s];
    if (s.kind === 'if')
      return [{ ...s, body: s.body.flatMap(inside), otherwise: s.otherwise.flatMap(inside) }];
    return [{ ...s, body: s.body.flatMap(inside) }];
  };
  const has = JSON.stringify(body).includes(`"fn":"${fn}"`);
  return has ? replaceCalls(body, fn, (c) => [{ ...c, body: c.body.flatMap(inside) }]) : body;
};

const lock = place('&invs_rwlock', 'v');
const lockObject: ObjectDecl = {
  name: 'invs_rwlock',
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'v', cells: [0] }],
};

/** The lock belongs to the domain, and is taken before the array is looked up. */
export const domainLock: Partial<Params> = {
  extra: [lockObject],
  unmapEdits: [
    ...noArrayLock,
    replace(reader, 'rcu_dereference(A.invs)', [read_lock(lock), rcu_dereference(invs, domain)]),
    replace(reader, 'rcu_read_unlock()', [read_unlock(lock), rcu_read_unlock()]),
  ],
  attachEdits: [
    replace('arm_smmu_invs_unref', 'write_lock(&old_invs->rwlock)', [write_lock(lock)]),
    replace('arm_smmu_invs_unref', 'write_unlock(&old_invs->rwlock)', [write_unlock(lock)]),
  ],
};

/** No lock at all: whoever leaves waits for a grace period. */
export const synchronize: Partial<Params> = {
  unmapEdits: noArrayLock,
  rewrite: (body: readonly Stmt[]) =>
    replaceCalls(body, 'arm_smmu_invs_unref', (c) => [c, synchronize_rcu()]),
};
