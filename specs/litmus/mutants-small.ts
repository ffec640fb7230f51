/** Small programs, compared with the list machine, for rules that neither herd7's tests nor random programs need. In
 *  every thread X20, X21 and X22 point to x, y and z. Each string is a thread. */
const one = 'MOV W0,#1';
const publishX = `${one}; STR W0,[X20]; DMB SY; STR W0,[X21]`;
const readY = 'LDR W1,[X21]; EOR W3,W1,W1';
const tellY = `${one}; LDR W1,[X20]; DMB SY; STR W0,[X21]`;
const writeZ = `${one}; STR W0,[X22]`;
const writeY = 'MOV W0,#2; STR W0,[X21]; DMB SY; LDR W1,[X20]';
const storeThenLoad = (fence: string): string => `${one}; STR W0,[X20]; LDR W3,[X22]; ${fence}; LDR W2,[X21]`;
const readBoth = 'LDR W1,[X21]; LDR W2,[X20]';
const tellX = `LDR W1,[X21]; DMB SY; ${one}; STR W0,[X20]`;
export const smallPrograms: Readonly<Record<string, readonly string[]>> = {
  'load, address, ISB': [publishX, `${readY}; LDR W2,[X22,W3,SXTW]; ISB; LDR W4,[X20]`],
  'store, address, ISB': [publishX, `${readY}; STR W3,[X22,W3,SXTW]; ISB; LDR W4,[X20]`],
  'deferred load, address, ISB': [
    publishX,
    `${readY}; LDR W2,[X22,W3,SXTW]; ISB; LDR W4,[X20]; MOV W5,#1; STR W5,[X21]`,
    writeZ,
  ],
  'STLR, LDR, LDAPR, LDAR': [
    'MOV W0,#2; STLR W0,[X20]; LDR W1,[X21]; LDAPR W2,[X22]; LDAR W3,[X22]',
    `${one}; STR W0,[X22]; DMB SY; STR W0,[X20]; LDR W1,[X20]; DMB SY; STR W0,[X21]`,
  ],
  'STLR, SWPA': [`${one}; STLR W0,[X20]; SWPA W0,W1,[X21]`, writeY],
  'STLR, CASA': [`${one}; STLR W0,[X20]; MOV W3,#0; CASA W3,W0,[X21]`, writeY],
  'SWP, SWPAL': [`${one}; SWP W0,W1,[X20]`, 'MOV W0,#2; SWPAL W0,W1,[X20]'],
  'a CAS that fails on a stale value': [publishX, 'LDR W1,[X21]; CBNZ W1,L; L: MOV W3,#7; CAS W3,W3,[X20]'],
  'the status of a STXR as address': [
    publishX,
    'LDXR W1,[X21]; STXR W5,W1,[X21]; EOR W6,W5,W5; LDR W2,[X20,W6,SXTW]; DMB LD',
  ],
  'STXR twice': [`${one}; LDXR W1,[X20]; STXR W5,W0,[X20]; STXR W6,W0,[X20]`, 'LDR W1,[X20]'],
  'a CASAL that fails between load and store': [
    `LDR W1,[X20]; MOV W3,#7; CASAL W3,W3,[X22]; ${one}; STR W0,[X21]`,
    'LDR W1,[X21]; DMB SY; MOV W0,#1; STR W0,[X20]',
  ],
  'deferred load, STLR': [`LDR W1,[X21]; ${one}; STR W0,[X22]; STLR W0,[X20]`, tellY],
  'deferred load, DMB SY': [`LDR W1,[X21]; ${one}; STR W0,[X22]; DMB SY; STR W0,[X20]`, tellY],
  'store, load, DMB SY, load': [storeThenLoad('DMB SY'), writeY, writeZ],
  'store, load, DSB ST, load': [storeThenLoad('DSB ST'), writeY, writeZ],
  'load, address, deferred load, address': [
    publishX,
    `${readY}; LDR W2,[X22,W3,SXTW]; ${one}; STR W0,[X21]; EOR W5,W2,W2; LDR W4,[X20,W5,SXTW]`,
    writeZ,
  ],
  'deferred load, load, CSEL as address': [
    `${publishX}; DMB SY; MOV W0,#2; STR W0,[X20]; DMB SY; LDR W1,[X21]; DMB SY; STR W0,[X22]`,
    `LDR W1,[X22]; LDR W2,[X21]; CBNZ W2,L; L: EOR W5,W2,W2; CMP W1,#0; CSEL W3,W5,W5,EQ; MOV W0,#3; STR W0,[X21]; LDR W4,[X20,W3,SXTW]`,
  ],
  'a pointer that is overwritten': [
    `${one}; STR W0,[X22]; DMB SY; STR W0,[X21]`,
    'LDR W1,[X21]; MOV X20,X22; LDR W2,[X20]',
  ],
  'two deferred loads, LDAR': [publishX, `LDR W1,[X20]; LDR W3,[X20]; LDAR W2,[X21]; ${one}; STR W0,[X22]`],
  'LDXR, load, STXR': [`${one}; LDXR W1,[X20]; LDR W2,[X20]; STXR W3,W0,[X20]`, 'MOV W0,#2; STR W0,[X20]'],
  'load, store, DSB ST': ['MOV W0,#2; STR W0,[X20]', `LDR W1,[X20]; ${one}; STR W0,[X20]; DSB ST`],
  'two stores to one cell, load': [
    `${one}; STR W0,[X20]; MOV W2,#2; STR W2,[X20]; LDR W1,[X20]`,
    'LDR W1,[X20]',
  ],
  'load, branch, load, ISB': [
    publishX,
    'LDR W1,[X21]; CBNZ W1,L; L: LDR W2,[X22]; ISB; LDR W4,[X20]',
    writeZ,
  ],
  'load, load, branch, ISB': [
    publishX,
    'LDR W1,[X21]; LDR W2,[X22]; CBNZ W1,L; L: ISB; LDR W4,[X20]',
    writeZ,
  ],
  'SWP, LDAPR': [publishX, 'MOV W0,#5; SWP W0,W1,[X21]; LDAPR W3,[X21]; LDR W2,[X20]'],
  'STADD, LDAR': [publishX, 'MOV W0,#5; STADD W0,[X21]; LDAR W1,[X21]; LDR W2,[X20]'],
  'load, STADD': [`LDR W1,[X20]; ${one}; STADD W0,[X21]`, tellX],
  'SWP, store': [`MOV W0,#2; SWP W0,W1,[X20]; ${one}; STR W0,[X21]`, tellX],
  'CAS, store': ['MOV W0,#2; MOV W3,#0; CAS W3,W0,[X20]; STR W0,[X21]', readBoth],
  'CAS of another value, store': ['MOV W0,#2; MOV W3,#7; CAS W3,W0,[X20]; STR W0,[X21]', readBoth],
  'a register that is overwritten': [`LDR W1,[X20]; STR W1,[X22]; MOV W1,#1; STR W1,[X21]`, tellX],
  'deferred load, DMB LD': [publishX, `LDR W1,[X21]; ${one}; STR W0,[X22]; DMB LD; LDR W2,[X20]`],
  'two loads, address': [publishX, 'LDR W1,[X21]; LDR W2,[X21]; EOR W3,W2,W2; LDR W4,[X20,W3,SXTW]'],
  'store, two loads, address': [
    publishX,
    'MOV W0,#5; STR W0,[X21]; LDR W1,[X21]; LDR W2,[X21]; EOR W3,W2,W2; LDR W4,[X20,W3,SXTW]',
  ],
  'deferred load, two loads': [
    `${one}; STR W0,[X20]`,
    `LDR W1,[X20]; ${one}; STR W0,[X22]; LDR W2,[X20]; LDR W3,[X20]`,
  ],
  'LDAR, deferred load, store': [publishX, 'LDAR W2,[X21]; LDR W1,[X20]; MOV W0,#5; STR W0,[X20]'],
  'store, LDAPR, deferred load, store': [
    `${one}; STR W0,[X21]; LDAPR W1,[X20]; LDR W2,[X21]; MOV W0,#2; STR W0,[X21]`,
    'MOV W0,#5; STR W0,[X20]; MOV W0,#6; STR W0,[X21]',
  ],
  'CAS to WZR, DMB SY, load': [
    `${one}; STR W0,[X20]; DMB SY; SWP W0,W5,[X21]`,
    'MOV W4,#7; CAS WZR,W4,[X21]; DMB SY; LDR W2,[X20]',
  ],
  'CAS to WZR, DMB LD, store': [
    `LDR W1,[X20]; DMB SY; ${one}; SWP W0,W5,[X21]`,
    'MOV W4,#7; CAS WZR,W4,[X21]; DMB LD; STR W4,[X20]',
  ],
  'three deferred loads of one cell, a load of another': [
    `LDR W1,[X21]; LDR W2,[X21]; LDR W3,[X21]; LDR W4,[X20]; ${one}; STR W0,[X22]`,
    `${one}; STR W0,[X21]`,
    `${one}; STR W0,[X20]`,
  ],
  'deferred load, load, store, address': [
    `LDR W1,[X22]; DMB SY; LDR W2,[X22]; LDR W3,[X20]; ${one}; STR W0,[X20]; EOR W9,W1,W1; LDR W4,[X20,W9,SXTW]`,
    'MOV W0,#5; STR W0,[X21]; DMB SY; STR W0,[X22]',
    'MOV W0,#5; STR W0,[X20]; DMB SY; STR W0,[X22]',
  ],
  'deferred load, store, load': [publishX, 'LDR W1,[X20]; MOV W0,#5; STR W0,[X20]; LDR W2,[X21]'],
};

