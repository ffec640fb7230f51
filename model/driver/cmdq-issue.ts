/** Lock-free insertion into a command queue (arm_smmu_cmdq_issue_cmdlist(), arm-smmu-v3.c, Linux 7.1; driver.md 8):
 *  CPUs reserve slots by moving prod, write them, and mark them as valid; one of those that came while the queue had
 *  an owner, the first, hands what all have written to the hardware. */
import { binary, constant, type Expr, not, select, type Value } from '../program/expression.ts';
import type { Address } from '../program/instruction.ts';
import {
  assign,
  atomic_fetch,
  atomic_void,
  cmpxchg,
  dma_wmb,
  expr,
  type Local,
  locals,
  type Operand,
  READ_ONCE,
  smp_cond_load_relaxed,
  smp_store_release,
  store,
} from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';
import {
  arm_smmu_cmdq_shared_lock,
  arm_smmu_cmdq_shared_tryunlock,
  arm_smmu_cmdq_shared_unlock,
  where,
} from './cmdq-lock.ts';
import {
  as,
  atomic,
  atSlot,
  type CmdqPlaces,
  cmdqPlaces,
  equals,
  local_irq_restore,
  local_irq_save,
  reading,
  settle,
  WRITE_ONCE_cons,
  writel_relaxed,
} from './cmdq-memory.ts';
import {
  __arm_smmu_cmdq_poll_until_consumed,
  __arm_smmu_cmdq_poll_until_msi,
  arm_smmu_cmdq_poll_until_not_full,
} from './cmdq-poll.ts';
import type { Queue } from './queue.ts';

/** What is issued: commands, and a CMD_SYNC behind them that is waited for (null: none). Each is what its slot will
 *  hold. */
export interface CommandBatch {
  readonly commands: readonly Value[];
  readonly sync: Value | null;
}

/** How a CMD_SYNC tells that it is complete. */
export type SyncBy = 'MSI' | 'CONS';

export interface Issuing {
  readonly by: SyncBy;
  /** Whether this CPU can find the queue full, and whether it can find that another has taken it exclusively then. */
  readonly mayFill: boolean;
  readonly mayWait: boolean;
  /** Whether a poll of the slot sees what memory holds. Else it may also see what that overwrote, as any load may; but
   *  nobody can count on seeing a value that is gone, and only this shows who would. */
  readonly pollsLatest: boolean;
}

const FN = 'arm_smmu_cmdq_issue_cmdlist';
const l = locals(
  FN,
  'cmd',
  'llq',
  'head',
  'old',
  'done',
  'owner',
  'prod',
  'start',
  'end',
  'cons',
  'unlocked',
);

/** Issues the list on the queue that `cmdq` points to. */
export function arm_smmu_cmdq_issue_cmdlist(q: Queue, cmdq: Operand, list: CommandBatch, how: Issuing): Stmt {
  const at = cmdqPlaces(cmdq);
  const n = list.commands.length;
  const { sync } = list;
  const written = (waiting: readonly Stmt[]): readonly Stmt[] => [
    dma_wmb(),
    arm_smmu_cmdq_set_valid_map(q, at, l.start, l.end),
    when(l.owner, handOver(q, at)),
    ...waiting,
    local_irq_restore(),
  ];
  const withSync = (command: Value): readonly Stmt[] => [
    assign(l.cmd, q.queue_inc_prod_n(l.start, n)),
    ...atSlot(q, at, l.cmd, (slot) => [
      queue_write(slot, command),
      arm_smmu_cmdq_shared_lock(at.lock, how.mayWait),
      ...written(waitForSync(q, at, slot, how)),
    ]),
  ];
  return call(FN, [
    local_irq_save(),
    ...reserve(q, at, sync === null ? n : n + 1, how.mayFill),
    arm_smmu_cmdq_write_entries(q, at, list.commands),
    ...(sync === null ? written([]) : withSync(sync)),
  ]);
}

/** 1. Allocates n slots: start..end. The owner is who finds the flag clear, and sets it. */
function reserve(q: Queue, at: CmdqPlaces, n: number, mayFill: boolean): readonly Stmt[] {
  const head = q.pack(binary('or', q.queue_inc_prod_n(q.prod(l.llq), n), constant(q.OWNED)), q.cons(l.llq));
  return [
    reading(q, as('READ_ONCE(cmdq->q.llq.val)', READ_ONCE(l.old, at.llq))),
    ...settle(l.llq, l.old, q.bits.llq),
    assign(l.done, 0),
    whilst(not(l.done), [
      ...where(mayFill, [
        whilst(not(q.queue_has_space(l.llq, n)), [
          local_irq_restore(),
          arm_smmu_cmdq_poll_until_not_full(q, at, l.llq),
          local_irq_save(),
        ]),
      ]),
      assign(l.head, head),
      reading(
        q,
        atomic(
          'cmpxchg_relaxed(&cmdq->q.llq.val, llq.val, head.val)',
          cmpxchg(l.old, at.llq, l.llq, l.head, 'relaxed'),
        ),
      ),
      when(equals(l.old, l.llq), [assign(l.done, 1)], settle(l.llq, l.old, q.bits.llq)),
    ]),
    assign(l.owner, not(binary('and', l.llq, constant(q.OWNED)))),
    assign(l.start, q.queue_inc_prod_n(q.prod(l.llq), 0)),
    assign(l.end, q.queue_inc_prod_n(q.prod(l.llq), n)),
  ];
}

