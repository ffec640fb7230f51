/** The owner of a command queue (arm_smmu_cmdq_issue_cmdlist(), Linux 7.1; driver.md 8): whoever takes space in it first
 *  publishes for all who follow, and they wait for it. This protocol alone: the queue is never full, commands are
 *  written in no time, and the SMMU consumes what is published at once. */
import type { ObjectDecl } from '../machine.ts';
import { binary, constant, type Expr, not } from '../program/expression.ts';
import {
  assign,
  atomic_fetch,
  cmpxchg,
  irqrestore,
  irqsave,
  locals,
  type Operand,
  place,
  READ_ONCE,
  smp_cond_load_relaxed,
  smp_store_release,
  WRITE_ONCE,
} from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';

/** CMDQ_PROD_OWNED_FLAG; PROD counts above it. */
const OWNED = 1;
const SLOT = 2;

/** llq.prod, owner_prod, and the register PROD. */
export function cmdqObject(name: string): ObjectDecl {
  const fields = ['llq.prod', 'owner_prod', 'PROD'].map((field) => ({ name: field, cells: [0] }));
  return { name, life: 'live', cut: 'object', device: false, fields };
}

/** One command with a CMD_SYNC, with interrupts off: an owner that is interrupted before it has published waits for
 *  nobody, but everybody for it. */
export function arm_smmu_cmdq_issue_cmdlist(cmdq: Operand): Stmt {
  const fn = 'arm_smmu_cmdq_issue_cmdlist';
  const { llq, old, prod, VAL } = locals(fn, 'llq', 'old', 'prod', 'VAL');
  const at = place(cmdq, 'llq.prod');
  const without = (x: Expr): Expr => binary('sub', x, binary('and', x, constant(OWNED)));
  const head = binary('add', without(llq), constant(SLOT));
  const takeSpace = [
    READ_ONCE(llq, at),
    cmpxchg(old, at, llq, binary('or', head, constant(OWNED)), 'relaxed'),
  ];
  const [save, first] = irqsave(takeSpace[0]!);
  const poll = smp_cond_load_relaxed(VAL, place(cmdq, 'PROD'), binary('ge', VAL, head));
  const [last, restore] = irqrestore(poll);
  return call(fn, [
    save!,
    first!,
    takeSpace[1]!,
    whilst(binary('ne', old, llq), takeSpace),
    when(not(binary('and', llq, constant(OWNED))), [
      smp_cond_load_relaxed(VAL, place(cmdq, 'owner_prod'), binary('eq', VAL, llq)),
      atomic_fetch('andnot', prod, at, OWNED, 'relaxed'),
      assign(prod, without(prod)),
      WRITE_ONCE(place(cmdq, 'PROD'), prod),
      smp_store_release(place(cmdq, 'owner_prod'), prod),
    ]),
    last!,
    restore!,
  ]);
}
