/** What the functions of litmus tests in the kernel's C dialect mean: the kernel's primitives, as arm64 implements
 *  them (semantics.md 1.4, program/kernel.ts). Names and argument orders are those of
 *  tools/memory-model/linux-kernel.def. */
import { binary, constant, type Expr, not } from '../program/expression.ts';
import type { Address, AtomicFn, Operation } from '../program/instruction.ts';
import {
  assign,
  atomic_fetch,
  atomic_void,
  cmpxchg,
  dma_mb,
  dma_rmb,
  dma_wmb,
  type Local,
  mb,
  type Ordering,
  READ_ONCE,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  rmb,
  smp_cond_load_relaxed,
  smp_load_acquire,
  smp_mb,
  smp_rmb,
  smp_store_release,
  smp_wmb,
  spin_lock,
  spin_unlock,
  synchronize_rcu,
  WRITE_ONCE,
  wmb,
  xchg,
} from '../program/kernel.ts';
import { type Stmt, when, whilst } from '../program/statement.ts';

/** A call, as its meaning sees it. */
export interface Call {
  readonly fn: string;
  /** The cell that argument `i` points to. */
  pointer(i: number, access: 'read' | 'write'): Address;
  /** The cell that argument `i` names: `*x`. */
  place(i: number, access: 'read' | 'write'): Address;
  value(i: number): Expr;
  /** Argument `i` with `VAL` standing for `val`. */
  predicate(i: number, val: Local): Expr;
  /** The register that gets the result. */
  readonly dst: Local;
  fresh(): Local;
  emit(...statements: readonly Stmt[]): void;
  /** Somebody looks at lock words without taking the lock. */
  readonly peeked: boolean;
  takes(lock: Address): void;
  gives(lock: Address): void;
}

/** Emits what the call does; its value, or null if it has none. */
export type Meaning = (call: Call) => Expr | null;

interface Primitive {
  readonly arity: number;
  readonly meaning: Meaning;
}

/** Something without a value. */
const effect = (arity: number, of: (c: Call) => readonly Stmt[]): Primitive => ({
  arity,
  meaning: (c) => {
    c.emit(...of(c));
    return null;
  },
});
const fence = (statement: () => Stmt): Primitive => effect(0, () => [statement()]);
const nothing = (arity: number): Primitive => effect(arity, () => []);
const loading = (emit: (dst: Local, from: Address) => Stmt, by: 'place' | 'pointer'): Primitive => ({
  arity: 1,
  meaning: (c) => {
    c.emit(emit(c.dst, c[by](0, 'read')));
    return c.dst;
  },
});
const storing = (
  emit: (to: Address, value: Expr) => Stmt,
  by: 'place' | 'pointer',
  ...after: readonly Stmt[]
): Primitive =>
  effect(2, (c) => {
    const value = c.value(1);
    return [emit(c[by](0, 'write'), value), ...after];
  });

const accesses: Readonly<Record<string, Primitive>> = {
  READ_ONCE: loading(READ_ONCE, 'place'),
  WRITE_ONCE: storing(WRITE_ONCE, 'place'),
  smp_load_acquire: loading(smp_load_acquire, 'pointer'),
  smp_store_release: storing(smp_store_release, 'pointer'),
  smp_store_mb: storing(WRITE_ONCE, 'place', smp_mb()),
  rcu_dereference: loading(rcu_dereference, 'place'),
  rcu_dereference_raw: loading(rcu_dereference, 'place'),
  lockless_dereference: loading(READ_ONCE, 'place'),
  rcu_access_pointer: loading(READ_ONCE, 'place'),
  rcu_assign_pointer: storing(rcu_assign_pointer, 'place'),
  atomic_read: loading(READ_ONCE, 'pointer'),
  atomic_set: storing(WRITE_ONCE, 'pointer'),
  atomic_read_acquire: loading(smp_load_acquire, 'pointer'),
  atomic_set_release: storing(smp_store_release, 'pointer'),
  smp_cond_load_relaxed: { arity: 2, meaning: (c) => awaiting(c, smp_cond_load_relaxed) },
  smp_cond_load_acquire: { arity: 2, meaning: (c) => awaiting(c, smp_cond_load_acquire) },
};

function smp_cond_load_acquire(dst: Local, addr: Address, until: Expr): Stmt {
  const statement = smp_cond_load_relaxed(dst, addr, until) as Stmt & { readonly kind: 'do' };
  const operation = { ...statement.operation, order: 'acquire' } as Operation;
  return { kind: 'do', operation, text: statement.text.replace('relaxed', 'acquire') };
}

function awaiting(c: Call, emit: typeof smp_cond_load_relaxed): Expr {
  const val = c.fresh();
  c.emit(emit(val, c.pointer(0, 'read'), c.predicate(1, val)));
  return val;
}

