/** What happens to an ATC_INV that the device does not answer: the CMD_SYNC behind it stops the queue with
 *  CERROR_ATC_INV_SYNC, and the interrupt handler lets it run again (arm_smmu_gerror_handler(), arm_smmu_cmdq_skip_err(),
 *  arm-smmu-v3.c, Linux 7.1; bugs.md 23). `Recovery` 'reported' is the design of the series that recovers ATC timeouts
 *  (first posted 4 Mar 2026) in outline: the handler notes the CMD_SYNC, its waiter finds the note and returns an error. */
import { binary, constant, type Expr } from '../program/expression.ts';
import { atomic_fetch, atomic_void, type Local, locals, type Operand } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { syncPosition } from './cmdq-issue.ts';
import { as, atomic, cmdqPlaces, readl_poll_relaxed, readl_relaxed, settle, writel } from './cmdq-memory.ts';
import type { Queue } from './queue.ts';

export type Recovery = 'v7.1' | 'reported';

export const SET_BIT = 'set_bit(Q_IDX(&q->llq, cons), cmdq->atc_sync_timeouts)';
export const TEST_BIT = 'test_and_clear_bit(Q_IDX(&llq, llq.prod), cmdq->atc_sync_timeouts)';

const bitOf = (q: Queue, position: Operand): Expr => binary('shl', constant(1), q.Q_IDX(position));

/** The handler of the one error that can come: it waits for the interrupt, which may never be raised. */
export function arm_smmu_gerror_handler(q: Queue, cmdq: Operand, recovery: Recovery): Stmt {
  const fn = 'arm_smmu_gerror_handler';
  const { gerror } = locals(fn, 'gerror');
  const at = cmdqPlaces(cmdq);
  return call(fn, [
    readl_poll_relaxed(gerror, at.gerror, gerror, 'gerror = readl_relaxed(smmu->base + ARM_SMMU_GERROR)'),
    arm_smmu_cmdq_skip_err(q, cmdq, recovery),
    ...writel(gerror, at.gerrorn, 'writel(gerror, smmu->base + ARM_SMMU_GERRORN)'),
  ]);
}

/** CMDQ_ERR_CERROR_ATC_INV_IDX: "CONS is still pointing at the CMD_SYNC", which will be repeated. */
function arm_smmu_cmdq_skip_err(q: Queue, cmdq: Operand, recovery: Recovery): Stmt {
  const fn = 'arm_smmu_cmdq_skip_err';
  const { reg, cons } = locals(fn, 'reg', 'cons');
  const at = cmdqPlaces(cmdq);
  return call(fn, [
    readl_relaxed(reg, at.cons_reg, 'cons = readl_relaxed(q->cons_reg)'),
    ...(recovery === 'v7.1'
      ? []
      : [
          ...settle(cons, reg, q.bits.position),
          atomic(SET_BIT, atomic_void('or', at.atc_sync_timeouts, bitOf(q, cons))),
        ]),
  ]);
}

/** `ret` = what the waiter of the CMD_SYNC that was issued last returns: not 0 if an ATC_INV before it timed out. */
export function atcTimedOut(ret: Local, q: Queue, cmdq: Operand): Stmt {
  return call('arm_smmu_cmdq_issue_cmdlist', [
    as(
      TEST_BIT,
      atomic_fetch('andnot', ret, cmdqPlaces(cmdq).atc_sync_timeouts, bitOf(q, syncPosition), 'full'),
    ),
  ]);
}
