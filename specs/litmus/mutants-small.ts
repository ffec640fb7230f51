/** Small programs, compared with the list machine, for rules that neither herd7's tests nor random programs need. In
 *  every thread X20, X21 and X22 point to x, y and z. Each string is a thread. */
const one = 'MOV W0,#1';
const publishX = `${one}; STR W0,[X20]; DMB SY; STR W0,[X21]`;
const readY = 'LDR W1,[X21]; EOR W3,W1,W1';
const tellY = `${one}; LDR W1,[X20]; DMB SY; STR W0,[X21]`;
const writeZ = `${one}; STR W0,[X22]`;
const writeY = 'MOV W0,#2; STR W0,[X21]; DMB SY; LDR W1,[X20]';
const storeThenLoad = (fence: string): string => `${one}; STR W0,[X20]; LDR W3,[X22]; ${fence}; LDR W2,[X21]`;
const pendingLoad = (then: string): readonly string[] => [
  publishX,
  `${one}; LDR W1,[X20]; LDAR W2,[X21]; ${then}; STR W0,[X22]`,
  'LDR W1,[X22]; DMB SY; MOV W0,#2; STR W0,[X20]',
];

export const smallPrograms: Readonly<Record<string, readonly string[]>> = {
  'load, address, ISB': [publishX, `${readY}; LDR W2,[X22,W3,SXTW]; ISB; LDR W4,[X20]`],
  'store, address, ISB': [publishX, `${readY}; STR W3,[X22,W3,SXTW]; ISB; LDR W4,[X20]`],
  'deferred load, address, ISB': [
    publishX,
    `${readY}; LDR W2,[X22,W3,SXTW]; ISB; LDR W4,[X20]; MOV W5,#1; STR W5,[X21]`,
  ],
  'STLR, LDR, LDAPR': [
    'MOV W0,#2; STLR W0,[X20]; LDR W1,[X21]; LDAPR W2,[X22]',
    `${one}; STR W0,[X22]; DMB SY; STR W0,[X20]; LDR W1,[X20]; DMB SY; STR W0,[X21]`,
  ],
  'STLR, SWPA': [`${one}; STLR W0,[X20]; SWPA W0,W1,[X21]`, writeY],
  'STLR, CASA': [`${one}; STLR W0,[X20]; MOV W3,#0; CASA W3,W0,[X21]`, writeY],
  'SWP, SWPAL': [`${one}; SWP W0,W1,[X20]`, 'MOV W0,#2; SWPAL W0,W1,[X20]'],
  'a CAS that fails on a stale value': [publishX, 'LDR W1,[X21]; MOV W3,#7; CAS W3,W3,[X20]'],
  'the status of a STXR as address': [
    publishX,
    'LDXR W1,[X21]; STXR W5,W1,[X21]; EOR W6,W5,W5; LDR W2,[X20,W6,SXTW]',
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
  'deferred load, LDAR, load': pendingLoad('LDR W3,[X20]'),
  'deferred load, LDAR, address': pendingLoad('EOR W4,W1,W1'),
};
