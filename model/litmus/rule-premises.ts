/** For every premise of a rule of semantics.md 1, a litmus test whose verdict changes without it. Any machine can
 *  be tried on them; herd7's reasons are given where the verdict is not a classic. */
import type { MemoryModel } from '../machine.ts';
import type { Observation } from './outcomes.ts';

export interface PremiseTest {
  /** What the verdict says, as a sentence. */
  readonly says: string;
  readonly question: string;
  readonly threads: readonly string[];
  readonly verdict: Observation;
  /** armv8 unless said otherwise. */
  readonly model?: MemoryModel;
}

const set = (register: string, value: number): string => `MOV ${register},#${value}`;
const publishX = (fence: string): string => `${set('W0', 1)}; STR W0,[X20]; ${fence}; STR W0,[X21]`;
const stale = 'exists (1:X1=1 /\\ 1:X2=0)';
const buffered = 'exists (0:X1=1 /\\ 1:X1=1)';
const storeThenLoad = (first: string, second: string, middle: string): string =>
  `${set('W0', 1)}; STR W0,[${first}]; ${middle}; LDR W2,[${second}]`;
const bothOld = 'exists (0:X2=0 /\\ 1:X2=0)';
const readThenTell = 'LDR W1,[X21]; DMB SY; MOV W2,#1; STR W2,[X20]';

