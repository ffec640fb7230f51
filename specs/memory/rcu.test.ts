/** RCU against the verdicts of the LKMM's documentation (Documentation/RCU/Design/Requirements, tools/memory-model:
 *  in a cycle, at least as many grace periods as sections). Armv8 may be stronger. */
import { expect, test } from 'vitest';
import {
  kfree,
  kfree_rcu,
  load,
  place,
  READ_ONCE,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  smp_mb,
  synchronize_rcu,
  WRITE_ONCE,
} from '../../model/program/kernel.ts';
import type { Stmt } from '../../model/program/statement.ts';
import { r0, r1, runAll, struct, x, y, z } from './programs.ts';

const section = (...body: readonly Stmt[]): readonly Stmt[] => [rcu_read_lock(), ...body, rcu_read_unlock()];
const sync = synchronize_rcu;

test('MP: a section that sees what follows a grace period has seen what precedes it', () => {
  const writer = [WRITE_ONCE(x, 1), sync(), WRITE_ONCE(y, 1)];
  for (const body of [
    [READ_ONCE(r0, x), READ_ONCE(r1, y)],
    [READ_ONCE(r1, y), READ_ONCE(r0, x)],
  ]) {
    const { outcomes } = runAll([writer, section(...body)]);
    expect(outcomes).toHaveLength(3);
    expect(outcomes).not.toContain('1:r0=0 1:r1=1');
  }
  expect(runAll([writer, [READ_ONCE(r0, x), READ_ONCE(r1, y)]]).outcomes).toContain('1:r0=0 1:r1=1');
});

test('SB: a section and a grace period do not both miss the other', () => {
  const one = [WRITE_ONCE(x, 1), READ_ONCE(r0, y)];
  const other = [WRITE_ONCE(y, 1), sync(), READ_ONCE(r1, x)];
  expect(runAll([section(...one), other]).outcomes).toEqual([
    '0:r0=0 1:r1=1',
    '0:r0=1 1:r1=0',
    '0:r0=1 1:r1=1',
  ]);
  expect(runAll([one, other]).outcomes).toContain('0:r0=0 1:r1=0');
});

test('every section ends, and so does what waits for it', () => {
  const reader = section(READ_ONCE(r0, x), WRITE_ONCE(y, 1), READ_ONCE(r1, x));
  const { stuck, outcomes } = runAll([
    reader,
    [WRITE_ONCE(x, 1), sync(), READ_ONCE(r0, y)],
    [READ_ONCE(r0, y)],
  ]);
  expect(stuck).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(3);
});

test('LB: a section does not see what follows a grace period that saw the section', () => {
  const reader = [READ_ONCE(r0, x), WRITE_ONCE(y, 1)];
  const updater = [READ_ONCE(r1, y), sync(), WRITE_ONCE(x, 1)];
  expect(runAll([section(...reader), updater]).outcomes).toEqual([
    '0:r0=0 1:r1=0',
    '0:r0=0 1:r1=1',
    '0:r0=1 1:r1=0',
  ]);
  expect(runAll([reader, updater]).outcomes).toContain('0:r0=1 1:r1=1');
});

const lb = (from: typeof x, to: typeof x): readonly Stmt[] => [READ_ONCE(r0, from), WRITE_ONCE(to, 1)];
const lbSync = (from: typeof x, to: typeof x): readonly Stmt[] => [
  READ_ONCE(r0, from),
  sync(),
  WRITE_ONCE(to, 1),
];
const allOnes = '0:r0=1 1:r0=1 2:r0=1';

test('LB of two sections and one grace period is allowed, of one section and two grace periods is not', () => {
  expect(runAll([section(...lb(x, y)), section(...lb(y, z)), lbSync(z, x)]).outcomes).toContain(allOnes);
  expect(runAll([section(...lb(x, y)), lbSync(y, z), lbSync(z, x)]).outcomes).not.toContain(allOnes);
});

test('SB of two sections and one grace period is allowed, of one section and two grace periods is not', () => {
  const sb = (to: typeof x, from: typeof x): readonly Stmt[] => [WRITE_ONCE(to, 1), READ_ONCE(r0, from)];
  const sbSync = (to: typeof x, from: typeof x): readonly Stmt[] => [
    WRITE_ONCE(to, 1),
    sync(),
    READ_ONCE(r0, from),
  ];
  const allZero = '0:r0=0 1:r0=0 2:r0=0';
  expect(runAll([section(...sb(x, y)), section(...sb(y, z)), sbSync(z, x)]).outcomes).toContain(allZero);
  expect(runAll([section(...sb(x, y)), sbSync(y, z), sbSync(z, x)]).outcomes).not.toContain(allZero);
});