const queue_write = (slot: Address, command: Value): Stmt =>
  as(`queue_write(Q_ENT(&cmdq->q, prod), ${command})`, store(slot, command));

/** 2. Writes the slots: plain stores, ordered after the cmpxchg loop by their address. A CMD_SYNC's writer then takes
 *  the lock as shared: it keeps the queue from wrapping past the CMD_SYNC before its completion has been noticed. */
function arm_smmu_cmdq_write_entries(q: Queue, at: CmdqPlaces, commands: readonly Value[]): Stmt {
  return call(
    'arm_smmu_cmdq_write_entries',
    commands.flatMap((command, i) => [
      assign(l.prod, q.queue_inc_prod_n(l.start, i)),
      ...atSlot(q, at, l.prod, (slot) => [queue_write(slot, command)]),
    ]),
  );
}

/** The slots from..to in the valid map, a word at a time; the queue of the model has one word of bits. */
function overValidMap(
  q: Queue,
  from: Operand,
  to: Operand,
  fn: string,
  each: (mask: Expr, valid: Expr) => readonly Stmt[],
): Stmt {
  const { prod, mask, limit } = locals(fn, 'prod', 'mask', 'limit');
  const size = 2 ** q.shift;
  const [sbidx, ebidx] = [q.Q_IDX(prod), q.Q_IDX(to)];
  const bit = (n: Expr): Expr => binary('shl', constant(1), n);
  return call(fn, [
    assign(prod, from),
    whilst(binary('ne', prod, expr(to)), [
      assign(limit, select(binary('lt', sbidx, ebidx), ebidx, constant(size))),
      assign(mask, binary('sub', bit(limit), bit(sbidx))),
      ...each(mask, select(q.Q_WRP(prod), constant(0), mask)),
      // The bits that are left of this word, or all that were asked for.
      assign(prod, binary('and', binary('sub', binary('add', prod, limit), sbidx), constant(2 * size - 1))),
    ]),
  ]);
}

/** 3. Marks slots as valid, once what is in them is visible: void atomics, in no order with anything else. */
function arm_smmu_cmdq_set_valid_map(q: Queue, at: CmdqPlaces, from: Operand, to: Operand): Stmt {
  return overValidMap(q, from, to, 'arm_smmu_cmdq_set_valid_map', (mask) => [
    atomic('atomic_long_xor(mask, ptr)', atomic_void('xor', at.valid_map, mask)),
  ]);
}

function arm_smmu_cmdq_poll_valid_map(q: Queue, at: CmdqPlaces, from: Operand, to: Operand): Stmt {
  const fn = 'arm_smmu_cmdq_poll_valid_map';
  const { VAL } = locals(fn, 'VAL');
  return overValidMap(q, from, to, fn, (mask, valid) => [
    as(
      'atomic_long_cond_read_relaxed(ptr, (VAL & mask) == valid)',
      smp_cond_load_relaxed(VAL, at.valid_map, binary('eq', binary('and', VAL, mask), valid)),
    ),
  ]);
}

/** 4. The owner waits for the one before it, stops gathering, waits until everything gathered is written, and moves
 *  PROD: after the valid bits by a control dependency, and before it lets the next owner go on. */
function handOver(q: Queue, at: CmdqPlaces): readonly Stmt[] {
  const { VAL } = locals(FN, 'VAL');
  return [
    as(
      'atomic_cond_read_relaxed(&cmdq->owner_prod, VAL == llq.prod)',
      smp_cond_load_relaxed(VAL, at.owner_prod, equals(VAL, l.start)),
    ),
    reading(
      q,
      atomic(
        'atomic_fetch_andnot_relaxed(CMDQ_PROD_OWNED_FLAG, &cmdq->q.llq.atomic.prod)',
        atomic_fetch('andnot', l.old, at.llq, q.OWNED, 'relaxed'),
      ),
    ),
    ...settle(l.prod, l.old, q.bits.position),
    arm_smmu_cmdq_poll_valid_map(q, at, l.start, l.prod),
    writel_relaxed(l.prod, at.prod_reg, WRITE_PROD),
    as(SET_OWNER_PROD, smp_store_release(at.owner_prod, l.prod)),
  ];
}

/** 5. Waits for the CMD_SYNC, and lets the lock go; the last one out says that its slots are free. */
function waitForSync(q: Queue, at: CmdqPlaces, slot: Address, { by, pollsLatest }: Issuing): readonly Stmt[] {
  return [
    by === 'MSI'
      ? __arm_smmu_cmdq_poll_until_msi(q, slot, l.cmd, l.cons, pollsLatest)
      : __arm_smmu_cmdq_poll_until_consumed(q, at, l.cmd, l.cons),
    arm_smmu_cmdq_shared_tryunlock(l.unlocked, at.lock),
    when(not(l.unlocked), [WRITE_ONCE_cons(q, at.llq, l.cons), arm_smmu_cmdq_shared_unlock(at.lock)]),
  ];
}

export const WRITE_PROD = 'writel_relaxed(prod, cmdq->q.prod_reg)';
export const SET_OWNER_PROD = 'atomic_set_release(&cmdq->owner_prod, prod)';
/** The owner's new position, for mutants of these two, and whether a CPU is one. */
export const issuedProd: Local = l.prod;
export const { owner } = l;
/** Where the CMD_SYNC is that was issued last. */
export const syncPosition: Local = l.cmd;
