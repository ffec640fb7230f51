import { describe, expect, test } from 'vitest';
import { binary, constant } from './expression.ts';
import {
  assign,
  cmpxchg,
  dma_wmb,
  irqrestore,
  irqsave,
  kfree_rcu,
  kzalloc,
  load,
  locals,
  mb,
  place,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  smp_cond_load_acquire,
  smp_load_acquire,
  smp_mb,
  smp_store_release,
  spin_lock,
  spin_unlock,
  store,
  synchronize_rcu,
  WRITE_ONCE,
  writePROD,
} from './kernel.ts';
import { both, mutated, mutationsOf, toldApart } from './mutation.ts';
import { call, compile, optional, rewriting, type Stmt, when, whilst } from './statement.ts';

const { p, q, r } = locals('f', 'p', 'q', 'r');
const at = (name: string) => place(`&${name}`, 'v');

/** What can be done to the body of a function `f`: text and change. */
const changes = (...body: readonly Stmt[]): readonly string[] =>
  mutationsOf(() => compile('CPU0', [call('f', body)])).mutations.map(
    ({ text, change }) => `${text}: ${change}`,
  );

/** The statements of the program as it is compiled. */
const texts = (build: () => ReturnType<typeof compile>): readonly string[] =>
  build().code.map((i) => i.at.text || i.op);

describe('each kind of line is changed step by step', () => {
  test('a full barrier: dropped, the two weaker ones, and past the access on either side', () => {
    expect(changes(store(at('x'), 1), smp_mb(), load(r, at('y')))).toEqual([
      'x = 1: behind y',
      'smp_mb(): dropped',
      'smp_mb(): smp_wmb()',
      'smp_mb(): smp_rmb()',
      'smp_mb(): moved before x = 1',
      'smp_mb(): moved behind y',
    ]);
  });

  test('a barrier between stores moves past stores, and stays where there are none', () => {
    const body = [store(at('x'), 1), load(r, at('y')), dma_wmb(), load(q, at('y'))];
    const moves = changes(...body).filter((c) => c.includes('moved'));
    expect(moves).toEqual(['dma_wmb(): moved before x = 1']);
  });

  test('mb(): DMB is no change, as no rule tells it from DSB but for stores', () => {
    expect(changes(mb())).toEqual(['mb(): dropped', 'mb(): wmb()', 'mb(): rmb()']);
  });

  test('acquire and release', () => {
    expect(changes(smp_load_acquire(r, at('x')))).toEqual(['smp_load_acquire(&x): READ_ONCE()']);
    expect(changes(smp_store_release(at('x'), 1))).toEqual(['smp_store_release(&x, 1): WRITE_ONCE()']);
    expect(changes(rcu_assign_pointer(at('x'), '&y'))).toEqual(['rcu_assign_pointer(x, &y): WRITE_ONCE()']);
    expect(changes(smp_cond_load_acquire(r, at('x'), r), smp_mb())).toContain(
      'smp_cond_load_acquire(&x, r): smp_cond_load_relaxed()',
    );
  });

  test('a fully ordered atomic: each half, and none', () => {
    expect(changes(cmpxchg(r, at('x'), 0, 1))).toEqual([
      'cmpxchg(&x, 0, 1): cmpxchg_acquire()',
      'cmpxchg(&x, 0, 1): cmpxchg_release()',
      'cmpxchg(&x, 0, 1): cmpxchg_relaxed()',
    ]);
  });

  test('a lock: its ordering, itself together with its unlock, and the other side of an rwlock', () => {
    expect(changes(spin_lock(at('l')), spin_unlock(at('l')))).toEqual([
      'spin_lock(&l): spin_lock_relaxed()',
      'spin_lock(&l): dropped',
      'spin_lock(&l): behind spin_unlock(&l)',
      'spin_unlock(&l): spin_unlock_relaxed()',
    ]);
    expect(changes(read_lock(at('l')), read_unlock(at('l')))).toContain(
      'read_lock(&l): write_lock(), and its unlock',
    );
  });

  test('interrupts and read-side sections: both ends together, section by section', () => {
    const section = (name: string): readonly Stmt[] => [
      rcu_read_lock(),
      ...irqsave(load(r, at(name))),
      ...irqrestore(load(q, at(name))),
      rcu_read_unlock(),
    ];
    expect(changes(...section('x'), ...section('y'))).toEqual([
      'rcu_read_lock(): moved behind x',
      'rcu_read_lock(): dropped',
      'local_irq_save(): dropped',
      'x: behind x #2',
      'rcu_read_unlock(): moved before x #2',
      'rcu_read_lock() #2: moved behind y',
      'rcu_read_lock() #2: dropped',
      'local_irq_save() #2: dropped',
      'y: behind y #2',
      'rcu_read_unlock() #2: moved before y #2',
    ]);
  });

  test('grace periods', () => {
    expect(changes(synchronize_rcu())).toEqual(['synchronize_rcu(): dropped']);
    expect(changes(kfree_rcu('&x'))).toEqual(['kfree_rcu(&x): kfree()']);
  });

  test('a pointer that was read may be guessed, if something is addressed by it', () => {
    expect(changes(rcu_dereference(p, at('x')), load(r, place(p, 'v')))).toEqual([
      'rcu_dereference(x): value guessed',
    ]);
    expect(changes(rcu_dereference(p, at('x')), store(at('y'), p))).toEqual([]);
  });
});

