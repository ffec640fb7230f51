import { expect, test } from 'vitest';
import { binary, constant } from './expression.ts';
import type { Operation } from './instruction.ts';
import * as k from './kernel.ts';
import { compile, type Stmt } from './statement.ts';

const { r, q } = k.locals('f', 'r', 'q');
const x = k.place('&x', 'v');
const only = (s: Stmt): Operation => compile('CPU0', [s]).code[0]!;
const text = (s: Stmt): string => compile('CPU0', [s]).code[0]!.at.text;

test.each([
  ['smp_mb', k.smp_mb(), 'dmb', 'full', 'inner'],
  ['smp_rmb', k.smp_rmb(), 'dmb', 'load', 'inner'],
  ['smp_wmb', k.smp_wmb(), 'dmb', 'store', 'inner'],
  ['dma_mb', k.dma_mb(), 'dmb', 'full', 'outer'],
  ['dma_rmb', k.dma_rmb(), 'dmb', 'load', 'outer'],
  ['dma_wmb', k.dma_wmb(), 'dmb', 'store', 'outer'],
  ['mb', k.mb(), 'dsb', 'full', 'system'],
  ['rmb', k.rmb(), 'dsb', 'load', 'system'],
  ['wmb', k.wmb(), 'dsb', 'store', 'system'],
])('%s() is the barrier that arm64 has for it', (name, statement, kind, access, domain) => {
  expect(only(statement)).toMatchObject({ op: 'fence', kind, access, domain });
  expect(text(statement)).toBe(`${name}()`);
});

test.each([
  ['a plain load', k.load(r, x), 'plain'],
  ['READ_ONCE', k.READ_ONCE(r, x), 'plain'],
  ['rcu_dereference', k.rcu_dereference(r, x), 'plain'],
  ['smp_load_acquire', k.smp_load_acquire(r, x), 'acquire'],
])('%s is a load, %#', (_, statement, order) => {
  expect(only(statement)).toMatchObject({ op: 'load', dst: 'f.r', order, exclusive: false });
});

test.each([
  ['a plain store', k.store(x, 1), 'plain'],
  ['WRITE_ONCE', k.WRITE_ONCE(x, 1), 'plain'],
  ['smp_store_release', k.smp_store_release(x, 1), 'release'],
  ['rcu_assign_pointer', k.rcu_assign_pointer(x, r), 'release'],
  ['spin_unlock', k.spin_unlock(x), 'release'],
  ['write_unlock', k.write_unlock(x), 'release'],
])('%s is a store, %#', (_, statement, order) => {
  expect(only(statement)).toMatchObject({ op: 'store', order, status: null });
});

test.each([
  ['full', true, true],
  ['acquire', true, false],
  ['release', false, true],
  ['relaxed', false, false],
] as const)(
  'xchg, cmpxchg and atomic_fetch_add in their %s form order what they should',
  (o, acquire, release) => {
    expect(only(k.xchg(r, x, 1, o))).toMatchObject({
      op: 'rmw',
      fn: 'swap',
      acquire,
      release,
      noReturn: false,
    });
    expect(only(k.cmpxchg(r, x, 0, 1, o))).toMatchObject({ op: 'cas', acquire, release });
    expect(only(k.atomic_fetch('add', r, x, 1, o))).toMatchObject({ op: 'rmw', fn: 'add', acquire, release });
  },
);

test('a void atomic returns nothing and orders nothing', () => {
  expect(only(k.atomic_void('or', x, 4))).toMatchObject({
    op: 'rmw',
    fn: 'or',
    dst: null,
    noReturn: true,
    acquire: false,
    release: false,
  });
});

test('taking a lock acquires and waits; a reader of a rwlock counts itself', () => {
  expect(only(k.spin_lock(x))).toMatchObject({
    op: 'blockingRmw',
    acquire: true,
    release: false,
    next: constant(1),
  });
  expect(only(k.read_lock(x))).toMatchObject({ op: 'blockingRmw', acquire: true });
  expect(only(k.write_lock(x))).toMatchObject({ op: 'blockingRmw', acquire: true, next: constant(-1) });
  expect(only(k.read_unlock(x))).toMatchObject({ op: 'rmw', fn: 'sub', release: true, acquire: false });
});

test('an _irqsave form turns interrupts off before the lock is taken and on after it is released', () => {
  const { code } = compile('CPU0', [...k.irqsave(k.write_lock(x)), ...k.irqrestore(k.write_unlock(x))]);
  expect(code.map((i) => i.op)).toEqual(['irq', 'blockingRmw', 'store', 'irq']);
  expect([code[0], code[3]]).toMatchObject([{ enabled: false }, { enabled: true }]);
});

test('an allocation that may fail chooses between an object and NULL', () => {
  const { code } = compile('CPU0', k.kzalloc_may_fail(r, ['a']));
  expect(code.map((i) => i.op)).toEqual(['choose', 'branch', 'alloc', 'jump', 'set']);
});

test('statements show as the C that they stand for', () => {
  const shown = [
    k.READ_ONCE(r, k.place(q, 'inv.users', r)),
    k.rcu_dereference(q, k.place('&domain', 'invs')),
    k.WRITE_ONCE(k.place('&ste0', 'data', 0), 13),
    k.store(k.place(q, 'num_invs'), r),
    k.smp_cond_load_relaxed(r, x, binary('eq', r, constant(2))),
    k.kfree_rcu(q),
  ];
  expect(shown.map(text)).toEqual([
    'READ_ONCE(q->inv[r].users)',
    'rcu_dereference(domain.invs)',
    'WRITE_ONCE(ste0.data[0], 13)',
    'q->num_invs = r',
    'smp_cond_load_relaxed(&x, r == 2)',
    'kfree_rcu(q)',
  ]);
});
