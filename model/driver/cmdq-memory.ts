/** What a command queue consists of in memory (struct arm_smmu_cmdq, Linux 7.1), and the accesses to it that are not
 *  in program/kernel.ts: registers, and atomics under the names that this code uses. */
import type { ObjectDecl } from '../machine.ts';
import { binary, constant, type Expr, reg, type Value } from '../program/expression.ts';
import type { Address, Operation } from '../program/instruction.ts';
import { assign, dma_rmb, dma_wmb, expr, type Local, type Operand, place } from '../program/kernel.ts';
import { type Stmt, when } from '../program/statement.ts';
import { CONS, ENT, GERROR, GERRORN, PROD } from '../smmu/cmdq-unit.ts';
import type { Queue } from './queue.ts';

/** A queue that is empty at position `start`. The valid bit of a slot is the inverse of its wrap bit. */
export function cmdqObject(name: string, shift: number, start: number): ObjectDecl {
  const size = 2 ** shift;
  const bits = Array.from({ length: size }, (_, slot) =>
    start < size ? slot < start : slot >= start - size,
  );
  const valid = bits.reduce((map, bit, slot) => map + (bit ? 2 ** slot : 0), 0);
  const one = (field: string, value: Value): ObjectDecl['fields'][number] => ({
    name: field,
    cells: [value],
  });
  return {
    name,
    life: 'live',
    cut: 'cell',
    device: true,
    fields: [
      one('llq', start + start * 2 ** (shift + 2)),
      one('owner_prod', start),
      one('lock', 0),
      one('valid_map', valid),
      one('atc_sync_timeouts', 0),
      { name: ENT, cells: Array.from({ length: size }, () => 0) },
      one(PROD, start),
      one(CONS, start),
      one(GERROR, 0),
      one(GERRORN, 0),
    ],
  };
}

/** Where the parts of a queue are; `cmdq` may be a pointer in a register. */
export const cmdqPlaces = (cmdq: Operand) => ({
  llq: place(cmdq, 'llq'),
  owner_prod: place(cmdq, 'owner_prod'),
  lock: place(cmdq, 'lock'),
  valid_map: place(cmdq, 'valid_map'),
  atc_sync_timeouts: place(cmdq, 'atc_sync_timeouts'),
  ent: (index: Expr): Address => place(cmdq, ENT, index),
  prod_reg: place(cmdq, PROD),
  cons_reg: place(cmdq, CONS),
  gerror: place(cmdq, GERROR),
  gerrorn: place(cmdq, GERRORN),
});
export type CmdqPlaces = ReturnType<typeof cmdqPlaces>;

const statement = (operation: Operation, text: string): Stmt => ({ kind: 'do', operation, text });

/** A statement that reads, of which a trace need not say what. */
const quiet = (s: Stmt): Stmt => (s.kind === 'do' ? { ...s, shows: () => '' } : s);

/** A statement under the text that the kernel's source has for it. */
export const as = (text: string, s: Stmt): Stmt => (s.kind === 'do' ? { ...s, text } : s);

/** The same statement, whose reads of the packed word a trace shows as what they are. */
export const reading = (q: Queue, s: Stmt): Stmt =>
  s.kind === 'do' ? { ...s, shows: (value) => ` == ${q.text(Number(value))}` } : s;

/** An atomic under the kernel's text, as one step. */
export const atomic = (text: string, s: Stmt): Stmt => atOnce(as(text, s));

/** An atomic as one step (program/instruction.ts). In this code that is exact: between the parts of any of its atomics
 *  the only stores that can become visible are those to slots that PROD does not cover yet, and PROD itself while the
 *  owner's fetch_andnot still has its prod. */
const atOnce = (s: Stmt): Stmt =>
  s.kind === 'do' && (s.operation.op === 'rmw' || s.operation.op === 'cas')
    ? { ...s, operation: { ...s.operation, atOnce: true } }
    : s;

