/** Views and bounds that must outlive a step, on both machines: what random programs and the premises of single
 *  rules do not reach. */
import { expect, test } from 'vitest';
import { litmusTest } from '../../model/litmus/litmus-test.ts';
import type { Observation } from '../../model/litmus/outcomes.ts';
import { observe, smallTest } from '../../model/litmus/small-test.ts';
import { exploreOracle } from '../../model/memory/oracle/explore.ts';
import { exploreLag } from '../lag-runner.ts';

interface Case {
  readonly says: string;
  readonly verdict: Observation;
  readonly question: string;
  readonly threads: readonly string[];
}

const publish = 'MOV W0,#1; STR W0,[X20]; DMB SY; STR W0,[X21]';
/** So that loads of z take a step of their own. */
const writesZ = 'MOV W0,#1; STR W0,[X22]';
const stale = 'exists (1:X1=1 /\\ 1:X2=0)';

const cases: readonly Case[] = [
  {
    says: 'what a load read is remembered past another load until DMB LD',
    verdict: 'Never',
    question: stale,
    threads: [publish, 'LDR W1,[X21]; LDR W3,[X22]; DMB LD; LDR W2,[X20]', writesZ],
  },
  {
    says: 'what was stored is remembered past a load until DMB SY',
    verdict: 'Never',
    question: 'exists (0:X2=0 /\\ 1:X2=0)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; LDR W3,[X22]; DMB SY; LDR W2,[X21]',
      'MOV W0,#1; STR W0,[X21]; LDR W3,[X22]; DMB SY; LDR W2,[X20]',
      writesZ,
    ],
  },
  {
    says: 'what a branch looked at is remembered past a load until ISB',
    verdict: 'Never',
    question: stale,
    threads: [publish, 'LDR W1,[X21]; CBNZ W1,L; L: LDR W3,[X22]; ISB; LDR W2,[X20]', writesZ],
  },
  {
    says: 'what a CSEL picked by is remembered past a load until ISB',
    verdict: 'Never',
    question: stale,
    threads: [
      publish,
      'LDR W1,[X21]; CMP W1,#1; CSEL W3,W4,W5,EQ; LDR W6,[X22]; CBNZ W3,L; L: ISB; LDR W2,[X20]',
      writesZ,
    ],
  },
  {
    says: 'and when it went through an own store',
    verdict: 'Never',
    question: stale,
    threads: [
      publish,
      'LDR W1,[X21]; CMP W1,#1; CSEL W3,W4,W5,EQ; STR W3,[X22]; LDR W6,[X22]; LDR W7,[X22]; CBNZ W7,L; L: ISB; LDR W2,[X20]',
    ],
  },
  {
    says: 'an acquire does not forward what is not known yet',
    verdict: 'Never',
    question: stale,
    threads: [publish, 'LDR W1,[X21]; STR W1,[X22]; LDAR W3,[X22]; LDR W2,[X20]; MOV W4,#1; STR W4,[X22]'],
  },
  {
    says: 'a plain load that forwards from an atomic is not ordered after its read part',
    verdict: 'Sometimes',
    question: stale,
    threads: [publish, 'MOV W5,#2; SWP W5,W1,[X21]; LDR W3,[X21]; EOR W4,W3,W3; LDR W2,[X20,W4,SXTW]'],
  },
  {
    says: 'LDAXR that forwards from an exclusive is ordered after what that read',
    verdict: 'Never',
    question: 'exists (1:X1=1 /\\ 1:X6=0 /\\ 1:X2=0)',
    threads: [publish, 'LDXR W1,[X21]; MOV W5,#2; STXR W6,W5,[X21]; LDAR W3,[X21]; LDR W2,[X20]'],
  },
  {
    says: 'a load reads nothing older than an earlier load of the cell, deferred or not',
    verdict: 'Never',
    question: 'exists (0:X1=1 /\\ 0:X2=0)',
    threads: ['LDR W1,[X20]; LDR W2,[X20]; STR W2,[X21]', 'MOV W0,#1; STR W0,[X20]'],
  },
  {
    says: 'a load behind an own store may read what comes after that, though later stores overtake both',
    verdict: 'Sometimes',
    question: 'exists (1:X1=1 /\\ 1:X3=0 /\\ 0:X1=2)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; LDR W1,[X20]; STR W0,[X21]',
      'LDR W1,[X21]; DMB SY; LDR W3,[X20]; MOV W2,#2; STR W2,[X20]',
    ],
  },
  {
    says: 'an atomic whose read comes late reads nothing older than the own store before it',
    verdict: 'Never',
    question: 'exists (x=1)',
    threads: ['MOV W0,#1; STR W0,[X20]; STADD W0,[X20]', 'LDR W1,[X20]'],
  },
  {
    says: 'LDXR that forwards loses nothing to a store that reaches memory before what it forwarded from',
    verdict: 'Sometimes',
    question: 'exists (0:X7=2 /\\ 0:X1=1 /\\ 0:X3=0 /\\ x=5)',
    threads: [
      'MOV W0,#1; MOV W2,#5; STR W0,[X20]; LDXR W1,[X20]; STR W0,[X21]; LDR W7,[X22]; CBNZ W7,L; L: STXR W3,W2,[X20]',
      'LDR W1,[X21]; DMB SY; MOV W2,#2; STR W2,[X20]; DMB SY; STR W2,[X22]',
    ],
  },
  ...(
    [
      ['NOP', 'Sometimes'],
      ['DMB LD', 'Sometimes'],
      ['DSB ST', 'Sometimes'],
      ['DMB SY', 'Never'],
    ] as const
  ).map(([fence, verdict]) => ({
    says: `CASA to WZR that fails is ${verdict === 'Never' ? '' : 'not '}ordered before a load by ${fence}`,
    verdict,
    question: 'exists (0:X5=0 /\\ y=1 /\\ 1:X2=0)',
    threads: [
      'MOV W0,#1; STR W0,[X20]; DMB SY; SWP W0,W5,[X21]',
      `MOV W4,#7; CASA WZR,W4,[X21]; ${fence}; LDR W2,[X20]`,
    ],
  })),
  ...(
    [
      ['CAS WZR,W4,[X21]', 'Sometimes'],
      ['CAS W3,W4,[X21]', 'Never'],
    ] as const
  ).map(([cas, verdict]) => ({
    says: `${cas} that fails is ${verdict === 'Never' ? '' : 'not '}ordered before a store by DMB LD`,
    verdict,
    question: 'exists (0:X1=7 /\\ 0:X5=0 /\\ y=1)',
    threads: ['LDR W1,[X20]; DMB SY; MOV W0,#1; SWP W0,W5,[X21]', `MOV W4,#7; ${cas}; DMB LD; STR W4,[X20]`],
  })),
  {
    says: 'an own store between LDXR and STXR does not make that fail, though nobody else sees the cell',
    verdict: 'Sometimes',
    question: 'exists (0:X3=0 /\\ 0:X1=0 /\\ x=5)',
    threads: ['MOV W2,#5; LDXR W1,[X20]; MOV W0,#1; STR W0,[X20]; STXR W3,W2,[X20]', 'LDR W1,[X21]'],
  },
  {
    says: 'nothing foreign comes between that own store and the STXR',
    verdict: 'Never',
    question: 'exists (0:X3=0 /\\ 0:X1=0 /\\ 1:X5=1)',
    threads: [
      'MOV W2,#5; LDXR W1,[X20]; MOV W0,#1; STR W0,[X20]; STXR W3,W2,[X20]; STR W0,[X21]',
      'MOV W0,#2; SWP W0,W5,[X20]',
    ],
  },
];

