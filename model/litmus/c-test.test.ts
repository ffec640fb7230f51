import { expect, test } from 'vitest';
import { litmusTest } from './litmus-test.ts';
import { LitmusSyntaxError } from './unsupported.ts';

const textOf = (body: string, init = '', question = 'exists (0:r1=1)'): string =>
  `C t\n\n(* a comment { *)\n\n{ ${init} }\n\nP0(int *x, int *y, spinlock_t *l)\n{\n${body}\n}\n\n${question}\n`;

const programOf = (body: string, init = '') => litmusTest(textOf(body, init)).scenario.programs[0]!;
const codeOf = (body: string, init = '') =>
  programOf(body, init).code.map(({ at: _, ...operation }) => operation);
const cell = (name: string) => ({ base: { kind: 'const', value: `&${name}` } });

test('marked accesses are what arm64 makes of them', () => {
  expect(
    codeOf(`int r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1 + 1); r1 = smp_load_acquire(x); smp_store_release(y, 2);
      r1 = rcu_dereference(*x); rcu_assign_pointer(*x, y); smp_store_mb(*x, 3);`),
  ).toMatchObject([
    { op: 'load', dst: 'r1', addr: cell('x'), order: 'plain' },
    { op: 'store', addr: cell('y'), value: { op: 'add', left: { name: 'r1' } }, order: 'plain' },
    { op: 'load', dst: 'r1', addr: cell('x'), order: 'acquire' },
    { op: 'store', addr: cell('y'), order: 'release' },
    { op: 'load', dst: 'r1', order: 'plain' },
    { op: 'store', addr: cell('x'), value: { value: '&y' }, order: 'release' },
    { op: 'store', order: 'plain' },
    { op: 'fence', kind: 'dmb', access: 'full' },
  ]);
});

test.each([
  ['r1 = xchg(x, 1);', { fn: 'swap', acquire: true, release: true }],
  ['r1 = xchg_relaxed(x, 1);', { fn: 'swap', acquire: false, release: false }],
  ['r1 = atomic_fetch_add_acquire(1, x);', { fn: 'add', acquire: true, release: false, noReturn: false }],
  ['atomic_andnot(1, x);', { fn: 'andnot', dst: null, acquire: false, release: false, noReturn: true }],
  ['(void)atomic_inc_return_release(x);', { fn: 'add', acquire: false, release: true, noReturn: false }],
  ['r1 = atomic64_dec_and_test(x);', { fn: 'sub', acquire: true, release: true }],
  ['r1 = test_and_set_bit(3, x);', { fn: 'or', acquire: true, release: true }],
])('%s is one atomic with the order of its suffix', (body, atomic) => {
  expect(codeOf(`int r1; ${body}`)[0]).toMatchObject({ op: 'rmw', addr: cell('x'), ...atomic });
});

test('an atomic that returns the new value computes it from the old one', () => {
  expect(codeOf('int r1; r1 = atomic_sub_return(2, x);')).toMatchObject([
    { op: 'rmw', fn: 'sub', dst: '%1' },
    { op: 'set', dst: 'r1', value: { op: 'sub', left: { name: '%1' }, right: { value: 2 } } },
  ]);
});

test('an atomic that only some values let happen is a loop around cmpxchg', () => {
  expect(codeOf('int r1; r1 = atomic_add_unless(x, 1, 0);').map(({ op }) => op)).toEqual([
    'load',
    'set',
    'branch',
    'set',
    'cas',
    'set',
    'jump',
    'set',
  ]);
});

test('a lock is taken in one step unless somebody looks at its word', () => {
  expect(codeOf('spin_lock(l); spin_unlock(l);')).toMatchObject([
    { op: 'blockingRmw', addr: cell('l'), acquire: true, release: false },
    { op: 'store', addr: cell('l'), order: 'release' },
  ]);
  expect(codeOf('int r1; spin_lock(l); r1 = spin_is_locked(l);').map(({ op }) => op)).toEqual([
    'set',
    'branch',
    'cas',
    'jump',
    'load',
    'set',
  ]);
});

test('loops test before or after the body, and evaluate what they test each time', () => {
  expect(codeOf('int r1; while (READ_ONCE(*x) == 0) r1 = 1;').map(({ op }) => op)).toEqual([
    'load',
    'set',
    'branch',
    'set',
    'load',
    'set',
    'jump',
  ]);
  expect(codeOf('int r1; do { r1 = READ_ONCE(*x); } while (!r1);').map(({ op }) => op)).toEqual([
    'set',
    'branch',
    'load',
    'set',
    'jump',
  ]);
  expect(codeOf('int r1; for (r1 = 0; r1 < 2; r1++) WRITE_ONCE(*x, r1);').map(({ op }) => op)).toEqual([
    'set',
    'set',
    'branch',
    'store',
    'set',
    'set',
    'jump',
  ]);
});