/** A test in C: there, pointers are no registers, and there are locks. */
const c = (...threads: readonly string[]): string =>
  [
    'C small\n{}',
    ...threads.map(
      (body, id) => `P${id}(int *x, int *y, int *z, spinlock_t *l)\n{\nint r1; int r2; int r3;\n${body}\n}`,
    ),
    'exists (0:r1=1 /\\ 1:r1=1 /\\ 1:r2=1 /\\ 1:r3=1)\n',
  ].join('\n');

/** Four cells, in the order of their numbers, and a question that observes every register. Two stores of other threads
 *  are on two sides of a view and in the other order than their cells. */
const sides = (...threads: readonly string[]): string => {
  const observed = threads.flatMap((body, id) =>
    [1, 2, 3, 4].filter((r) => body.includes(`r${r} =`)).map((r) => `${id}:r${r}=1`),
  );
  return [
    'C small\n{}',
    ...threads.map(
      (body, id) => `P${id}(int *x, int *y, int *z, int *w)\n{\nint r1; int r2; int r3; int r4;\n${body}\n}`,
    ),
    `exists (${observed.join(' /\\ ')})\n`,
  ].join('\n');
};

export const smallCPrograms: Readonly<Record<string, string>> = {
  'stores on two sides of what was written': sides(
    'WRITE_ONCE(*x, 1); r1 = READ_ONCE(*w); smp_mb(); r2 = READ_ONCE(*y); r3 = READ_ONCE(*z);',
    'WRITE_ONCE(*z, 1); smp_mb(); r1 = READ_ONCE(*x);',
    'WRITE_ONCE(*y, 1); WRITE_ONCE(*w, 1);',
  ),
  'stores on two sides of what was read': sides(
    'r1 = READ_ONCE(*x); r2 = READ_ONCE(*w); smp_mb(); r3 = READ_ONCE(*y); r4 = READ_ONCE(*z);',
    'WRITE_ONCE(*z, 1); smp_mb(); WRITE_ONCE(*x, 1);',
    'WRITE_ONCE(*y, 1); WRITE_ONCE(*w, 1);',
  ),
  'stores on two sides of what a pointer was read from': `C small
{
int y = 0; int z = 0; int u = 0;
int *p = &u;
}
P0(int **p, int *y)
{
int *r1; int r2; int r3;
r1 = READ_ONCE(*p); r2 = READ_ONCE(*r1); r3 = READ_ONCE(*y);
}
P1(int **p, int *z)
{
WRITE_ONCE(*z, 1); smp_mb(); WRITE_ONCE(*p, z);
}
P2(int *y)
{
WRITE_ONCE(*y, 1);
}
exists (0:r1=z /\\ 0:r2=0 /\\ 0:r3=1)
`,
  'stores on two sides of what a deferred load begins with': `C small
{
int y = 0; int z = 0; int w = 0;
int *q = &z;
int *u = &w;
int **p = &u;
}
P0(int ***p, int *y, int *w)
{
int **r1; int *r2; int r3; int r4;
r1 = READ_ONCE(*p); r2 = READ_ONCE(*r1); WRITE_ONCE(*w, 1); r3 = READ_ONCE(*r2); r4 = READ_ONCE(*y);
}
P1(int ***p, int *z, int **q)
{
WRITE_ONCE(*z, 1); smp_mb(); WRITE_ONCE(*p, q);
}
P2(int *y, int **q)
{
WRITE_ONCE(*y, 1); WRITE_ONCE(*q, y);
}
exists (0:r1=q /\\ 0:r2=z /\\ 0:r3=0 /\\ 0:r4=1)
`,
  'deferred load, two loads, load of another cell': sides(
    'r1 = READ_ONCE(*z); WRITE_ONCE(*w, 1); r2 = READ_ONCE(*z); r3 = READ_ONCE(*z); r4 = READ_ONCE(*y);',
    'WRITE_ONCE(*z, 1);',
    'WRITE_ONCE(*y, 1);',
  ),
  'stores on two sides of the floor for the next section': sides(
    'WRITE_ONCE(*x, 1); rcu_read_lock(); rcu_read_unlock(); r1 = READ_ONCE(*y); r2 = READ_ONCE(*z);',
    'WRITE_ONCE(*z, 1); synchronize_rcu(); r1 = READ_ONCE(*x);',
    'WRITE_ONCE(*y, 1);',
  ),
  'stores on two sides of what a section that is over has seen': sides(
    'WRITE_ONCE(*x, 1); synchronize_rcu(); r1 = READ_ONCE(*y); r2 = READ_ONCE(*z);',
    'rcu_read_lock(); r1 = READ_ONCE(*x); WRITE_ONCE(*z, 1); rcu_read_unlock();',
    'WRITE_ONCE(*y, 1);',
  ),
  'a section that is over while its load is deferred': sides(
    'r1 = READ_ONCE(*y); synchronize_rcu(); r2 = smp_load_acquire(x); rcu_read_lock(); rcu_read_unlock();',
    'smp_store_release(x, 2); smp_store_release(y, 2);',
    'rcu_read_lock(); r1 = READ_ONCE(*x); rcu_read_unlock(); WRITE_ONCE(*y, 3);',
  ),
  'a section that is over while its load is deferred behind a store': sides(
    'rcu_read_lock(); WRITE_ONCE(*x, 9); rcu_read_unlock(); synchronize_rcu(); r1 = READ_ONCE(*x); r2 = READ_ONCE(*x); r3 = READ_ONCE(*y);',
    'WRITE_ONCE(*x, 2); WRITE_ONCE(*y, 2);',
    'rcu_read_lock(); r1 = READ_ONCE(*x); WRITE_ONCE(*x, 3); rcu_read_unlock();',
  ),
  'a lock behind smp_wmb, and a look at the lock word': c(
    'WRITE_ONCE(*x, 1); smp_wmb(); spin_lock(l); spin_unlock(l);',
    'r1 = READ_ONCE(*l); smp_rmb(); r2 = READ_ONCE(*x);',
  ),
  'a lock behind smp_store_release': c(
    'smp_store_release(x, 1); spin_lock(l); r1 = READ_ONCE(*y); spin_unlock(l);',
    'WRITE_ONCE(*y, 1); smp_mb(); r1 = READ_ONCE(*x);',
  ),
  'deferred load, load-acquire, load': c(
    'WRITE_ONCE(*x, 1); smp_mb(); WRITE_ONCE(*y, 1);',
    'r1 = READ_ONCE(*x); WRITE_ONCE(*z, 1); r2 = smp_load_acquire(y); r3 = READ_ONCE(*x);',
  ),
};