export const local_irq_save = (): Stmt => statement({ op: 'irq', enabled: false }, 'local_irq_save(flags)');
export const local_irq_restore = (): Stmt =>
  statement({ op: 'irq', enabled: true }, 'local_irq_restore(flags)');

/** A store to a register of the SMMU; writel() has a dma_wmb() before it. */
export const writel_relaxed = (value: Operand, to: Address, text: string): Stmt =>
  statement({ op: 'store', addr: to, value: expr(value), order: 'plain', status: null }, text);
export const writel = (value: Operand, to: Address, text: string): readonly Stmt[] => [
  as('', dma_wmb()),
  writel_relaxed(value, to, text),
];
/** A load from a register. readl() has a dma_rmb() behind it. */
export const readl_relaxed = (dst: Local, from: Address, text: string): Stmt =>
  statement({ op: 'load', dst: dst.name, addr: from, order: 'plain', exclusive: false, device: true }, text);
/** A loop that polls a register until a condition holds; the barrier of the last readl() orders all that follows. */
export const readl_poll = (dst: Local, from: Address, until: Expr, text: string): readonly Stmt[] => [
  readl_poll_relaxed(dst, from, until, text),
  as(READL_BARRIER, dma_rmb()),
];
export const readl_poll_relaxed = (dst: Local, from: Address, until: Expr, text: string): Stmt =>
  statement({ op: 'await', dst: dst.name, addr: from, until, order: 'plain', device: true }, text);
/** What readl() does behind its load. */
export const READL_BARRIER = '__io_ar()';

/** (void)atomic_dec_return_release(): a register gets the result, so it is no ST<op>. */
export const atomic_dec_return_release = (at: Address, text: string): Stmt =>
  quiet(
    statement(
      {
        op: 'rmw',
        fn: 'sub',
        dst: null,
        addr: at,
        operand: constant(1),
        acquire: false,
        release: true,
        noReturn: false,
        atOnce: true,
      },
      text,
    ),
  );

/** WRITE_ONCE(cmdq->q.llq.cons, cons): the store to one half of the packed word (queue.ts says why it is exact). */
export const WRITE_ONCE_cons = (q: Queue, llq: Address, cons: Operand): Stmt =>
  quiet(
    statement(
      {
        op: 'blockingRmw',
        addr: llq,
        guard: constant(1),
        next: q.pack(q.prod(reg('old')), cons),
        acquire: false,
        release: false,
      },
      'WRITE_ONCE(cmdq->q.llq.cons, llq.cons)',
    ),
  );

/** Statements about the slot that `position` is in, once for each slot behind a branch instead of with an index: the
 *  machine has no views to keep for an address then, and knows which slot's old values are of no use any more. Stores
 *  behind a branch wait for it as they do for an address. A load does not, so more can happen; but who polls a slot
 *  has stored to it before, and reads nothing older than that. */
export function atSlot(
  q: Queue,
  at: CmdqPlaces,
  position: Operand,
  then: (slot: Address) => readonly Stmt[],
): readonly Stmt[] {
  const last = 2 ** q.shift - 1;
  const from = (n: number): readonly Stmt[] => {
    const here = then(at.ent(constant(n)));
    return n === last ? here : [when(equals(q.Q_IDX(position), n), here, from(n + 1))];
  };
  return from(0);
}

/** dst = src, a number of so many bits, bit by bit behind branches: what is done with it then depends on src by control
 *  instead of by data, and the machine has no views to keep for it. That orders stores as well. It orders no loads;
 *  the address of none depends on a position (`atSlot`). */
export const settle = (dst: Local, src: Local, bits: number): readonly Stmt[] => [
  assign(dst, 0),
  ...Array.from({ length: bits }, (_, n) =>
    when(binary('and', src, constant(2 ** n)), [assign(dst, binary('add', dst, constant(2 ** n)))]),
  ),
];

/** `a == b`, as the kernel's C has it. */
export const equals = (a: Operand, b: Operand): Expr => binary('eq', expr(a), expr(b));