test('a star after a parenthesis is no comment, and a comment is one', () => {
  expect(
    codeOf('int r1; r1 = READ_ONCE(*x); /* a */ r1 = *(int *)y; // b\n (* c *) r1 = READ_ONCE(**x);'),
  ).toMatchObject([
    { op: 'load', addr: cell('x') },
    { op: 'load', addr: cell('y') },
    { op: 'set' },
    { op: 'load', addr: cell('x') },
    { op: 'load', addr: { base: { kind: 'reg' } } },
  ]);
});

test('operators bind as in C', () => {
  expect(codeOf('int r1; int r2; r1 = r1 + r2 * 2 == r1 << 1 & 3;')).toMatchObject([
    {
      value: {
        op: 'and',
        left: { op: 'eq', left: { op: 'add', right: { op: 'mul' } }, right: { op: 'shl' } },
      },
    },
  ]);
  expect(codeOf('int r1; r1 -= 1 - 2 - 3;')).toMatchObject([
    { value: { op: 'sub', right: { op: 'sub', left: { op: 'sub' }, right: { value: 3 } } } },
  ]);
});

test('variables start as the file says: numbers, pointers, arrays, atomics; 0 otherwise', () => {
  const init = 'int x = 3; int *p = &x; q=x; atomic_t v = ATOMIC_INIT(4); int a[3] = {7, 8}; int *0:r9=y;';
  const { scenario } = litmusTest(
    textOf('int r1; r1 = READ_ONCE(*(y + 0));', init, 'exists (a[1]=8 /\\ p=x /\\ w=0)'),
  );
  expect(scenario.objects.map((o) => [o.name, o.fields[0]!.cells])).toEqual([
    ['x', [3]],
    ['p', ['&x']],
    ['q', ['&x']],
    ['v', [4]],
    ['a', [7, 8, 0]],
    ['y', [0]],
    ['l', [0]],
    ['w', [0]],
  ]);
  expect(scenario.programs[0]!.initial).toEqual({ r1: 0, r9: '&y' });
});

test('registers need no declaration, and may be asked for without being used', () => {
  expect(programOf('r2 = READ_ONCE(*x);')).toMatchObject({ initial: { r1: 0, r2: 0 }, observed: ['r1'] });
});

test('a syntax error says where it is and what was expected', () => {
  expect(() => litmusTest(textOf('  r1 = READ_ONCE(*x)\n'))).toThrow(LitmusSyntaxError);
  expect(() => litmusTest(textOf('  r1 = READ_ONCE(*x)\n'))).toThrow(
    /^line 11, column 1: Expected .*";".*operator.* but "}" found/s,
  );
});

test.each([
  ['frobnicate(x);', /line 9, column 1: the function frobnicate\(\)/],
  ['r1 = READ_ONCE(*z);', /the name z, which is not declared/],
  ['x = 1;', /an assignment to x/],
  ['r1 = 3 / 2;', /the operator \//],
  ['r1 = xchg(x);', /xchg\(\) with 1 arguments instead of 2/],
  ['r1 = smp_mb();', /the value of smp_mb\(\)/],
  ['WRITE_ONCE(x, 1);', /a place in memory that is not/],
  ['if (r1 && READ_ONCE(*x)) r1 = 2;', /not always evaluated/],
  ['return;', /the statement return/],
  ['atomic_or_return(1, x);', /the function atomic_or_return/],
  ['rcu_read_lock(); r1 = srcu_read_lock(l);', /RCU beside SRCU/],
  ['r1 = srcu_read_lock(l); r2 = srcu_read_lock(l);', /SRCU sections that overlap/],
])('%s is refused', (body, message) => {
  expect(() => codeOf(body)).toThrow(message);
});

test('a dialect that is neither ours is refused by name', () => {
  expect(() => litmusTest('PPC MP\n{}\n')).toThrow(/the dialect PPC/);
  expect(() => litmusTest('')).toThrow(LitmusSyntaxError);
});

const raceOf = (first: string, second: string) => () =>
  litmusTest(
    `C t\n{}\nP0(int *x, spinlock_t *l) { ${first} }\nP1(int *x, spinlock_t *l) { ${second} }\nexists (x=1)\n`,
  );

test('a plain access may race unless all accesses hold one lock or only read', () => {
  const race = /possible data race on x/;
  expect(raceOf('*x = 1;', 'r1 = READ_ONCE(*x);')).toThrow(race);
  expect(raceOf('r1 = *x;', 'WRITE_ONCE(*x, 1);')).toThrow(race);
  expect(raceOf('r1 = *x;', 'r2 = READ_ONCE(*x);')).not.toThrow();
  expect(
    raceOf('spin_lock(l); *x = 1; spin_unlock(l);', 'spin_lock(l); r1 = *x; spin_unlock(l);'),
  ).not.toThrow();
  expect(raceOf('spin_lock(l); *x = 1; spin_unlock(l);', 'spin_lock(l); spin_unlock(l); r1 = *x;')).toThrow(
    race,
  );
  expect(raceOf('spin_lock(l); *x = 1; spin_unlock(l);', 'if (r1) spin_lock(l); r1 = *x;')).toThrow(race);
  expect(raceOf('spin_lock(l); *x = 1;', 'spin_lock(l); while (r1) { r1 = *x; spin_unlock(l); }')).toThrow(
    race,
  );
});
