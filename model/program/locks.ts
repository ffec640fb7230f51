/** rwlock_t and its kind with their queues in sight, as the kernel writes them (Linux 7.1): whoever waits may keep others
 *  waiting. In kernel.ts a lock is one word that is taken in one step, which is exact where nobody is interrupted.
 *  Slow paths are optional: whether they are taken is a matter of who is there. */
import type { FieldDecl } from '../machine.ts';
import { binary, constant, type Expr, not, reg } from './expression.ts';
import type { Address } from './instruction.ts';
import {
  assign,
  atomic_fetch,
  atomic_void,
  cmpxchg,
  type Local,
  locals,
  READ_ONCE,
  read_lock,
  read_unlock,
  spin_lock,
  spin_unlock,
  write_lock,
  write_unlock,
} from './kernel.ts';
import { call, IN_INTERRUPT, optional, type Stmt, when, whilst } from './statement.ts';
import { exprText, placeText } from './text.ts';

/** A lock that readers share: the words that it has behind the name of its field, and how it is taken and released. */
export interface RwLock {
  readonly name: string;
  fields(lock: string): readonly FieldDecl[];
  read_lock(lock: Address): readonly Stmt[];
  read_unlock(lock: Address): readonly Stmt[];
  write_lock(lock: Address): readonly Stmt[];
  write_unlock(lock: Address): readonly Stmt[];
}

/** in_interrupt(): whether the code runs in an interrupt handler. */
export const in_interrupt: Expr = reg(IN_INTERRUPT);

const words = (lock: string, names: readonly string[]): readonly FieldDecl[] =>
  names.map((name) => ({ name: `${lock}.${name}`, cells: [0] }));
const word = (lock: Address, name: string): Address => ({ ...lock, field: `${lock.field}.${name}` });
const and = (a: Expr, b: number): Expr => binary('and', a, constant(b));

/** atomic_cond_read_acquire(), atomic_cond_read_relaxed(): polls until `until` holds of `dst`. */
const atomic_cond_read = (dst: Local, at: Address, until: Expr, order: 'acquire' | 'relaxed'): Stmt => ({
  kind: 'do',
  operation: {
    op: 'await',
    dst: dst.name,
    addr: at,
    until,
    order: order === 'acquire' ? 'acquire' : 'plain',
  },
  text: `atomic_cond_read_${order}(&${placeText(at)}, ${exprText(until)})`,
});

/** qrwlock (kernel/locking/qrwlock.c): writer bits below, the number of readers above them. */
export const _QW_WAITING = 0x100;
export const _QW_LOCKED = 0x0ff;
const _QW_WMASK = 0x1ff;
export const _QR_BIAS = 0x200;

/** A waiting writer keeps new readers out, but for readers in an interrupt: these go past the queue. `bypass`: false
 *  leaves that out. */
export const qrwlock = (bypass = true): RwLock => ({
  name: bypass ? 'queued rwlock' : 'queued rwlock without the way past the queue',
  fields: (lock) => words(lock, ['cnts', 'wait_lock']),
  read_lock: (lock) => [queued_read_lock(lock, bypass)],
  read_unlock: (lock) => [call('queued_read_unlock', [atomicRelease('sub', word(lock, 'cnts'), _QR_BIAS)])],
  write_lock: (lock) => [queued_write_lock(lock)],
  // smp_store_release(&lock->wlocked, 0), a byte of the word.
  write_unlock: (lock) => [
    call('queued_write_unlock', [atomicRelease('andnot', word(lock, 'cnts'), _QW_LOCKED)]),
  ],
});

function atomicRelease(fn: 'add' | 'sub' | 'andnot', at: Address, operand: number): Stmt {
  return {
    kind: 'do',
    operation: {
      op: 'rmw',
      fn,
      dst: null,
      addr: at,
      operand: constant(operand),
      acquire: false,
      release: true,
      noReturn: false,
    },
    text: `atomic_${fn}_return_release(${operand}, &${placeText(at)})`,
  };
}

function queued_read_lock(lock: Address, bypass: boolean): Stmt {
  const { cnts } = locals('queued_read_lock', 'cnts');
  return call('queued_read_lock', [
    atomic_fetch('add', cnts, word(lock, 'cnts'), _QR_BIAS, 'acquire'),
    when(and(cnts, _QW_WMASK), [optional([queued_read_lock_slowpath(lock, bypass)])]),
  ]);
}

function queued_read_lock_slowpath(lock: Address, bypass: boolean): Stmt {
  const { VAL } = locals('queued_read_lock_slowpath', 'VAL');
  const cnts = word(lock, 'cnts');
  const wait_lock = word(lock, 'wait_lock');
  const unlocked = atomic_cond_read(VAL, cnts, not(and(VAL, _QW_LOCKED)), 'acquire');
  const queue = [
    atomic_void('sub', cnts, _QR_BIAS),
    spin_lock(wait_lock),
    atomic_void('add', cnts, _QR_BIAS),
    unlocked,
    spin_unlock(wait_lock),
  ];
  return call('queued_read_lock_slowpath', bypass ? [when(in_interrupt, [unlocked], queue)] : queue);
}

