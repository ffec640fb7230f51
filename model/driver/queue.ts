/** Positions in a queue, as arm-smmu-v3.h and the queue helpers of arm-smmu-v3.c compute them (Linux 7.1).
 *
 *  `llq.val` overlays two 32-bit words, prod and cons, by one 64-bit word, of which the kernel does a 64-bit load and
 *  cmpxchg, and a 32-bit store and fetch_andnot. Here it is one cell that holds prod | cons << n. That is exact:
 *  - Accesses to the whole word are single-copy atomic, so they see both halves as of one moment, as one cell does.
 *  - fetch_andnot of the half `prod` changes no bit of the other, and neither does that of the cell.
 *  - The store to the half `cons` becomes an atomic that replaces only those bits (`WRITE_ONCE_cons`). It reads the
 *    word that it changes, but what it reads goes nowhere, and nothing of its CPU is ordered by it that the store
 *    would not order: the only accesses that follow before the next release are to the same word. */
import { binary, constant, type Expr } from '../program/expression.ts';
import { expr, type Operand } from '../program/kernel.ts';

const and = (a: Operand, b: number): Expr => binary('and', expr(a), constant(b));
const or = (a: Expr, b: Operand): Expr => binary('or', a, expr(b));
const plus = (a: Expr, b: number): Expr => binary('add', a, constant(b));
const shifted = (op: 'shl' | 'shr', a: Operand, by: number): Expr => binary(op, expr(a), constant(by));

/** The helpers for a queue of 2^shift slots. `q`: the packed word; `p`: one of its halves. */
export interface Queue {
  readonly shift: number;
  /** Bit 31 of prod, which no position uses: the queue has an owner who gathers. */
  readonly OWNED: number;
  /** Bits of a position, of prod with its flag, and of the packed word. */
  readonly bits: { readonly position: number; readonly prod: number; readonly llq: number };
  readonly Q_IDX: (p: Operand) => Expr;
  readonly Q_WRP: (p: Operand) => Expr;
  /** The packed word in words. */
  readonly text: (value: number) => string;
  readonly prod: (q: Operand) => Expr;
  readonly cons: (q: Operand) => Expr;
  readonly pack: (prod: Operand, cons: Operand) => Expr;
  readonly queue_inc_prod_n: (p: Operand, n: number) => Expr;
  readonly queue_has_space: (q: Operand, n: number) => Expr;
  readonly queue_full: (q: Operand) => Expr;
  readonly queue_consumed: (cons: Operand, prod: Operand) => Expr;
}

export function queueOf(shift: number): Queue {
  const size = 2 ** shift;
  const width = shift + 2;
  const Q_IDX = (p: Operand): Expr => and(p, size - 1);
  const Q_WRP = (p: Operand): Expr => and(p, size);
  const position = (p: Operand): Expr => and(p, 2 * size - 1);
  const prod = (q: Operand): Expr => and(q, 2 ** width - 1);
  const cons = (q: Operand): Expr => shifted('shr', q, width);
  /** Slots in use: positions count modulo twice the size. */
  const used = (q: Operand): Expr =>
    position(plus(binary('sub', position(prod(q)), position(cons(q))), 2 * size));
  return {
    shift,
    OWNED: 2 * size,
    bits: { position: shift + 1, prod: width, llq: width + shift + 1 },
    Q_IDX,
    Q_WRP,
    text: (value) => {
      const owned = Math.floor(value / (2 * size)) % 2 === 1 ? ' OWNED' : '';
      return `{prod ${value % (2 * size)}${owned}, cons ${Math.floor(value / 2 ** width)}}`;
    },
    prod,
    cons,
    pack: (p, c) => or(expr(p), shifted('shl', c, width)),
    queue_inc_prod_n: (p, n) => position(plus(position(p), n)),
    queue_has_space: (q, n) => binary('le', plus(used(q), n), constant(size)),
    queue_full: (q) => binary('eq', used(q), constant(size)),
    // Passed, in the same wrap or in the next one.
    queue_consumed: (c, p) => {
      const same = binary('eq', Q_WRP(c), Q_WRP(p));
      const beyond = binary('gt', Q_IDX(c), Q_IDX(p));
      return binary('eq', same, beyond);
    },
  };
}
