/** What a program may not do is a fault, which stops its thread; what a specification may not say is a ModelBug,
 *  which names the statement. */
import { describe, expect, test } from 'vitest';
import { binary, constant, not } from '../../model/program/expression.ts';
import {
  assign,
  kfree,
  kzalloc,
  load,
  place,
  READ_ONCE,
  rcu_assign_pointer,
  rcu_dereference,
  smp_load_acquire,
  smp_mb,
  smp_rmb,
  smp_wmb,
  WRITE_ONCE,
  xchg,
} from '../../model/program/kernel.ts';
import { r0, r1, r2, runAll, struct, x, y, z } from './programs.ts';

const pointer = place('&gp', 'v');

describe('faults', () => {
  test('a NULL dereference', () => {
    const { faults } = runAll([[READ_ONCE(r0, x), load(r1, place(r0, 'v'))]]);
    expect(faults).toEqual(['P0: bad pointer: dereferences NULL']);
  });

  test('a dereference of a number', () => {
    const { faults } = runAll([[assign(r0, 5), WRITE_ONCE(place(r0, 'v'), 1)]]);
    expect(faults).toEqual(['P0: bad pointer: dereferences 5, which is no pointer']);
  });

  test('freeing a number, but not freeing NULL', () => {
    expect(runAll([[kfree(5)]]).faults).toEqual(['P0: bad pointer: frees 5']);
    expect(runAll([[kfree(0)]]).faults).toEqual([]);
  });

  test('reading, storing and exchanging after a free, in the thread itself and in another', () => {
    const [o, a] = [struct('a', 1), place('&a', 'v')];
    expect(runAll([[kfree('&a'), READ_ONCE(r0, a)]], [o]).faults).toEqual([
      'P0: use-after-free: reads after a was freed',
    ]);
    expect(runAll([[kfree('&a'), WRITE_ONCE(a, 2)]], [o]).faults).toEqual([
      'P0: use-after-free: writes after a was freed',
    ]);
    for (const use of [READ_ONCE(r0, a), WRITE_ONCE(a, 2), xchg(r0, a, 2), xchg(r0, a, 2, 'relaxed')]) {
      const { faults, outcomes } = runAll([[kfree('&a')], [use]], [o]);
      // The read part of the relaxed one can come before the free, and its write part after it.
      expect(faults.length).toBeGreaterThan(0);
      expect(outcomes).toHaveLength(1);
    }
  });

  test('an earlier access to the same object is done before its free, to another one it need not be', () => {
    const objects = [struct('a', 1), struct('b', 1)];
    const a = place('&a', 'v');
    expect(runAll([[READ_ONCE(r0, a), WRITE_ONCE(a, 2), kfree('&a')]], objects).faults).toEqual([]);
    const told = [READ_ONCE(r0, x), kfree('&a')];
    const tells = [WRITE_ONCE(a, 2), WRITE_ONCE(x, 1)];
    // Without a barrier, x can be told before a is stored to.
    expect(runAll([tells, told], objects).faults).toHaveLength(1);
  });

  test('reading what was never written', () => {
    const { faults } = runAll([[READ_ONCE(r0, place('&a', 'v'))]], [struct('a', null)]);
    expect(faults).toEqual(['P0: uninitialised read: reads a before it was written']);
  });

  test('a store that is published without a barrier may be read uninitialised', () => {
    const objects = [struct('gp', 0), struct('a', null)];
    const reader = [rcu_dereference(r0, pointer), load(r1, place(r0, 'v'))];
    const write = WRITE_ONCE(place('&a', 'v'), 7);
    const publish = (...between: readonly ReturnType<typeof smp_wmb>[]) => [
      write,
      ...between,
      WRITE_ONCE(pointer, '&a'),
    ];
    const late = 'P1: uninitialised read: reads a before it was written';
    expect(runAll([publish(), reader], objects).faults).toContain(late);
    expect(runAll([publish(smp_wmb()), reader], objects).faults).not.toContain(late);
  });
});

