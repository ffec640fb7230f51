/** What the variants change in arm_smmu_cmdq_issue_cmdlist() and what it calls. */
import { issuedProd, SET_OWNER_PROD } from '../../model/driver/cmdq-issue.ts';
import { as, READL_BARRIER } from '../../model/driver/cmdq-memory.ts';
import { WAIT_llq } from '../../model/driver/cmdq-poll.ts';
import { assign, type Local, locals, place, READ_ONCE, smp_rmb, store } from '../../model/program/kernel.ts';
import { drop, type Edit, replace } from '../../model/program/statement.ts';

const ISSUE = 'arm_smmu_cmdq_issue_cmdlist';
const READ_LOCK = 'atomic_read(&cmdq->lock)';
/** What a function of the lock has read of it. */
const lockValue = (fn: string): Local => locals(fn, 'val').val;

export const noBarrier: readonly Edit[] = [drop(ISSUE, 'dma_wmb()')];

export const interruptsOn: readonly Edit[] = [
  drop(ISSUE, 'local_irq_save(flags)'),
  drop(ISSUE, 'local_irq_restore(flags)'),
];

export const noValidMapWait: readonly Edit[] = [
  drop('arm_smmu_cmdq_poll_valid_map', 'atomic_long_cond_read_relaxed(ptr, (VAL & mask) == valid)'),
];

export const noOwnerWait: readonly Edit[] = [
  drop(ISSUE, 'atomic_cond_read_relaxed(&cmdq->owner_prod, VAL == llq.prod)'),
];

export const plainOwnerProd: readonly Edit[] = [
  replace(ISSUE, SET_OWNER_PROD, [
    as('atomic_set(&cmdq->owner_prod, prod)', store(place('&cmdq', 'owner_prod'), issuedProd)),
  ]),
];

/** Polling for space tries to get the lock each time, instead of waiting for somebody else to move cons. */
export const retryLock: readonly Edit[] = [
  replace('arm_smmu_cmdq_poll_until_not_full', WAIT_llq, [
    as('queue_poll(&qp)', READ_ONCE(lockValue('arm_smmu_cmdq_poll_until_not_full'), place('&cmdq', 'llq'))),
  ]),
];

export const relaxedReadl: readonly Edit[] = [drop('__arm_smmu_cmdq_poll_until_consumed', READL_BARRIER)];

/** Orders the poll of the MSI before the count of the lock, as the readl() of CONS is. */
export const orderedTryunlock: readonly Edit[] = [
  replace('arm_smmu_cmdq_shared_tryunlock', READ_LOCK, [
    smp_rmb(),
    as(READ_LOCK, READ_ONCE(lockValue('arm_smmu_cmdq_shared_tryunlock'), place('&cmdq', 'lock'))),
  ]),
];

export const noLock: readonly Edit[] = [
  replace('arm_smmu_cmdq_shared_lock', 'atomic_fetch_inc_relaxed(&cmdq->lock)', [
    assign(lockValue('arm_smmu_cmdq_shared_lock'), 0),
  ]),
  // Neither the last one out, nor with anything to unlock.
  replace('arm_smmu_cmdq_shared_tryunlock', READ_LOCK, [
    assign(lockValue('arm_smmu_cmdq_shared_tryunlock'), 2),
  ]),
  drop('arm_smmu_cmdq_shared_unlock', '(void)atomic_dec_return_release(&cmdq->lock)'),
];