export const premiseTests: readonly PremiseTest[] = [
  // load: which messages are readable
  {
    says: 'a load may be stale: a fence between the stores alone orders nothing',
    verdict: 'Sometimes',
    question: stale,
    threads: [publishX('DMB SY'), 'LDR W1,[X21]; LDR W2,[X20]'],
  },
  {
    says: 'DMB LD puts what was read into the past of later loads',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'LDR W1,[X21]; DMB LD; LDR W2,[X20]'],
  },
  {
    says: 'an address dependency orders loads',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'LDR W1,[X21]; EOR W3,W1,W1; LDR W2,[X20,W3,SXTW]'],
  },
  {
    says: 'a control dependency does not order loads',
    verdict: 'Sometimes',
    question: stale,
    threads: [publishX('DMB SY'), 'LDR W1,[X21]; CBNZ W1,L; L: LDR W2,[X20]'],
  },
  {
    says: 'a control dependency and an ISB order loads',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'LDR W1,[X21]; CBNZ W1,L; L: ISB; LDR W2,[X20]'],
  },
  {
    says: 'LDAR orders later loads',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'LDAR W1,[X21]; LDR W2,[X20]'],
  },
  {
    says: 'LDAPR orders later loads',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'LDAPR W1,[X21]; LDR W2,[X20]'],
  },
  {
    says: 'two loads of one cell do not go back',
    verdict: 'Never',
    question: stale,
    threads: ['MOV W0,#1; STR W0,[X20]', 'LDR W1,[X20]; LDR W2,[X20]'],
  },
  {
    says: 'a CSEL does not pass its condition on as an address dependency',
    verdict: 'Sometimes',
    question: stale,
    threads: [publishX('DMB SY'), 'LDR W1,[X21]; CMP W1,#1; CSEL W3,W4,W5,EQ; LDR W2,[X20,W3,SXTW]'],
  },
  {
    says: 'a CSEL passes its condition on to an ISB',
    verdict: 'Never',
    question: stale,
    threads: [
      publishX('DMB SY'),
      'LDR W1,[X21]; CMP W1,#1; CSEL W3,W4,W5,EQ; CBNZ W3,L; L: ISB; LDR W2,[X20]',
    ],
  },
  {
    says: 'memory is multi-copy atomic',
    verdict: 'Never',
    question: 'exists (2:X1=1 /\\ 2:X2=0 /\\ 3:X1=1 /\\ 3:X2=0)',
    threads: [
      'MOV W0,#1; STR W0,[X20]',
      'MOV W0,#1; STR W0,[X21]',
      'LDR W1,[X20]; EOR W3,W1,W1; LDR W2,[X21,W3,SXTW]',
      'LDR W1,[X21]; EOR W3,W1,W1; LDR W2,[X20,W3,SXTW]',
    ],
  },

  // store issue and propagate
  {
    says: 'stores to different cells leave in any order',
    verdict: 'Sometimes',
    question: stale,
    threads: [publishX('NOP'), 'LDR W1,[X21]; DMB LD; LDR W2,[X20]'],
  },
  {
    says: 'DMB ST keeps stores in order',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB ST'), 'LDR W1,[X21]; DMB LD; LDR W2,[X20]'],
  },
  {
    says: 'a store release waits for earlier stores',
    verdict: 'Never',
    question: stale,
    threads: ['MOV W0,#1; STR W0,[X20]; STLR W0,[X21]', 'LDR W1,[X21]; DMB LD; LDR W2,[X20]'],
  },
  {
    says: 'later stores do not wait for a store release',
    verdict: 'Sometimes',
    question: stale,
    threads: ['MOV W0,#1; STLR W0,[X20]; STR W0,[X21]', 'LDR W1,[X21]; DMB LD; LDR W2,[X20]'],
  },
  {
    says: 'stores to one cell stay in order',
    verdict: 'Never',
    question: 'exists (x=1)',
    threads: ['MOV W0,#1; STR W0,[X20]; MOV W1,#2; STR W1,[X20]'],
  },
  {
    says: 'a load passes an earlier store',
    verdict: 'Sometimes',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'NOP'), storeThenLoad('X21', 'X20', 'NOP')],
  },
  {
    says: 'DMB SY orders a load after earlier stores',
    verdict: 'Never',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'DMB SY'), storeThenLoad('X21', 'X20', 'DMB SY')],
  },
  {
    says: 'DMB ST does not order a load after a store',
    verdict: 'Sometimes',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'DMB ST'), storeThenLoad('X21', 'X20', 'DMB ST')],
  },
  {
    says: 'DSB ST does',
    verdict: 'Never',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'DSB ST'), storeThenLoad('X21', 'X20', 'DSB ST')],
  },
  {
    says: 'LDAR waits for an earlier STLR',
    verdict: 'Never',
    question: bothOld,
    threads: ['MOV W0,#1; STLR W0,[X20]; LDAR W2,[X21]', 'MOV W0,#1; STLR W0,[X21]; LDAR W2,[X20]'],
  },
  {
    says: 'LDAPR does not',
    verdict: 'Sometimes',
    question: bothOld,
    threads: ['MOV W0,#1; STLR W0,[X20]; LDAPR W2,[X21]', 'MOV W0,#1; STLR W0,[X21]; LDAPR W2,[X20]'],
  },

  // forwarding
  {
    says: 'a load never misses a pending own store',
    verdict: 'Always',
    question: 'forall (0:X1=1)',
    threads: ['MOV W0,#1; STR W0,[X20]; LDR W1,[X20]'],
  },
  {
    says: 'a forwarded value has the view of its data, not of its store',
    verdict: 'Sometimes',
    question: 'exists (1:X1=1 /\\ 1:X3=1 /\\ 1:X2=0)',
    threads: [
      publishX('DMB SY'),
      'LDR W1,[X21]; CBZ W1,L; MOV W4,#1; STR W4,[X22]; LDR W3,[X22]; EOR W5,W3,W3; LDR W2,[X20,W5,SXTW]; L:',
    ],
  },
  {
    says: 'it does have the view of its data',
    verdict: 'Never',
    question: 'exists (1:X1=1 /\\ 1:X3=1 /\\ 1:X2=0)',
    threads: [
      publishX('DMB SY'),
      'LDR W1,[X21]; STR W1,[X22]; LDR W3,[X22]; EOR W5,W3,W3; LDR W2,[X20,W5,SXTW]',
    ],
  },
  // [A] is after the read part of the atomic only: aob = rmw; lrs; [A|Q]
  {
    says: 'an acquire that forwards from an atomic is not ordered after its store part',
    verdict: 'Sometimes',
    question: stale,
    threads: [
      publishX('DMB SY'),
      'LDR W1,[X21]; CBNZ W1,L; L: STR W7,[X22]; SWP W8,W9,[X22]; LDAR W6,[X22]; LDR W2,[X20]',
    ],
  },
  {
    says: 'but it is ordered after its read part',
    verdict: 'Never',
    question: 'exists (1:X1=1 /\\ 1:X2=0)',
    threads: [publishX('DMB SY'), 'MOV W8,#5; SWP W8,W1,[X21]; LDAR W6,[X21]; LDR W2,[X20]'],
  },

  // defer and resolve
  {
    says: 'a later independent store overtakes a load',
    verdict: 'Sometimes',
    question: buffered,
    threads: ['LDR W1,[X20]; MOV W2,#1; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a store waits for the loads that its data need',
    verdict: 'Never',
    question: buffered,
    threads: ['LDR W1,[X20]; EOR W2,W1,W1; ADD W2,W2,#1; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a store waits for the loads that earlier branches need',
    verdict: 'Never',
    question: buffered,
    threads: ['LDR W1,[X20]; CBNZ W1,L; L: MOV W2,#1; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a store waits for the loads that earlier addresses need',
    verdict: 'Never',
    question: buffered,
    threads: ['LDR W1,[X20]; EOR W3,W1,W1; LDR W4,[X22,W3,SXTW]; MOV W2,#1; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a store release waits for earlier loads',
    verdict: 'Never',
    question: buffered,
    threads: ['LDR W1,[X20]; MOV W2,#1; STLR W2,[X21]', readThenTell],
  },
  {
    says: 'a store that a CSEL did not make depend on a load overtakes it',
    verdict: 'Sometimes',
    question: buffered,
    threads: ['LDR W1,[X20]; MOV W3,#1; CMP W4,#0; CSEL W2,W3,W1,EQ; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a store waits for the condition of the CSEL that made its data',
    verdict: 'Never',
    question: buffered,
    threads: ['LDR W1,[X20]; MOV W3,#1; CMP W1,#0; CSEL W2,W3,W3,EQ; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a deferred load does not read a later own store',
    verdict: 'Never',
    question: 'exists (0:X1=2)',
    threads: ['LDR W1,[X20]; MOV W2,#2; STR W2,[X20]; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a deferred load does not read what comes after a later own store',
    verdict: 'Never',
    question: 'exists (0:X1=1 /\\ x=1)',
    threads: [
      'LDR W1,[X20]; MOV W2,#2; STR W2,[X20]; STR W2,[X21]',
      'LDR W1,[X21]; DMB SY; MOV W2,#1; STR W2,[X20]',
    ],
  },
  {
    says: 'two deferred loads of one cell do not go back',
    verdict: 'Never',
    question: 'exists (0:X1=1 /\\ 0:X3=0)',
    threads: ['LDR W1,[X20]; LDR W3,[X20]; MOV W2,#1; STR W2,[X21]', readThenTell],
  },
  {
    says: 'a deferred load does not miss an earlier own store that is still pending',
    verdict: 'Never',
    question: 'exists (0:X3=0)',
    threads: [
      'LDR W1,[X22]; EOR W4,W1,W1; ADD W4,W4,#2; STR W4,[X20]; LDR W3,[X20]; MOV W2,#1; STR W2,[X21]',
      'LDR W1,[X21]; DMB SY; MOV W2,#1; STR W2,[X22]',
    ],
  },

  // atomics
  {
    says: 'no increment is lost',
    verdict: 'Always',
    question: 'forall (x=2)',
    threads: ['MOV W0,#1; LDADD W0,W1,[X20]', 'MOV W0,#1; STADD W0,[X20]'],
  },
  {
    says: 'DMB LD orders the read part of an atomic',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'MOV W0,#5; SWP W0,W1,[X21]; DMB LD; LDR W2,[X20]'],
  },
  {
    says: 'DMB LD does not order the read part of an atomic without result',
    verdict: 'Sometimes',
    question: 'exists (y=6 /\\ 1:X2=0)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; DMB SY; MOV W0,#1; STR W0,[X21]',
      'MOV W0,#5; STADD W0,[X21]; DMB LD; LDR W2,[X20]',
    ],
  },
  {
    says: 'DMB LD does wait for what a load forwards from it',
    verdict: 'Never',
    question: 'exists (1:X1=6 /\\ 1:X2=0)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; DMB SY; MOV W0,#1; STR W0,[X21]',
      'MOV W0,#5; STADD W0,[X21]; LDR W1,[X21]; DMB LD; LDR W2,[X20]',
    ],
  },
  {
    says: 'SWPA orders later loads',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'MOV W0,#5; SWPA W0,W1,[X21]; LDR W2,[X20]'],
  },
  {
    says: 'SWPA to the zero register does not',
    verdict: 'Sometimes',
    question: 'exists (y=5 /\\ 1:X2=0 /\\ 0:X3=0)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; DMB SY; SWP W0,W3,[X21]',
      'MOV W0,#5; SWPA W0,WZR,[X21]; LDR W2,[X20]',
    ],
  },
  {
    says: 'a relaxed atomic does not order a load after an earlier store',
    verdict: 'Sometimes',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'SWP W0,W5,[X22]'), storeThenLoad('X21', 'X20', 'DMB SY')],
  },
  {
    says: 'an AL atomic does',
    verdict: 'Never',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'SWPAL W0,W5,[X22]'), storeThenLoad('X21', 'X20', 'DMB SY')],
  },
  {
    says: 'the store part of an atomic may trail later accesses',
    verdict: 'Sometimes',
    question: bothOld,
    threads: ['MOV W0,#1; SWPA W0,W1,[X20]; LDR W2,[X21]', storeThenLoad('X21', 'X20', 'DMB SY')],
  },
  // x=5 is before x=1 in coherence; rfi does not order, so nothing orders x=1 before z.
  {
    says: 'an atomic that forwards from a pending store does not own the cell yet',
    verdict: 'Sometimes',
    question: 'exists (0:X3=1 /\\ 1:X1=1 /\\ x=3)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; MOV W2,#3; SWP W2,W3,[X20]; STR W3,[X21]',
      'LDR W1,[X21]; DMB SY; MOV W2,#5; STR W2,[X20]',
    ],
  },
  {
    says: 'nothing comes between an atomic and the pending store from which it forwards',
    verdict: 'Never',
    question: 'exists (0:X3=1 /\\ 1:X1=1 /\\ x=3)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; MOV W2,#3; SWP W2,W3,[X20]',
      'LDR W1,[X20]; DMB SY; MOV W2,#5; STR W2,[X20]',
    ],
  },
  {
    says: 'a successful CAS passes on no address dependency',
    verdict: 'Sometimes',
    question: stale,
    threads: [
      publishX('DMB SY'),
      'MOV W1,#1; MOV W5,#7; CAS W1,W5,[X21]; EOR W3,W1,W1; LDR W2,[X20,W3,SXTW]',
    ],
  },
  {
    says: 'a failed CAS does',
    verdict: 'Never',
    question: stale,
    threads: [
      publishX('DMB SY'),
      'MOV W1,#2; MOV W5,#7; CAS W1,W5,[X21]; EOR W3,W1,W1; LDR W2,[X20,W3,SXTW]',
    ],
  },
  {
    says: 'a failed CAS may read an old message',
    verdict: 'Sometimes',
    question: stale,
    threads: [publishX('DMB SY'), 'LDR W1,[X21]; MOV W2,#9; CAS W2,W5,[X20]'],
  },
  {
    says: 'a store that depends on a successful CAS waits for its read part',
    verdict: 'Never',
    question: 'exists (0:X1=1 /\\ 1:X1=1)',
    threads: [
      'MOV W1,#1; MOV W5,#7; CAS W1,W5,[X20]; EOR W3,W1,W1; MOV W2,#1; STR W2,[X21,W3,SXTW]',
      readThenTell,
    ],
  },
  {
    says: 'a later independent store overtakes a CAS',
    verdict: 'Sometimes',
    question: 'exists (0:X1=1 /\\ 1:X1=1)',
    threads: ['MOV W1,#1; MOV W5,#7; CAS W1,W5,[X20]; MOV W2,#1; STR W2,[X21]', readThenTell],
  },

  // The own store has left when it is read back: x is before z, z before y, y is read first.
  {
    says: 'reading back an own store that has left gives its data view only, too',
    verdict: 'Sometimes',
    question: 'exists (0:X1=1 /\\ 0:X2=0 /\\ 1:X4=0 /\\ 2:X1=1)',
    threads: [
      'MOV W0,#1; STR W0,[X22]; LDR W1,[X21]; LDR W3,[X22]; EOR W5,W3,W3; LDR W2,[X20,W5,SXTW]',
      'MOV W0,#1; STR W0,[X20]; DMB SY; LDR W4,[X22]',
      'LDR W1,[X22]; DMB SY; MOV W0,#1; STR W0,[X21]',
    ],
  },
  {
    says: 'a load does not forward from a store when an earlier load may read past it',
    verdict: 'Never',
    question: 'exists (0:X3=7 /\\ 0:X5=2)',
    threads: [
      'MOV W4,#2; STR W4,[X20]; LDR W3,[X20]; LDR W5,[X20]; MOV W2,#1; STR W2,[X21]',
      'MOV W2,#7; STR W2,[X20]',
    ],
  },
  {
    says: 'a store after a DMB LD overtakes an atomic without result',
    verdict: 'Sometimes',
    question: 'exists (1:X1=1 /\\ x=6)',
    threads: ['MOV W0,#5; STADD W0,[X20]; DMB LD; MOV W2,#1; STR W2,[X21]', readThenTell],
  },
  {
    says: 'what a load forwards from a successful CAS is as uncertain as the CAS',
    verdict: 'Never',
    question: 'exists (0:X1=1 /\\ 0:X3=2 /\\ 1:X1=1)',
    threads: [
      'MOV W1,#1; MOV W5,#2; CAS W1,W5,[X20]; LDR W3,[X20]; CBNZ W3,L; L: MOV W4,#1; STR W4,[X21]',
      readThenTell,
    ],
  },
  {
    says: 'a successful CAS passes on a dependency to an ISB',
    verdict: 'Never',
    question: stale,
    threads: [publishX('DMB SY'), 'MOV W1,#1; MOV W5,#7; CAS W1,W5,[X21]; CBNZ W1,L; L: ISB; LDR W2,[X20]'],
  },

  // exclusives
  {
    says: 'no foreign store comes between LDXR and a successful STXR',
    verdict: 'Never',
    question: 'exists (0:X1=0 /\\ 1:X1=0 /\\ 0:X2=0 /\\ 1:X2=0)',
    threads: ['MOV W0,#1; LDXR W1,[X20]; STXR W2,W0,[X20]', 'MOV W0,#2; LDXR W1,[X20]; STXR W2,W0,[X20]'],
  },
  {
    says: 'a load between LDXR and STXR reads nothing older than the LDXR',
    verdict: 'Never',
    question: 'exists (0:X1=2 /\\ 0:X2=0)',
    threads: ['MOV W0,#1; LDXR W1,[X20]; LDR W2,[X20]; STXR W3,W0,[X20]', 'MOV W0,#2; STR W0,[X20]'],
  },
  {
    says: 'STXR may fail',
    verdict: 'Sometimes',
    question: 'exists (0:X2=1)',
    threads: ['MOV W0,#1; LDXR W1,[X20]; STXR W2,W0,[X20]'],
  },

  // SC and TSO
  {
    says: 'TSO lets a load pass a store',
    model: 'tso',
    verdict: 'Sometimes',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'NOP'), storeThenLoad('X21', 'X20', 'NOP')],
  },
  {
    says: 'TSO drains at a full barrier',
    model: 'tso',
    verdict: 'Never',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'DMB SY'), storeThenLoad('X21', 'X20', 'DMB SY')],
  },
  {
    says: 'TSO drains at an atomic',
    model: 'tso',
    verdict: 'Never',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'SWP W0,W5,[X22]'), storeThenLoad('X21', 'X20', 'SWP W0,W5,[X22]')],
  },
  {
    says: 'TSO keeps stores, and loads, in order',
    model: 'tso',
    verdict: 'Never',
    question: stale,
    threads: [publishX('NOP'), 'LDR W1,[X21]; LDR W2,[X20]'],
  },
  {
    says: 'TSO forwards',
    model: 'tso',
    verdict: 'Sometimes',
    question: 'exists (0:X1=1 /\\ 0:X2=0 /\\ 1:X1=1 /\\ 1:X2=0)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; LDR W1,[X20]; LDR W2,[X21]',
      'MOV W0,#1; STR W0,[X21]; LDR W1,[X21]; LDR W2,[X20]',
    ],
  },
  {
    says: 'TSO lets no store pass a load',
    model: 'tso',
    verdict: 'Never',
    question: buffered,
    threads: ['LDR W1,[X20]; MOV W2,#1; STR W2,[X21]', readThenTell],
  },
  {
    says: 'SC lets nothing pass',
    model: 'sc',
    verdict: 'Never',
    question: bothOld,
    threads: [storeThenLoad('X20', 'X21', 'NOP'), storeThenLoad('X21', 'X20', 'NOP')],
  },
];