/** smp_mb__after_unlock_lock() is empty but on powerpc: arm64's release and acquire are RCsc already. */
const fences: Readonly<Record<string, Primitive>> = {
  smp_mb: fence(smp_mb),
  smp_rmb: fence(smp_rmb),
  smp_wmb: fence(smp_wmb),
  dma_mb: fence(dma_mb),
  dma_rmb: fence(dma_rmb),
  dma_wmb: fence(dma_wmb),
  mb: fence(mb),
  rmb: fence(rmb),
  wmb: fence(wmb),
  smp_mb__before_atomic: fence(smp_mb),
  smp_mb__after_atomic: fence(smp_mb),
  smp_mb__before_spinlock: fence(smp_mb),
  smp_mb__after_spinlock: fence(smp_mb),
  smp_acquire__after_ctrl_dep: fence(smp_rmb),
  smp_mb__after_unlock_lock: nothing(0),
  barrier: nothing(0),
  cpu_relax: nothing(0),
  smp_read_barrier_depends: nothing(0),
};

/** A sleepable read-side section counts itself in and out with full barriers inside (kernel/rcu/srcutree.c, B and
 *  C), so smp_mb__after_srcu_read_unlock() is empty. */
const rcu: Readonly<Record<string, Primitive>> = {
  rcu_read_lock: fence(rcu_read_lock),
  rcu_read_unlock: fence(rcu_read_unlock),
  synchronize_rcu: fence(synchronize_rcu),
  synchronize_rcu_expedited: fence(synchronize_rcu),
  srcu_read_lock: {
    arity: 1,
    meaning: (c) => {
      c.emit(rcu_read_lock(), smp_mb());
      return constant(0);
    },
  },
  srcu_read_unlock: effect(2, () => [smp_mb(), rcu_read_unlock()]),
  synchronize_srcu: { ...fence(synchronize_rcu), arity: 1 },
  synchronize_srcu_expedited: { ...fence(synchronize_rcu), arity: 1 },
  smp_mb__after_srcu_read_unlock: nothing(0),
};

const locks: Readonly<Record<string, Primitive>> = {
  spin_lock: { arity: 1, meaning: lock },
  spin_unlock: effect(1, (c) => {
    const word = c.pointer(0, 'write');
    c.gives(word);
    return [spin_unlock(word)];
  }),
  spin_trylock: { arity: 1, meaning: trylock },
  spin_is_locked: {
    arity: 1,
    meaning: (c) => {
      c.emit(READ_ONCE(c.dst, c.pointer(0, 'read')));
      return binary('ne', c.dst, constant(0));
    },
  },
};

/** Functions that look at a lock word without taking the lock; then taking it is no single step. */
export const peeks: ReadonlySet<string> = new Set(['spin_is_locked', 'spin_trylock']);

function lock(c: Call): null {
  const word = c.pointer(0, 'write');
  if (c.peeked) {
    const held = c.fresh();
    c.emit(assign(held, 1), whilst(held, [cmpxchg(held, word, 0, 1, 'acquire')]));
  } else c.emit(spin_lock(word));
  c.takes(word);
  return null;
}

/** queued_spin_trylock(): gives up on a lock that it sees taken, without any ordering. */
function trylock(c: Call): Expr {
  const word = c.pointer(0, 'write');
  const [seen, taken] = [c.fresh(), c.dst];
  const attempt = [cmpxchg(seen, word, 0, 1, 'acquire'), assign(taken, not(seen))];
  c.emit(READ_ONCE(seen, word), when(seen, [assign(taken, 0)], attempt));
  return taken;
}

const FN: Readonly<Record<string, AtomicFn>> = {
  add: 'add',
  inc: 'add',
  sub: 'sub',
  dec: 'sub',
  and: 'and',
  or: 'or',
  xor: 'xor',
  andnot: 'andnot',
};

/** The primitive of that name; null if there is none. */
export function primitiveNamed(name: string): Primitive | null {
  const common = name.replace(/^atomic(64|_long)_/, 'atomic_');
  for (const table of [accesses, fences, rcu, locks]) if (Object.hasOwn(table, common)) return table[common]!;
  const [, base = '', order = ''] = /^(.*?)(?:_(relaxed|acquire|release))?$/.exec(common) ?? [];
  return atomicNamed(base, order === '' ? 'full' : (order as Ordering), order !== '');
}

