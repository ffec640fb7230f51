/** The kernel's primitives, as arm64 implements them (semantics.md 1.4; arch/arm64/include/asm/{barrier,rwonce,
 *  atomic_lse,io}.h). Each gives a statement that shows as the C that it stands for. */
import { binary, constant, type Expr, not, reg, type Value } from './expression.ts';
import { type Address, type AtomicFn, type CommandTemplate, type Operation, SCALAR } from './instruction.ts';
import { placed } from './places.ts';
import { type Stmt, when } from './statement.ts';
import { exprText, placeText } from './text.ts';

/** A register: a local variable of a kernel function. */
export type Local = Expr & { readonly kind: 'reg' };
export type Operand = Expr | Value;

/** Local variables of a kernel function, by their names. */
export function locals<const N extends string>(
  fn: string,
  ...names: readonly N[]
): Readonly<Record<N, Local>> {
  return Object.fromEntries(names.map((n) => [n, reg(`${fn}.${n}`)])) as Record<N, Local>;
}

export const expr = (x: Operand): Expr => (typeof x === 'object' ? x : constant(x));

/** `base->field[index]`; `base` may be '&' and an object's name. */
export const place = (base: Operand, field: string, index: Operand = SCALAR): Address => ({
  base: expr(base),
  field,
  index: expr(index),
});

const statement = (operation: Operation, text: string): Stmt => ({
  kind: 'do',
  operation: placed(operation),
  text,
});

/** dst = value, with no access. Not shown. */
export const assign = (dst: Local, value: Operand): Stmt =>
  statement({ op: 'set', dst: dst.name, value: expr(value) }, '');

const read = (dst: Local, addr: Address, order: 'plain' | 'acquire', text: string): Stmt =>
  statement({ op: 'load', dst: dst.name, addr, order, exclusive: false }, text);

/** A plain C access. The compiler might do worse with it than the hardware does; only the hardware is modelled. */
export const load = (dst: Local, from: Address): Stmt => read(dst, from, 'plain', placeText(from));
export const READ_ONCE = (dst: Local, from: Address): Stmt =>
  read(dst, from, 'plain', `READ_ONCE(${placeText(from)})`);
export const rcu_dereference = (dst: Local, from: Address): Stmt =>
  read(dst, from, 'plain', `rcu_dereference(${placeText(from)})`);
export const smp_load_acquire = (dst: Local, from: Address): Stmt =>
  read(dst, from, 'acquire', `smp_load_acquire(&${placeText(from)})`);

const put = (addr: Address, value: Operand, order: 'plain' | 'release', text: string): Stmt =>
  statement({ op: 'store', addr, value: expr(value), order, status: null }, text);

export const store = (to: Address, value: Operand): Stmt =>
  put(to, value, 'plain', `${placeText(to)} = ${exprText(expr(value))}`);
/** `shown`: what the value is called, where the number says little. */
export const WRITE_ONCE = (to: Address, value: Operand, shown = exprText(expr(value))): Stmt =>
  put(to, value, 'plain', `WRITE_ONCE(${placeText(to)}, ${shown})`);
export const smp_store_release = (to: Address, value: Operand): Stmt =>
  put(to, value, 'release', `smp_store_release(&${placeText(to)}, ${exprText(expr(value))})`);
export const rcu_assign_pointer = (to: Address, value: Operand): Stmt =>
  put(to, value, 'release', `rcu_assign_pointer(${placeText(to)}, ${exprText(expr(value))})`);

type Fence = Operation & { readonly op: 'fence' };
const fence = (kind: Fence['kind'], access: Fence['access'], domain: Fence['domain'], text: string): Stmt =>
  statement({ op: 'fence', kind, access, domain }, text);