test('what a section has seen is behind a grace period that it ended before', () => {
  // P0's section reads x = 1; P1 learns of its end through y, without a fence, and waits for a grace period.
  const ended = [...section(READ_ONCE(r0, x)), WRITE_ONCE(y, 1)];
  const updater = (middle: readonly Stmt[]) => [READ_ONCE(r0, y), ...middle, READ_ONCE(r1, x)];
  const writer = [WRITE_ONCE(x, 1)];
  const stale = '0:r0=1 1:r0=1 1:r1=0';
  const { outcomes } = runAll([ended, updater([sync()]), writer]);
  expect(outcomes).toContain('0:r0=1 1:r0=1 1:r1=1');
  expect(outcomes).not.toContain(stale);
  expect(runAll([ended, updater([]), writer]).outcomes).toContain(stale);
});

test('synchronize_rcu() is a full fence', () => {
  const sb = (a: typeof x, b: typeof x, middle: Stmt) => [WRITE_ONCE(a, 1), middle, READ_ONCE(r0, b)];
  expect(runAll([sb(x, y, sync()), sb(y, x, smp_mb())]).outcomes).not.toContain('0:r0=0 1:r0=0');
});

test('synchronize_rcu() waits for stores of a section that are still in the window', () => {
  const reader = [rcu_read_lock(), WRITE_ONCE(x, 1), rcu_read_unlock(), WRITE_ONCE(y, 1)];
  const updater = [READ_ONCE(r0, y), sync(), READ_ONCE(r1, x)];
  expect(runAll([reader, updater]).outcomes).not.toContain('1:r0=1 1:r1=0');
});

test('a section that never ends blocks a grace period for good', () => {
  expect(runAll([[rcu_read_lock()], [sync()]]).stuck).toEqual(['P1 waits in P1(): synchronize_rcu()']);
});

test('synchronize_rcu() inside a section is a fault', () => {
  expect(runAll([section(sync())]).faults).toEqual([
    'P0: RCU misuse: synchronize_rcu() inside a read-side section',
  ]);
});

test('rcu_read_unlock() outside a section is a fault, if anybody waits for grace periods', () => {
  expect(runAll([[rcu_read_unlock()], [sync()]]).faults).toHaveLength(1);
});

const pointer = place('&gp', 'v');
const objects = [struct('gp', '&old'), struct('old', 1), struct('new', 2)];
const use = [rcu_dereference(r0, pointer), load(r1, place(r0, 'v'))];
const replaced = rcu_assign_pointer(pointer, '&new');
const gone = ['P0: use-after-free: reads after old was freed'];

test('what is freed after a grace period is not in use by a section', () => {
  expect(runAll([section(...use), [replaced, sync(), kfree('&old')]], objects).faults).toEqual([]);
  expect(runAll([section(...use), [replaced, kfree_rcu('&old')]], objects).faults).toEqual([]);
});

test('it is without the grace period, without the section, and if it was not replaced before', () => {
  expect(runAll([section(...use), [replaced, kfree('&old')]], objects).faults).toEqual(gone);
  expect(runAll([use, [replaced, sync(), kfree('&old')]], objects).faults).toEqual(gone);
  expect(runAll([use, [replaced, kfree_rcu('&old')]], objects).faults).toEqual(gone);
  expect(runAll([section(...use), [sync(), replaced, kfree('&old')]], objects).faults).toEqual(gone);
});

test('a store of a section that is still in the window holds up kfree_rcu()', () => {
  const store = [rcu_dereference(r0, pointer), WRITE_ONCE(place(r0, 'v'), 3)];
  expect(runAll([section(...store), [replaced, kfree_rcu('&old')]], objects).faults).toEqual([]);
  expect(runAll([store, [replaced, kfree_rcu('&old')]], objects).faults).toHaveLength(1);
});

test('a section that begins after a grace period has begun sees what its caller saw', () => {
  // Else it could still find the old object, which the grace period does not know that it has to wait for.
  const twice = [...section(), ...section(...use)];
  expect(runAll([twice, [replaced, kfree_rcu('&old')]], objects).faults).toEqual([]);
  expect(
    runAll(
      [
        [...section(), ...use],
        [replaced, kfree_rcu('&old')],
      ],
      objects,
    ).faults,
  ).toEqual(gone);
});

test('freeing twice is a fault, with and without a grace period', () => {
  const free = [kfree_rcu('&old')];
  expect(runAll([[kfree('&old')], [kfree('&old')]], objects).faults).toEqual([
    'P0: double free: frees old, which is freed',
    'P1: double free: frees old, which is freed',
  ]);
  expect(runAll([free, [kfree('&old')]], objects).faults.length).toBeGreaterThan(0);
});