function atomicNamed(base: string, order: Ordering, suffixed: boolean): Primitive | null {
  if (base === 'xchg' || base === 'atomic_xchg') return { arity: 2, meaning: (c) => exchange(c, order) };
  if (base === 'cmpxchg' || base === 'atomic_cmpxchg') return { arity: 3, meaning: (c) => compare(c, order) };
  const [, fetch, op = '', form] =
    /^atomic_(fetch_)?(add|inc|sub|dec|and|or|xor|andnot)(_return|_and_test|_negative)?$/.exec(base) ?? [];
  const fn = FN[op];
  if (fn !== undefined) {
    const arity = op === 'inc' || op === 'dec' ? 1 : 2;
    const operand = (c: Call): Expr => (arity === 1 ? constant(1) : c.value(0));
    const change = { fn, order, operand, pointer: arity - 1 };
    if (fetch !== undefined && form === undefined) return { arity, meaning: (c) => fetching(c, change) };
    if (fetch !== undefined || (fn !== 'add' && fn !== 'sub' && form !== undefined)) return null;
    if (form === '_return') return { arity, meaning: (c) => returning(c, change) };
    if (form === '_and_test' && !suffixed)
      return { arity, meaning: (c) => binary('eq', returning(c, change), constant(0)) };
    if (form === '_negative')
      return { arity, meaning: (c) => binary('lt', returning(c, change), constant(0)) };
    if (!suffixed)
      return effect(arity, (c) => {
        const by = operand(c);
        return [atomic_void(fn, c.pointer(arity - 1, 'write'), by)];
      });
    return null;
  }
  if (suffixed) return null;
  const changed = (seen: Expr, limit: Expr): Expr => binary('ne', seen, limit);
  if (base === 'atomic_fetch_add_unless')
    return { arity: 3, meaning: (c) => unless(c, c.value(1), c.value(2), (seen) => seen) };
  if (base === 'atomic_add_unless')
    return { arity: 3, meaning: (c) => unless(c, c.value(1), c.value(2), changed) };
  if (base === 'atomic_inc_not_zero')
    return { arity: 1, meaning: (c) => unless(c, constant(1), constant(0), changed) };
  return bitNamed(base);
}

function exchange(c: Call, order: Ordering): Expr {
  const value = c.value(1);
  c.emit(xchg(c.dst, c.pointer(0, 'write'), value, order));
  return c.dst;
}

function compare(c: Call, order: Ordering): Expr {
  const [expected, desired] = [c.value(1), c.value(2)];
  c.emit(cmpxchg(c.dst, c.pointer(0, 'write'), expected, desired, order));
  return c.dst;
}

interface Change {
  readonly fn: AtomicFn;
  readonly order: Ordering;
  readonly pointer: number;
  operand(c: Call): Expr;
}

function fetching(c: Call, { fn, order, operand, pointer }: Change): Expr {
  const by = operand(c);
  c.emit(atomic_fetch(fn, c.dst, c.pointer(pointer, 'write'), by, order));
  return c.dst;
}

function returning(c: Call, { fn, order, operand, pointer }: Change): Expr {
  const [by, old] = [operand(c), c.fresh()];
  c.emit(atomic_fetch(fn, old, c.pointer(pointer, 'write'), by, order));
  return binary(fn === 'add' ? 'add' : 'sub', old, by);
}

/** raw_atomic_fetch_add_unless(): reads, and tries to exchange until it succeeds or sees `limit`. */
function unless(c: Call, by: Expr, limit: Expr, result: (seen: Expr, limit: Expr) => Expr): Expr {
  const word = c.pointer(0, 'write');
  const [seen, before, trying] = [c.fresh(), c.fresh(), c.fresh()];
  const attempt = [
    assign(before, seen),
    cmpxchg(seen, word, before, binary('add', before, by)),
    assign(trying, binary('and', binary('ne', seen, before), binary('ne', seen, limit))),
  ];
  c.emit(READ_ONCE(seen, word), assign(trying, binary('ne', seen, limit)), whilst(trying, attempt));
  return result(seen, limit);
}

/** Bits of a word (asm-generic/bitops/{atomic,lock}.h). */
function bitNamed(name: string): Primitive | null {
  const mask = (c: Call): Expr => binary('shl', constant(1), c.value(0));
  const test = (c: Call, fn: AtomicFn, order: Ordering): Expr => {
    const bit = mask(c);
    c.emit(atomic_fetch(fn, c.dst, c.pointer(1, 'write'), bit, order));
    return binary('ne', binary('and', c.dst, bit), constant(0));
  };
  const change = (fn: AtomicFn): Primitive =>
    effect(2, (c) => [atomic_void(fn, c.pointer(1, 'write'), mask(c))]);
  if (name === 'test_and_set_bit') return { arity: 2, meaning: (c) => test(c, 'or', 'full') };
  if (name === 'test_and_clear_bit') return { arity: 2, meaning: (c) => test(c, 'andnot', 'full') };
  if (name === 'test_and_change_bit') return { arity: 2, meaning: (c) => test(c, 'xor', 'full') };
  if (name === 'set_bit') return change('or');
  if (name === 'clear_bit') return change('andnot');
  if (name === 'change_bit') return change('xor');
  return null;
}