for (const { says, verdict, question, threads } of cases) {
  test(says, () => {
    const litmus = smallTest(question, threads);
    expect([observe(exploreLag, litmus), observe(exploreOracle, litmus)]).toEqual([verdict, verdict]);
  });
}

test('the base keeps the view of the store that it was', () => {
  const litmus = litmusTest(`AArch64 CEX
{ 0:X1=x; 0:X5=w; 0:X3=y; 1:X1=z; 1:X3=w; 2:X1=y; 2:X3=x; 2:X5=z; }
 P0          | P1          | P2                  ;
 MOV W2,#1   | MOV W2,#1   | LDR W2,[X1]         ;
 STR W2,[X1] | STR W2,[X1] | EOR W6,W2,W2        ;
 DMB SY      | DMB SY      | LDR W7,[X3,W6,SXTW] ;
 LDR W6,[X5] | STR W2,[X3] | LDR W8,[X3]         ;
 DMB SY      |             | EOR W9,W8,W8        ;
 STR W2,[X3] |             | LDR W10,[X5,W9,SXTW];
exists (0:X6=1 /\\ 2:X2=1 /\\ 2:X7=1 /\\ 2:X8=1 /\\ 2:X10=0)
`);
  expect([observe(exploreLag, litmus), observe(exploreOracle, litmus)]).toEqual(['Sometimes', 'Sometimes']);
});