export const smp_mb = (): Stmt => fence('dmb', 'full', 'inner', 'smp_mb()');
export const smp_rmb = (): Stmt => fence('dmb', 'load', 'inner', 'smp_rmb()');
export const smp_wmb = (): Stmt => fence('dmb', 'store', 'inner', 'smp_wmb()');
export const dma_mb = (): Stmt => fence('dmb', 'full', 'outer', 'dma_mb()');
export const dma_rmb = (): Stmt => fence('dmb', 'load', 'outer', 'dma_rmb()');
export const dma_wmb = (): Stmt => fence('dmb', 'store', 'outer', 'dma_wmb()');
export const mb = (): Stmt => fence('dsb', 'full', 'system', 'mb()');
export const rmb = (): Stmt => fence('dsb', 'load', 'system', 'rmb()');
export const wmb = (): Stmt => fence('dsb', 'store', 'system', 'wmb()');

/** Orderings of an atomic: fully ordered, or one of the suffixes. */
export type Ordering = 'full' | 'acquire' | 'release' | 'relaxed';
const suffix = (o: Ordering): string => (o === 'full' ? '' : `_${o}`);
const halves = (o: Ordering): { acquire: boolean; release: boolean } => ({
  acquire: o === 'full' || o === 'acquire',
  release: o === 'full' || o === 'release',
});

export const cmpxchg = (
  dst: Local,
  at: Address,
  expected: Operand,
  desired: Operand,
  o: Ordering = 'full',
): Stmt =>
  statement(
    { op: 'cas', dst: dst.name, addr: at, expected: expr(expected), desired: expr(desired), ...halves(o) },
    `cmpxchg${suffix(o)}(&${placeText(at)}, ${exprText(expr(expected))}, ${exprText(expr(desired))})`,
  );
export const xchg = (dst: Local, at: Address, value: Operand, o: Ordering = 'full'): Stmt =>
  statement(
    { op: 'rmw', fn: 'swap', dst: dst.name, addr: at, operand: expr(value), noReturn: false, ...halves(o) },
    `xchg${suffix(o)}(&${placeText(at)}, ${exprText(expr(value))})`,
  );
/** atomic_fetch_add and its like: dst = the old value. */
export const atomic_fetch = (
  fn: AtomicFn,
  dst: Local,
  at: Address,
  operand: Operand,
  o: Ordering = 'full',
): Stmt =>
  statement(
    { op: 'rmw', fn, dst: dst.name, addr: at, operand: expr(operand), noReturn: false, ...halves(o) },
    `atomic_fetch_${fn}${suffix(o)}(${exprText(expr(operand))}, &${placeText(at)})`,
  );
/** atomic_add, atomic_or …: return nothing, order nothing, and not even a later smp_rmb() waits for their read. */
export const atomic_void = (fn: AtomicFn, at: Address, operand: Operand): Stmt =>
  statement(
    {
      op: 'rmw',
      fn,
      dst: null,
      addr: at,
      operand: expr(operand),
      noReturn: true,
      acquire: false,
      release: false,
    },
    `atomic_${fn}(${exprText(expr(operand))}, &${placeText(at)})`,
  );

/** smp_cond_load_relaxed, polling loops: waits until `until` (over dst) holds. Orders later stores only. */
export const smp_cond_load_relaxed = (dst: Local, at: Address, until: Expr): Stmt =>
  statement(
    { op: 'await', dst: dst.name, addr: at, until, order: 'plain' },
    `smp_cond_load_relaxed(&${placeText(at)}, ${exprText(until)})`,
  );
/** smp_cond_load_acquire: the same, and orders everything that is later. */
export const smp_cond_load_acquire = (dst: Local, at: Address, until: Expr): Stmt =>
  statement(
    { op: 'await', dst: dst.name, addr: at, until, order: 'acquire' },
    `smp_cond_load_acquire(&${placeText(at)}, ${exprText(until)})`,
  );

const old = reg('old');
const lock = (addr: Address, guard: Expr, next: Expr, text: string): Stmt =>
  statement(
    { op: 'blockingRmw', addr, guard, next, acquire: true, release: false },
    `${text}(&${placeText(addr)})`,
  );
const irq = (enabled: boolean): Stmt =>
  statement({ op: 'irq', enabled }, enabled ? 'local_irq_restore()' : 'local_irq_save()');