function queued_write_lock(lock: Address): Stmt {
  const { cnts } = locals('queued_write_lock', 'cnts');
  return call('queued_write_lock', [
    cmpxchg(cnts, word(lock, 'cnts'), 0, _QW_LOCKED, 'acquire'),
    when(cnts, [optional([queued_write_lock_slowpath(lock)])]),
  ]);
}

function queued_write_lock_slowpath(lock: Address): Stmt {
  const { cnts, locked } = locals('queued_write_lock_slowpath', 'cnts', 'locked');
  const at = word(lock, 'cnts');
  const tryLock = (from: number): readonly Stmt[] => [
    cmpxchg(cnts, at, from, _QW_LOCKED, 'acquire'),
    assign(locked, binary('eq', cnts, constant(from))),
  ];
  return call('queued_write_lock_slowpath', [
    spin_lock(word(lock, 'wait_lock')),
    assign(locked, 0),
    READ_ONCE(cnts, at),
    when(not(cnts), tryLock(0)),
    when(not(locked), [
      atomic_void('or', at, _QW_WAITING),
      whilst(not(locked), [
        atomic_cond_read(cnts, at, binary('eq', cnts, constant(_QW_WAITING)), 'relaxed'),
        ...tryLock(_QW_WAITING),
      ]),
    ]),
    spin_unlock(word(lock, 'wait_lock')),
  ]);
}

/** A fair rwlock, as it was before there was a queued one: a writer that waits keeps every new reader out, and taking it
 *  is one step. The bits of the word are those of the qrwlock. */
export const fairRwlock: RwLock = {
  name: 'fair rwlock',
  fields: (lock) => words(lock, ['cnts']),
  read_lock: (lock) => [
    call('fair_read_lock', [
      take(
        word(lock, 'cnts'),
        noWriter,
        binary('add', old, constant(_QR_BIAS)),
        'no writer: one reader more',
      ),
    ]),
  ],
  read_unlock: (lock) => [call('fair_read_unlock', [atomicRelease('sub', word(lock, 'cnts'), _QR_BIAS)])],
  write_lock: (lock) => [
    call('fair_write_lock', [
      take(word(lock, 'cnts'), noWriter, binary('add', old, constant(_QW_WAITING)), 'a writer waits'),
      take(
        word(lock, 'cnts'),
        binary('eq', old, constant(_QW_WAITING)),
        constant(_QW_LOCKED),
        'no reader: a writer',
      ),
    ]),
  ],
  write_unlock: (lock) => [
    call('fair_write_unlock', [atomicRelease('andnot', word(lock, 'cnts'), _QW_LOCKED)]),
  ],
};

const old = reg('old');
const noWriter = not(and(old, _QW_WMASK));

/** Waits until `guard` holds of the word, and makes it `next`. */
function take(at: Address, guard: Expr, next: Expr, what: string): Stmt {
  return {
    kind: 'do',
    operation: { op: 'blockingRmw', addr: at, guard, next, acquire: true, release: false },
    text: `${what} (&${placeText(at)})`,
  };
}

/** rwlock_t under PREEMPT_RT (kernel/locking/spinlock_rt.c): who waits sleeps, so it must not be taken in a hard
 *  interrupt at all. Readers wait only while a writer has it. The _irqsave forms leave interrupts on. */
export const rtRwlock: RwLock = {
  name: 'PREEMPT_RT rwlock',
  fields: (lock) => [{ name: lock, cells: [0] }],
  read_lock: (lock) => [call('rt_read_lock', [rtlock_might_resched(), read_lock(lock)])],
  read_unlock: (lock) => [call('rt_read_unlock', [read_unlock(lock)])],
  write_lock: (lock) => [call('rt_write_lock', [rtlock_might_resched(), write_lock(lock)])],
  write_unlock: (lock) => [call('rt_write_unlock', [write_unlock(lock)])],
};

export const SLEEPS = 'BUG: sleeping function called from invalid context';

const rtlock_might_resched = (): Stmt => ({
  kind: 'do',
  operation: { op: 'assert', cond: not(in_interrupt), message: SLEEPS },
  text: 'rtlock_might_resched()',
});

/** raw_spinlock_t in place of an rwlock: readers exclude each other. */
export const rawSpinlock: RwLock = {
  name: 'raw spinlock',
  fields: (lock) => [{ name: lock, cells: [0] }],
  read_lock: (lock) => [call('raw_spin_lock', [spin_lock(lock)])],
  read_unlock: (lock) => [call('raw_spin_unlock', [spin_unlock(lock)])],
  write_lock: (lock) => [call('raw_spin_lock', [spin_lock(lock)])],
  write_unlock: (lock) => [call('raw_spin_unlock', [spin_unlock(lock)])],
};
