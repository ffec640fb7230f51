/** What `heddle matrix` changes is what the specs change by hand, and a guessed pointer orders what a branch orders. */
import { describe, expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import { mergedVariants } from '../checker/matrix/plan.ts';
import { binary, constant } from '../model/program/expression.ts';
import {
  dma_wmb,
  kfree,
  kzalloc,
  place,
  READ_ONCE,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  smp_load_acquire,
  smp_mb,
  smp_store_release,
  spin_lock,
  spin_unlock,
  store,
  synchronize_rcu,
  WRITE_ONCE,
  xchg,
} from '../model/program/kernel.ts';
import { type Mutation, mutated, mutationsOf } from '../model/program/mutation.ts';
import { type Stmt, when } from '../model/program/statement.ts';
import arrayOps from './array-ops/index.ts';
import cmdq from './cmdq/index.ts';
import { specs } from './index.ts';
import iovaToPhys from './iova-to-phys/index.ts';
import irqLocks from './irq-locks/index.ts';
import { r0, r1, r2, r3, runAll, struct, x, y } from './memory/programs.ts';
import pgtable from './pgtable/index.ts';
import { programs } from './programs.ts';
import unmapVsAttach from './unmap-vs-attach/index.ts';
import writeEntry from './write-entry/index.ts';

const variantOf = ({ variants }: typeof cmdq, name: string) => variants.find((v) => v.name === name)!;

describe('every line of the flagship is changed in every way, and each way once', () => {
  const { code, mutations } = mutationsOf(() => variantOf(unmapVsAttach, 'v7.1').build('armv8'));
  const count = (sort: Mutation['sort']): number => mutations.filter((m) => m.sort === sort).length;

  test('fences: three, of which one is a full one', () => {
    // smp_mb(): dropped, two weaker ones, earlier, later. dma_wmb() of the queue and of the STE: dropped, earlier, later.
    expect(count('fence')).toBe(5 + 3 + 3);
  });

  test('dependencies: the array on either CPU, and the SMMU that an entry names', () => {
    expect(count('dependency')).toBe(2 + 1);
  });

  test('locks, interrupts, RCU and the publication', () => {
    // read_lock(): relaxed, dropped, write_lock(); read_unlock(): relaxed.
    expect(count('lock')).toBe(3 + 1);
    expect(count('interrupts')).toBe(1);
    // rcu_read_lock(): later, dropped with its unlock; that: earlier. kfree_rcu(): kfree().
    expect(count('RCU')).toBe(2 + 1 + 1);
    expect(count('acquire or release')).toBe(1);
    expect(count('atomic')).toBe(0);
  });

  test('the order of steps: swapped where they are neighbours, dropped where they concern a device', () => {
    // Two pairs among what CPU0 does; two loads of an entry; two pairs around PROD; array and STE; array and kfree_rcu.
    const swaps = 2 + 1 + 2 + 1 + 1;
    // inv_range in the unmap, its walk, the list of an entry; PROD and the poll of any list; the attach, its STE, either
    // entry_set() of it, and the CFGI_STE of any entry_set().
    const drops = 3 + 2 + 5;
    expect(count('order')).toBe(swaps + drops);
  });

  test('no two of them are the same programs, nor the original', () => {
    expect(new Set([code, ...mutations.map((m) => m.code)]).size).toBe(1 + 41);
    expect(new Set(mutations.map(({ id }) => id)).size).toBe(41);
  });
});

describe('what a spec changes by hand, the matrix changes as well: the programs are the same', () => {
  const pairs = [
    [unmapVsAttach, 'v7.1', 'arm_smmu_domain_inv_range.smp_mb.dropped', 'no barrier on CPU0'],
    [unmapVsAttach, 'v7.1', 'arm_smmu_domain_inv_range.smp_mb.smp_wmb', 'smp_wmb on CPU0'],
    [unmapVsAttach, 'v7.1', 'arm_smmu_write_entry.dma_wmb.dropped', 'no barrier on CPU1'],
    [
      unmapVsAttach,
      'v7.1',
      'arm_smmu_attach_dev.arm_smmu_install_new_domain_invs.swapped',
      'STE before the array',
    ],
    [unmapVsAttach, 'v7.1', 'CPU0.arm_smmu_domain_inv_range.dropped', 'no invalidation'],
    [unmapVsAttach, 'v7.1', 'arm_smmu_domain_inv_range.rcu_read_lock.dropped', 'no rcu_read_lock'],
    [unmapVsAttach, 'v7.1', 'arm_smmu_install_new_domain_invs.kfree_rcu.kfree', 'kfree'],
    [arrayOps, 'detach', 'arm_smmu_domain_inv_range.read_lock-rwlock.dropped', 'no read_lock'],
    [arrayOps, 'detach', 'arm_smmu_invs_unref.write_lock-rwlock.dropped', 'no write_lock'],
    [pgtable, 'two maps', 'arm_lpae_install_table.dma_wmb.dropped', 'no dma_wmb before install'],
    [
      irqLocks,
      'interrupt on the attaching CPU',
      'arm_smmu_invs_unref.local_irq_save.dropped',
      'interrupt on the attaching CPU, write_lock',
    ],
    [writeEntry, 'new root, v7.1', 'arm_smmu_write_entry.dma_wmb.dropped', 'new root, v9'],
    [iovaToPhys, 'tables freed by RCU', 'CPU1.rcu_read_lock.dropped', 'tables freed by RCU, no section'],
  ] as const;
  const known = new Map<string, readonly Mutation[]>();
  const mutationsIn = (spec: typeof cmdq, name: string): readonly Mutation[] => {
    const found = known.get(spec.name) ?? mutationsOf(() => variantOf(spec, name).build('armv8')).mutations;
    known.set(spec.name, found);
    return found;
  };
  test.each(pairs.map((p) => [p[2], p[3], p] as const))('%s is "%s"', (id, to, [spec, from]) => {
    const found = mutationsIn(spec, from).find((m) => m.id === id);
    const byHand = mutationsOf(() => variantOf(spec, to).build('armv8')).code;
    expect(found?.code.split('\n')).toEqual(byHand.split('\n'));
  });

  test('and so verdict and counts are', () => {
    const v71 = variantOf(unmapVsAttach, 'v7.1');
    const { mutations } = mutationsOf(() => v71.build('armv8'));
    const { edit } = mutations.find(({ id }) => id === 'arm_smmu_write_entry.dma_wmb.dropped')!;
    const [changed, byHand] = [
      programs.build(v71, 'armv8', edit),
      variantOf(unmapVsAttach, 'no barrier on CPU1').build('armv8'),
    ].map((system) => checkNow(system, { search: 'bfs' }));
    expect(changed!.verdict.kind).toBe('violated');
    expect(changed!.verdict).toEqual(byHand!.verdict);
    expect([changed!.effort.states, changed!.effort.transitions]).toEqual([
      byHand!.effort.states,
      byHand!.effort.transitions,
    ]);
  });
});

test('every spec has a variant to take apart, which is expected to hold', () => {
  for (const spec of specs) {
    const chosen = mergedVariants(spec);
    expect(chosen.map(({ name }) => name).sort()).toEqual([...(spec.merged ?? [chosen[0]?.name])].sort());
    for (const { expect: expected } of chosen)
      expect(new Set(Object.values(expected).map(({ kind }) => kind))).toEqual(new Set(['holds']));
  }
});

test('an interrupt handler has its lines changed as well', () => {
  const { code, mutations } = mutationsOf(() => variantOf(cmdq, 'interrupt').build('sc'));
  const found = mutations.find(({ id }) => id.endsWith('dma_wmb.dropped'))!;
  expect(found.programs).toEqual(['CPU0', 'IRQ']);
  const fences = (text: string): readonly number[] =>
    text.split(/^(?=CPU0|IRQ)/m).map((program) => program.split('"op":"fence"').length - 1);
  expect(fences(found.code)).toEqual(fences(code).map((n) => n - 1));
});

describe('each kind of change matters where its line does, and not where it does not', () => {
  const at = (name: string) => place(`&${name}`, 'v');
  const [l, o, p] = [at('l'), at('o'), at('p')];
  const objects = [struct('l', 0), struct('p', '&o'), struct('o', 7)];
  const buffer = (fence: readonly Stmt[]): readonly (readonly Stmt[])[] => [
    [WRITE_ONCE(x, 1), ...fence, READ_ONCE(r0, y)],
    [WRITE_ONCE(y, 1), smp_mb(), READ_ONCE(r1, x)],
  ];
  const pass = (publish: Stmt, read: Stmt): readonly (readonly Stmt[])[] => [
    [WRITE_ONCE(x, 1), publish],
    [read, READ_ONCE(r1, x)],
  ];
  const counts = (more: readonly Stmt[]): readonly Stmt[] => [
    spin_lock(l),
    READ_ONCE(r0, x),
    WRITE_ONCE(x, binary('add', r0, constant(1))),
    ...more,
    spin_unlock(l),
  ];
  const reader = [rcu_read_lock(), rcu_dereference(r0, p), READ_ONCE(r1, place(r0, 'v')), rcu_read_unlock()];
  const frees = [WRITE_ONCE(p, '&l'), synchronize_rcu(), kfree('&o')];
  const cases: readonly [
    what: string,
    id: string,
    needed: readonly (readonly Stmt[])[],
    redundant: readonly (readonly Stmt[])[],
  ][] = [
    [
      'a full fence',
      'P0.smp_mb.dropped',
      buffer([smp_mb()]),
      [[smp_mb(), READ_ONCE(r0, x)], [READ_ONCE(r1, x)]],
    ],
    [
      'its weaker form',
      'P0.smp_mb.smp_wmb',
      buffer([smp_mb()]),
      [
        [WRITE_ONCE(x, 1), smp_mb(), WRITE_ONCE(y, 1)],
        [smp_load_acquire(r0, y), READ_ONCE(r1, x)],
      ],
    ],
    [
      'its place',
      'P0.smp_mb.moved-later',
      buffer([smp_mb()]),
      [[smp_mb(), READ_ONCE(r0, x)], [READ_ONCE(r1, x)]],
    ],
    [
      'a release',
      'P0.smp_store_release-v.WRITE_ONCE',
      pass(smp_store_release(y, 1), smp_load_acquire(r0, y)),
      pass(smp_store_release(x, 2), READ_ONCE(r0, y)),
    ],
    [
      'an acquire',
      'P1.smp_load_acquire-v.READ_ONCE',
      pass(smp_store_release(y, 1), smp_load_acquire(r0, y)),
      pass(WRITE_ONCE(y, 1), smp_load_acquire(r0, x)),
    ],
    [
      'an atomic',
      'P0.xchg-v.xchg_relaxed',
      [
        [WRITE_ONCE(x, 1), xchg(r0, y, 1)],
        [smp_load_acquire(r1, y), READ_ONCE(r2, x)],
      ],
      [[xchg(r0, y, 1)], [smp_load_acquire(r1, y)]],
    ],
    ['a lock', 'P0.spin_lock-v.dropped', [counts([]), counts([])], [counts([]), [READ_ONCE(r1, y)]]],
    ['a section', 'P0.rcu_read_lock.dropped', [reader, frees], [reader, [synchronize_rcu()]]],
    ['a grace period', 'P1.synchronize_rcu.dropped', [reader, frees], [[READ_ONCE(r0, x)], frees]],
    [
      'an order',
      'P0.WRITE_ONCE-v.swapped',
      [[WRITE_ONCE(o, 1), kfree('&o')], []],
      [[WRITE_ONCE(x, 1), WRITE_ONCE(y, 1)], []],
    ],
  ];
  test.each(cases)('%s', (_, id, needed, redundant) => {
    const [there, elsewhere] = [needed, redundant].map((threads) => {
      const run = () => {
        const { outcomes, faults } = runAll(threads, objects);
        return [...outcomes, ...faults];
      };
      const { edit } = mutationsOf(run).mutations.find((m) => m.id === id)!;
      return { before: run(), after: mutated(edit, run) };
    });
    expect(there!.after).not.toEqual(there!.before);
    expect(elsewhere!.after).toEqual(elsewhere!.before);
  });
});

describe('a pointer that the compiler has guessed', () => {
  const p = place('&p', 'v');
  const pointer = (to: string | number) => [struct('p', to)];
  const ends = (threads: readonly (readonly Stmt[])[], objects: Parameters<typeof runAll>[1]) => {
    const run = () => runAll(threads, objects);
    const { edit } = mutationsOf(run).mutations.find(({ sort }) => sort === 'dependency')!;
    return { asItIs: run().outcomes, guessed: mutated(edit, run).outcomes };
  };

  test('does not order a load through it', () => {
    const { asItIs, guessed } = ends(
      [
        [WRITE_ONCE(x, 1), dma_wmb(), WRITE_ONCE(p, '&x')],
        [rcu_dereference(r0, p), READ_ONCE(r1, place(r0, 'v'))],
      ],
      pointer('&y'),
    );
    expect(asItIs).toEqual(['1:r0=&x 1:r1=1', '1:r0=&y 1:r1=0']);
    expect(guessed).toEqual(['1:r0=&x 1:r1=0', '1:r0=&x 1:r1=1', '1:r0=&y 1:r1=0']);
  });

  test('orders a store through it, as a branch does', () => {
    const { asItIs, guessed } = ends(
      [
        [READ_ONCE(r1, x), smp_mb(), WRITE_ONCE(p, '&x')],
        [rcu_dereference(r0, p), WRITE_ONCE(place(r0, 'v'), 1)],
      ],
      pointer('&y'),
    );
    expect(asItIs).toEqual(['0:r1=0 1:r0=&x', '0:r1=0 1:r0=&y']);
    expect(guessed).toEqual(asItIs);
  });

  test('shows an object as it was before all that was stored in it, however early that was', () => {
    const fresh = struct('o', 0, { life: 'unallocated' });
    const { asItIs, guessed } = ends(
      [
        [kzalloc(r3, ['o']), store(place(r3, 'v'), 1), rcu_assign_pointer(p, r3)],
        [WRITE_ONCE(y, 1), smp_mb(), rcu_dereference(r0, p), when(r0, [READ_ONCE(r1, place(r0, 'v'))])],
      ],
      [...pointer(0), fresh],
    );
    const reads = (outcomes: readonly string[], value: number): boolean =>
      outcomes.some((o) => o.includes(`1:r0=&o 1:r1=${value}`));
    expect([reads(asItIs, 1), reads(asItIs, 0)]).toEqual([true, false]);
    expect([reads(guessed, 1), reads(guessed, 0)]).toEqual([true, true]);
  });
});
