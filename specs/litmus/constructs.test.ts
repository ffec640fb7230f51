/** Every construct that a litmus test may contain, in as little as shows that it means what it should. */
import { expect, test } from 'vitest';
import { examine } from '../../model/litmus/examine.ts';
import { exploreLag } from '../lag-runner.ts';

function outcomes(text: string): string {
  const report = examine(text, 'armv8', exploreLag, { maxStates: 5_000 });
  return report.kind === 'answered' ? report.outcomes.join(' | ') : report.why;
}

const inC = (body: string, question: string, init = ''): string => `C t
{ ${init} }
P0(int *x, int *y, spinlock_t *l, struct srcu_struct *s, atomic_t *a)
{
	int r1; int r2;
	${body}
}
${question}
`;

test.each([
  [
    'r1 = srcu_read_lock(s); WRITE_ONCE(*x, 1); srcu_read_unlock(s, r1); synchronize_srcu(s);',
    'x=1',
    '[x]=1;',
  ],
  ['synchronize_srcu_expedited(s); smp_mb__after_srcu_read_unlock(); r1 = 1;', '0:r1=1', '0:r1=1;'],
  [
    'rcu_read_lock(); r1 = rcu_dereference(*x); rcu_read_unlock(); synchronize_rcu_expedited();',
    '0:r1=0',
    '0:r1=0;',
  ],
  ['smp_store_mb(*x, 1); r1 = READ_ONCE(*x);', '0:r1=1', '0:r1=1;'],
  [
    'spin_lock(l); smp_mb__after_spinlock(); r1 = spin_is_locked(l); spin_unlock(l); r2 = spin_is_locked(l);',
    '0:r1=1 /\\ 0:r2=0',
    '0:r1=1; 0:r2=0;',
  ],
  [
    'spin_lock(l); spin_unlock(l); spin_lock(l); smp_mb__after_unlock_lock(); spin_unlock(l); r1 = 1;',
    '0:r1=1',
    '0:r1=1;',
  ],
  [
    'r1 = spin_trylock(l); r2 = spin_trylock(l); if (r1) spin_unlock(l);',
    '0:r1=1 /\\ 0:r2=0',
    '0:r1=1; 0:r2=0;',
  ],
  ['while (r1 < 3) { ++r1; WRITE_ONCE(*x, r1); }', '0:r1=3 /\\ x=3', '0:r1=3; [x]=3;'],
  ['for (r1 = 0; r1 < 2; r1++) { r2 += r1 + 2; } do { r2--; } while (r2 > 4);', '0:r2=4', '0:r2=4;'],
  ['if (r1) r2 = 1; else if (!r1) { r2 = 2; } else r2 = 3;', '0:r2=2', '0:r2=2;'],
  ['r1 = r2 == 0 ? 1 : 2; r2 = r1 == 0 ? 1 : r1 == 1 ? 5 : 6;', '0:r1=1 /\\ 0:r2=5', '0:r1=1; 0:r2=5;'],
  [
    'smp_mb__before_atomic(); atomic_inc(a); smp_mb__after_atomic(); r1 = atomic_long_read(a);',
    '0:r1=1',
    '0:r1=1;',
  ],
  [
    'r1 = atomic_fetch_add_unless(a, 2, 0); r2 = atomic_fetch_add_unless(a, 2, 5);',
    '0:r1=0 /\\ 0:r2=0 /\\ a=2',
    '0:r1=0; 0:r2=0; [a]=2;',
  ],
  [
    'r1 = atomic64_add_negative(-3, a); r2 = atomic_inc_and_test(a);',
    '0:r1=1 /\\ 0:r2=0 /\\ a=-2',
    '0:r1=1; 0:r2=0; [a]=-2;',
  ],
])('C: %s', (body, condition, expected) => {
  expect(outcomes(inC(body, `exists (${condition})`))).toBe(expected);
});

const OPERATIONS: readonly (readonly [string, string])[] = [
  ['atomic_add_return#(3, a)', '0:r1=8; [a]=8;'],
  ['atomic_sub_return#(3, a)', '0:r1=2; [a]=2;'],
  ['atomic_inc_return#(a)', '0:r1=6; [a]=6;'],
  ['atomic_dec_return#(a)', '0:r1=4; [a]=4;'],
  ['atomic_fetch_add#(3, a)', '0:r1=5; [a]=8;'],
  ['atomic_fetch_sub#(3, a)', '0:r1=5; [a]=2;'],
  ['atomic_fetch_inc#(a)', '0:r1=5; [a]=6;'],
  ['atomic_fetch_dec#(a)', '0:r1=5; [a]=4;'],
  ['atomic_fetch_and#(3, a)', '0:r1=5; [a]=1;'],
  ['atomic_fetch_or#(3, a)', '0:r1=5; [a]=7;'],
  ['atomic_fetch_xor#(3, a)', '0:r1=5; [a]=6;'],
  ['atomic_fetch_andnot#(1, a)', '0:r1=5; [a]=4;'],
  ['atomic_xchg#(a, 3)', '0:r1=5; [a]=3;'],
  ['atomic_cmpxchg#(a, 5, 3)', '0:r1=5; [a]=3;'],
  ['xchg#(a, 3)', '0:r1=5; [a]=3;'],
  ['cmpxchg#(a, 4, 3)', '0:r1=5; [a]=5;'],
];
const suffixed = OPERATIONS.flatMap(([call, expected]) =>
  ['', '_relaxed', '_acquire', '_release'].map((order) => [call.replace('#', order), expected] as const),
);

