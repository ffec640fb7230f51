/** The lock of a command queue: taken as shared by everyone who waits for a CMD_SYNC, and as exclusive by who moves
 *  cmdq->q.llq.cons up to CONS because the queue is full (arm-smmu-v3.c, Linux 7.1; driver.md 8). */
import { binary, constant, type Expr, not } from '../program/expression.ts';
import type { Address } from '../program/instruction.ts';
import {
  assign,
  atomic_fetch,
  cmpxchg,
  type Local,
  locals,
  READ_ONCE,
  smp_cond_load_relaxed,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { as, atomic, atomic_dec_return_release, equals } from './cmdq-memory.ts';

/** Statements that a scenario has use for, or keeps without: not counted for coverage then. */
export const where = (used: boolean, body: readonly Stmt[]): readonly Stmt[] =>
  used ? body : [optional(body)];

const INT_MIN = -(2 ** 31);

/** Counts itself in; while somebody holds the lock exclusively the count is negative, and stays behind when the sign
 *  goes: no reader is starved. */
export function arm_smmu_cmdq_shared_lock(lock: Address, mayWait: boolean): Stmt {
  const fn = 'arm_smmu_cmdq_shared_lock';
  const { val } = locals(fn, 'val');
  return call(fn, [
    atomic('atomic_fetch_inc_relaxed(&cmdq->lock)', atomic_fetch('add', val, lock, 1, 'relaxed')),
    // Only who finds the queue full takes the lock exclusively.
    ...where(mayWait, [
      when(binary('lt', val, constant(0)), [
        as(
          'atomic_cond_read_relaxed(&cmdq->lock, VAL > 0)',
          smp_cond_load_relaxed(val, lock, binary('gt', val, constant(0))),
        ),
      ]),
    ]),
  ]);
}

export function arm_smmu_cmdq_shared_unlock(lock: Address): Stmt {
  return call('arm_smmu_cmdq_shared_unlock', [
    atomic_dec_return_release(lock, '(void)atomic_dec_return_release(&cmdq->lock)'),
  ]);
}

/** `result` = whether it is unlocked. Fails for the last one out, who may move llq.cons before it unlocks. */
export function arm_smmu_cmdq_shared_tryunlock(result: Local, lock: Address): Stmt {
  const fn = 'arm_smmu_cmdq_shared_tryunlock';
  const { val } = locals(fn, 'val');
  return call(fn, [
    as('atomic_read(&cmdq->lock)', READ_ONCE(val, lock)),
    when(equals(val, 1), [assign(result, 0)], [arm_smmu_cmdq_shared_unlock(lock), assign(result, 1)]),
  ]);
}

/** Runs `held` under the lock if it is free, else `otherwise`. */
export function arm_smmu_cmdq_exclusive_trylock(
  lock: Address,
  held: readonly Stmt[],
  otherwise: readonly Stmt[],
): readonly Stmt[] {
  const fn = 'arm_smmu_cmdq_exclusive_trylock';
  const { val } = locals(fn, 'val');
  const locked: Expr = not(val);
  return [
    call(fn, [
      atomic('atomic_cmpxchg_relaxed(&cmdq->lock, 0, INT_MIN)', cmpxchg(val, lock, 0, INT_MIN, 'relaxed')),
    ]),
    when(locked, held, otherwise),
  ];
}

export function arm_smmu_cmdq_exclusive_unlock(lock: Address): Stmt {
  const fn = 'arm_smmu_cmdq_exclusive_unlock';
  const { val } = locals(fn, 'val');
  return call(fn, [
    atomic(
      'atomic_fetch_andnot_release(INT_MIN, &cmdq->lock)',
      atomic_fetch('andnot', val, lock, INT_MIN, 'release'),
    ),
  ]);
}