describe('the order of neighbouring steps', () => {
  test('is not turned round where one needs what the other gives', () => {
    expect(changes(load(r, at('x')), store(at('y'), r))).toEqual([]);
    expect(changes(load(r, at('x')), load(r, at('y')))).toEqual([]);
  });

  test('leaves barriers between them where they are, and takes arithmetic along', () => {
    const body = [store(at('x'), 1), smp_mb(), assign(r, 2), store(at('y'), r)];
    const [swap] = mutationsOf(() => compile('CPU0', [call('f', body)])).mutations;
    expect(texts(() => mutated(swap!.edit, () => compile('CPU0', [call('f', body)])))).toEqual([
      'set',
      'y = r',
      'smp_mb()',
      'x = 1',
    ]);
  });

  test('does not matter before an object is published', () => {
    const body = [kzalloc(p, ['o']), store(place(p, 'a'), 1), store(place(p, 'b'), 1)];
    expect(changes(...body)).toEqual([]);
    expect(
      changes(...body, WRITE_ONCE(at('x'), p), store(place(p, 'a'), 2), store(place(p, 'b'), 2)),
    ).toEqual(['WRITE_ONCE(x, p): behind p->a = 2', 'p->a = 2: behind p->b = 2']);
  });

  test('a call to a device is dropped, unless what it finds is needed', () => {
    const device = call('g', [writePROD('&smmu', []), load(r, at('x'))]);
    expect(changes(smp_mb(), device)).toContain('g(): dropped');
    expect(changes(smp_mb(), device, store(at('y'), r))).not.toContain('g(): dropped');
  });
});

describe('a line of source', () => {
  const copy = (x: string): Stmt => call('g', [store(at(x), 1), smp_mb(), store(at('z'), 1)]);

  test('is one line wherever its function is inlined, whatever the objects', () => {
    const build = () => [compile('CPU0', [copy('x'), copy('y')]), compile('CPU1', [copy('x')])];
    const { mutations } = mutationsOf(build);
    const dropped = mutations.filter(({ change, text }) => text === 'smp_mb()' && change === 'dropped');
    expect(dropped.map(({ programs }) => programs)).toEqual([['CPU0', 'CPU1']]);
    const after = mutated(dropped[0]!.edit, build);
    expect(after.flatMap(({ code }) => code).some((i) => i.op === 'fence')).toBe(false);
  });

  test('that stands twice in one body is two', () => {
    const build = () => compile('CPU0', [call('f', [smp_mb(), store(at('x'), 1), smp_mb()])]);
    const ids = mutationsOf(build).mutations.map(({ id }) => id);
    expect(ids.filter((id) => id.endsWith('dropped'))).toEqual(['f.smp_mb.dropped', 'f.smp_mb.2.dropped']);
  });

  test('moves with the end of its function, but not out of a condition or a loop', () => {
    const inner = [call('g', [smp_mb()]), load(r, at('x'))];
    expect(changes(store(at('y'), 1), ...inner)).toContain('smp_mb(): moved before y = 1');
    for (const block of [when(constant(1), [smp_mb()]), whilst(binary('lt', q, constant(1)), [smp_mb()])]) {
      const moved = changes(assign(q, 0), store(at('y'), 1), block, load(r, at('x')));
      expect(moved.filter((c) => c.includes('moved'))).toEqual([]);
    }
  });

  test('keeps its name when the objects of the scenario have others', () => {
    const ids = (x: string) => mutationsOf(() => compile('CPU0', [copy(x)])).mutations.map(({ id }) => id);
    expect(ids('x')).toEqual(ids('other'));
  });
});

test('what is optional is passed on the way, if it stands behind a condition', () => {
  const kept = when(r, [optional([store(at('x'), 1)])]);
  expect(changes(load(r, at('x')), smp_mb(), kept, store(at('y'), 1))).toContain(
    'smp_mb(): moved behind y = 1',
  );
});

test('two changes at once are both made', () => {
  const build = () => compile('CPU0', [call('f', [smp_mb(), store(at('x'), 1), dma_wmb()])]);
  const [a, b] = ['f.smp_mb.dropped', 'f.dma_wmb.dropped'].map(
    (id) => mutationsOf(build).mutations.find((m) => m.id === id)!,
  );
  expect(texts(() => mutated(both(a!.edit, b!.edit), build))).toEqual(['x = 1']);
});

test('copies of a statement are told apart by their texts alone', () => {
  const build = () => compile('CPU0', [call('f', [smp_mb(), smp_mb(), store(at('x'), 1)]), smp_mb()]);
  const [plain, apart] = [build(), mutated(toldApart, build)];
  expect(apart.code.map((i) => i.at.text)).toEqual(['smp_mb()', 'smp_mb() #2', 'x = 1', 'smp_mb()']);
  expect(apart.code.map(({ at, ...operation }) => operation)).toEqual(
    plain.code.map(({ at, ...operation }) => operation),
  );
});

test('a change that matches nothing is refused: it would be the original in disguise', () => {
  const edit = { edits: [{ do: 'drop', at: { fn: 'f', head: 'smp_mb', nth: 2 } } as const] };
  expect(() => mutated(edit, () => compile('CPU0', [call('f', [smp_mb()])]))).toThrow(
    'no smp_mb #2 in f() to drop',
  );
});

test('nothing is rewritten any more after a build that failed', () => {
  const drops = () =>
    rewriting(
      () => [],
      () => {
        throw new Error('no');
      },
    );
  expect(drops).toThrow('no');
  expect(compile('CPU0', [smp_mb()]).code).toHaveLength(1);
});