export const spin_lock = (at: Address): Stmt => lock(at, not(old), constant(1), 'spin_lock');
export const spin_unlock = (at: Address): Stmt => put(at, 0, 'release', `spin_unlock(&${placeText(at)})`);
/** A mutex that is never contended for long: as a spinlock, where nobody observes who sleeps. */
export const mutex_lock = (at: Address): Stmt => lock(at, not(old), constant(1), 'mutex_lock');
export const mutex_unlock = (at: Address): Stmt => put(at, 0, 'release', `mutex_unlock(&${placeText(at)})`);
/** rwlock_t as the queued rwlock: the word counts readers, and is -1 while a writer holds it. */
export const read_lock = (at: Address): Stmt =>
  lock(at, binary('ge', old, constant(0)), binary('add', old, constant(1)), 'read_lock');
export const read_unlock = (at: Address): Stmt =>
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
    },
    `read_unlock(&${placeText(at)})`,
  );
export const write_lock = (at: Address): Stmt =>
  lock(at, binary('eq', old, constant(0)), constant(-1), 'write_lock');
export const write_unlock = (at: Address): Stmt => put(at, 0, 'release', `write_unlock(&${placeText(at)})`);
/** The _irqsave forms: the lock taken with interrupts off. */
export const irqsave = (taking: Stmt): readonly Stmt[] => [irq(false), taking];
export const irqrestore = (releasing: Stmt): readonly Stmt[] => [releasing, irq(true)];

export const rcu_read_lock = (): Stmt => statement({ op: 'rcu', what: 'lock' }, 'rcu_read_lock()');
export const rcu_read_unlock = (): Stmt => statement({ op: 'rcu', what: 'unlock' }, 'rcu_read_unlock()');
export const synchronize_rcu = (): Stmt => statement({ op: 'rcu', what: 'synchronize' }, 'synchronize_rcu()');
export const kfree_rcu = (pointer: Operand): Stmt =>
  statement({ op: 'kfree_rcu', pointer: expr(pointer) }, `kfree_rcu(${exprText(expr(pointer))})`);
export const kfree = (pointer: Operand): Stmt =>
  statement({ op: 'free', pointer: expr(pointer) }, `kfree(${exprText(expr(pointer))})`);
export const __free_page = (pointer: Operand): Stmt =>
  statement(
    { op: 'free', pointer: expr(pointer) },
    `__free_page(${String(exprText(expr(pointer))).replace('&', '')})`,
  );
/** Halts the thread with a fault if `cond` holds: what warns is a bug that properties should see. Not shown. */
export const WARN_ON = (cond: Expr, text: string): Stmt =>
  statement({ op: 'assert', cond: not(cond), message: `WARN_ON(${text})` }, '');
/** dst = an object of the pool, its cells as declared (zeroed). */
export const kzalloc = (dst: Local, pool: readonly string[]): Stmt =>
  statement({ op: 'alloc', dst: dst.name, pool }, 'kzalloc()');
/** dst = an object of the pool, or NULL: the allocation may fail. */
export const kzalloc_may_fail = (dst: Local, pool: readonly string[]): readonly Stmt[] => [
  choose(dst, 'kzalloc() succeeds', [1, 0]),
  when(dst, [kzalloc(dst, pool)], [assign(dst, 0)]),
];
/** dst = one of the options. */
export const choose = (dst: Local, text: string, options: readonly Value[]): Stmt =>
  statement({ op: 'choose', dst: dst.name, options }, text);

/** Publishes commands on the queue of the SMMU that `smmu` points to: the store to PROD. */
export const writePROD = (smmu: Operand, commands: readonly CommandTemplate[]): Stmt =>
  statement(
    { op: 'push', queue: expr(smmu), commands },
    commands.some((c) => c.when !== undefined)
      ? 'writel_relaxed(PROD)' // which of them shows when they are published
      : `writel_relaxed(PROD): ${commands.map((c) => c.name).join(', ')}`,
  );
export const commandOf = (name: string, operands: Readonly<Record<string, Operand>>): CommandTemplate => ({
  name,
  operands: Object.fromEntries(Object.entries(operands).map(([k, v]) => [k, expr(v)])),
});
