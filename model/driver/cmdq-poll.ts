/** Waiting for the hardware: for space in a command queue, and for a CMD_SYNC (arm-smmu-v3.c, Linux 7.1). Time does
 *  not pass here: a wait that would time out is a deadlock. */
import { binary, type Expr, not } from '../program/expression.ts';
import type { Address } from '../program/instruction.ts';
import { assign, type Local, locals, READ_ONCE, smp_cond_load_relaxed } from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';
import { arm_smmu_cmdq_exclusive_trylock, arm_smmu_cmdq_exclusive_unlock } from './cmdq-lock.ts';
import {
  as,
  type CmdqPlaces,
  reading,
  readl_poll,
  readl_poll_relaxed,
  readl_relaxed,
  settle,
  WRITE_ONCE_cons,
} from './cmdq-memory.ts';
import type { Queue } from './queue.ts';

const READ_llq = 'READ_ONCE(cmdq->q.llq.val)';
const POLL_MSI = 'smp_cond_load_relaxed(cmd, !VAL)';
export const WAIT_llq = 'while (queue_full(llq)) READ_ONCE(cmdq->q.llq.val)';

/** Moves our copy of cons up by taking the queue for ourselves, or waits until somebody else does it. */
export function arm_smmu_cmdq_poll_until_not_full(q: Queue, at: CmdqPlaces, llq: Local): Stmt {
  const fn = 'arm_smmu_cmdq_poll_until_not_full';
  const { cons, reg, val } = locals(fn, 'cons', 'reg', 'val');
  return call(fn, [
    ...arm_smmu_cmdq_exclusive_trylock(
      at.lock,
      [
        readl_relaxed(reg, at.cons_reg, 'readl_relaxed(cmdq->q.cons_reg)'),
        ...settle(cons, reg, q.bits.position),
        // Storing what is there already, again and again, would only make more old values of the same.
        when(binary('ne', cons, q.cons(llq)), [WRITE_ONCE_cons(q, at.llq, cons)]),
        arm_smmu_cmdq_exclusive_unlock(at.lock),
        reading(q, as(READ_llq, READ_ONCE(val, at.llq))),
      ],
      [reading(q, as(WAIT_llq, smp_cond_load_relaxed(val, at.llq, not(q.queue_full(val)))))],
    ),
    ...settle(llq, val, q.bits.llq),
  ]);
}

/** Waits until the MSI has overwritten the CMD_SYNC in the slot `cmd`, at `prod`. Orders later stores only. `cons`: the
 *  position behind it. */
export function __arm_smmu_cmdq_poll_until_msi(
  q: Queue,
  cmd: Address,
  prod: Local,
  cons: Local,
  latest: boolean,
): Stmt {
  const fn = '__arm_smmu_cmdq_poll_until_msi';
  const { VAL } = locals(fn, 'VAL');
  return call(fn, [
    latest
      ? readl_poll_relaxed(VAL, cmd, not(VAL), POLL_MSI)
      : as(POLL_MSI, smp_cond_load_relaxed(VAL, cmd, not(VAL))),
    assign(cons, q.queue_inc_prod_n(prod, 1)),
  ]);
}

/** Waits until CONS is beyond the CMD_SYNC at `prod`. A readl(), so that whoever counted itself into the lock before
 *  a command that is consumed now is seen by arm_smmu_cmdq_shared_tryunlock(). */
export function __arm_smmu_cmdq_poll_until_consumed(
  q: Queue,
  at: CmdqPlaces,
  prod: Local,
  cons: Local,
): Stmt {
  const fn = '__arm_smmu_cmdq_poll_until_consumed';
  const { llq, reg } = locals(fn, 'llq', 'reg');
  const consumed: Expr = q.queue_consumed(cons, prod);
  return call(fn, [
    reading(q, as(READ_llq, READ_ONCE(llq, at.llq))),
    assign(cons, q.cons(llq)),
    whilst(not(consumed), readl_poll(cons, at.cons_reg, consumed, 'readl(cmdq->q.cons_reg)')),
    assign(reg, cons),
    ...settle(cons, reg, q.bits.position),
  ]);
}