test.each(suffixed)('C: %s of 5', (call, expected) => {
  const init = 'atomic_t a = ATOMIC_INIT(5);';
  expect(outcomes(inC(`r1 = ${call};`, 'exists (0:r1=0 /\\ a=0)', init))).toBe(expected);
});

test.each([
  ['locations [x; 0:r1; y]\nexists (0:r1=0)', '0:r1=0; [x]=0; [y]=0;'],
  ['filter (0:r1=1)\nexists (0:r1=0)', ''],
  ['forall (0:r1=0 \\/ ~(x=2))', '0:r1=0; [x]=0;'],
  ['~exists (not (0:r1=0) /\\ true)', '0:r1=0;'],
])('C: %s', (question, expected) => {
  expect(outcomes(inC('r1 = READ_ONCE(*x);', question))).toBe(expected);
});

const inAssembly = (code: string, asked: string): string =>
  `AArch64 t\n{ x=5; 0:X0=x; 0:X2=y; 0:X7=3; }\n P0 ;\n${code
    .split('; ')
    .map((line) => ` ${line} ;`)
    .join('\n')}\nlocations [${asked}]\nexists (true)\n`;

const RESULTS: Readonly<Record<string, number>> = { SWP: 3, LDADD: 8, LDSET: 7, LDCLR: 4, LDEOR: 6 };

test.each(Object.entries(RESULTS))(
  'AArch64: %s with A, L and AL, W and X, and its ST form',
  (name, result) => {
    for (const order of ['', 'A', 'L', 'AL']) {
      expect(outcomes(inAssembly(`${name}${order} W7,W1,[X0]`, '0:X1; x;'))).toBe(`0:X1=5; [x]=${result};`);
      expect(outcomes(inAssembly(`${name}${order} X7,XZR,[X0]`, 'x;'))).toBe(`[x]=${result};`);
      if (name === 'SWP' || order.startsWith('A')) continue;
      expect(outcomes(inAssembly(`${name.replace('LD', 'ST')}${order} W7,[X0]`, 'x;'))).toBe(
        `[x]=${result};`,
      );
    }
  },
);

test.each([
  [
    'LDR W1,[X0,X3]; LDR W4,[X0,W3,SXTW]; LDR X5,[X0,W3,UXTW]; LDR X6,[X0,X3,LSL #0]; LDR W8,[X0,#0]',
    '0:X1; 0:X4; 0:X5; 0:X6; 0:X8;',
    '0:X1=5; 0:X4=5; 0:X5=5; 0:X6=5; 0:X8=5;',
  ],
  [
    'STR W7,[X2,W3,SXTW]; LDAR X1,[X2]; STLR X1,[X0]; LDAPR W4,[X0]',
    '0:X1; 0:X4; x;',
    '0:X1=3; 0:X4=3; [x]=3;',
  ],
  ['CMP W7,#3; CSEL W1,W7,WZR,EQ; CMP W1,W7; CSEL X4,X7,X3,NE', '0:X1; 0:X4;', '0:X1=3; 0:X4=0;'],
  [
    'ADD W1,W7,#2; SUB W3,W1,W7; EOR X4,X1,X1; AND W5,W7,#2; ORR W6,W7,#8',
    '0:X1; 0:X3; 0:X4; 0:X5; 0:X6;',
    '0:X1=5; 0:X3=2; 0:X4=0; 0:X5=2; 0:X6=11;',
  ],
  [
    'CMP W7,#4; B.LT less; MOV W1,#1; less: B end; MOV W3,#1; end: CBZ WZR,out; MOV W4,#1; out: CBNZ W7,far; MOV W5,#1; far:',
    '0:X1; 0:X3; 0:X4; 0:X5;',
    '0:X1=0; 0:X3=0; 0:X4=0; 0:X5=0;',
  ],
  [
    'CMP W7,#3; B.GE a; MOV W1,#1; a: CMP W7,#3; B.GT b; MOV W3,#1; b: CMP W7,#3; B.LE c; MOV W4,#1; c: B.NE d; MOV W5,#1; d:',
    '0:X1; 0:X3; 0:X4; 0:X5;',
    '0:X1=0; 0:X3=1; 0:X4=0; 0:X5=1;',
  ],
  [
    'DMB SY; DMB LD; DMB ST; DMB ISH; DMB ISHLD; DMB ISHST; DMB OSH; DSB SY; DSB ISHLD; DSB OSHST; ISB; ISB SY; NOP; MOV X1,#0x10',
    '0:X1;',
    '0:X1=16;',
  ],
])('AArch64: %s', (code, asked, expected) => {
  expect(outcomes(inAssembly(code, asked))).toBe(expected);
});

test('AArch64: exclusives of all kinds, which may fail', () => {
  for (const [load, store] of [
    ['LDXR', 'STXR'],
    ['LDAXR', 'STLXR'],
    ['LDXR', 'STLXR'],
    ['LDAXR', 'STXR'],
  ])
    expect(outcomes(inAssembly(`${load} W1,[X0]; ${store} W3,W7,[X0]`, '0:X1; 0:X3; x;'))).toBe(
      '0:X1=5; 0:X3=0; [x]=3; | 0:X1=5; 0:X3=1; [x]=5;',
    );
});