describe('ModelBugs', () => {
  test('a register without a value', () => {
    expect(() => runAll([[WRITE_ONCE(x, r0)]])).toThrow(
      "'test.r0' is read before it is given a value, in P0(): WRITE_ONCE(x, r0)",
    );
  });
  test('an index out of bounds', () => {
    expect(() => runAll([[READ_ONCE(r0, place('&x', 'v', 3))]])).toThrow(
      'index 3 is out of bounds for x->v, which has 1 cells: in P0()',
    );
  });
  test('a field that the object does not have', () => {
    expect(() => runAll([[READ_ONCE(r0, place('&x', 'next'))]])).toThrow(
      "x has no field 'next' (its fields: v): in P0()",
    );
  });
  test('an object that does not exist', () => {
    expect(() => runAll([[assign(r0, '&nobody'), READ_ONCE(r1, place(r0, 'v'))]])).toThrow(
      "there is no object named 'nobody': in P0()",
    );
  });
  test('arithmetic on a pointer', () => {
    const next = binary('add', r0, constant(8));
    expect(() => runAll([[assign(r0, '&x'), READ_ONCE(r1, place(next, 'v'))]])).toThrow(
      '&x add 8 has no meaning, in P0()',
    );
  });
  test('a loop that never touches memory', () => {
    const forever = { kind: 'while', cond: constant(1), body: [assign(r0, 1)] } as const;
    expect(() => runAll([[forever]])).toThrow('loops forever without touching memory, in P0()');
  });
});

describe('locality', () => {
  const fresh = [struct('gp', 0), struct('a', 0, { life: 'unallocated' })];
  const a = place(r0, 'v');
  const make = [kzalloc(r0, ['a']), WRITE_ONCE(a, 1), READ_ONCE(r1, a), WRITE_ONCE(a, 2)];

  test('what a thread does with an object that it has not shown to anybody is one state', () => {
    expect(runAll([make], fresh).states).toBe(1);
    expect(runAll([make], fresh).outcomes).toEqual(['0:r0=&a 0:r1=1']);
  });

  test('loads of what nobody else writes are one state, of what somebody does they are not', () => {
    expect(runAll([[READ_ONCE(r0, x), READ_ONCE(r1, y)]]).states).toBe(1);
    expect(runAll([[READ_ONCE(r0, x)], [WRITE_ONCE(y, 1)]]).states).toBe(1);
    // Read or not, written or not.
    expect(
      runAll([
        [READ_ONCE(r0, x), smp_rmb()],
        [WRITE_ONCE(x, 1), smp_mb()],
      ]).states,
    ).toBeGreaterThan(3);
  });

  test('an object is hidden until its pointer is stored, by a store or an exchange', () => {
    const objects = fresh;
    const reader = [smp_load_acquire(r0, pointer), READ_ONCE(r1, place(r0, 'v'))];
    const alloc = [kzalloc(r0, ['a']), WRITE_ONCE(a, 1)];
    for (const show of [
      rcu_assign_pointer(pointer, r0),
      xchg(r1, pointer, r0, 'release'),
      xchg(r1, pointer, r0),
    ]) {
      const seen = runAll([[...alloc, show, WRITE_ONCE(a, 2)], reader], objects).outcomes.map((o) =>
        o.split(' ').at(-1),
      );
      expect([...new Set(seen)].sort()).toEqual(['1:r1=1', '1:r1=2']);
    }
    const plainly = runAll([[...alloc, WRITE_ONCE(pointer, r0)], reader], objects).outcomes;
    expect(plainly.some((o) => o.endsWith('1:r1=0'))).toBe(true);
  });
});

describe('deferred loads', () => {
  test('do not pile up in a loop that retries without waiting for them', () => {
    const LIMIT = 1_000;
    const retry = { kind: 'while', cond: not(r1), body: [READ_ONCE(r0, x), READ_ONCE(r1, y)] } as const;
    const spins = [assign(r1, 0), retry, WRITE_ONCE(z, 1)];
    const { states, outcomes } = runAll(
      [spins, [WRITE_ONCE(x, 1), WRITE_ONCE(y, 1)], [READ_ONCE(r0, z)]],
      [],
      LIMIT,
    );
    expect(states).toBeLessThan(LIMIT);
    expect(outcomes).toContain('0:r0=0 0:r1=1 2:r0=1');
  });

  test('that have nothing left to read are no deadlock: there is no such run', () => {
    // The second load of x reads the old value before the first, which has to read the new one.
    const dependent = place(binary('add', constant('&x'), binary('xor', r0, r0)), 'v');
    const reader = [READ_ONCE(r0, z), READ_ONCE(r1, dependent), READ_ONCE(r2, x), WRITE_ONCE(y, 1)];
    const { stuck, outcomes } = runAll([
      reader,
      [WRITE_ONCE(x, 1), smp_mb(), WRITE_ONCE(z, 1), READ_ONCE(r0, y)],
    ]);
    expect(stuck).toEqual([]);
    expect(outcomes.filter((o) => o.startsWith('0:r0=1 0:r1=1 0:r2=0'))).toEqual([]);
  });
});
