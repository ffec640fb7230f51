import { readFileSync } from 'node:fs';
import peggy from 'peggy';
import { expect, test } from 'vitest';
import { litmusTest } from './litmus-test.ts';
import { judge, outcomesOf } from './outcomes.ts';
import { LitmusSyntaxError, Unsupported } from './unsupported.ts';

const textOf = (code: string, question = 'exists (0:X1=1)', init = '0:X0=x;'): string =>
  `AArch64 t\n"a comment of the generator"\n{ ${init} }\n P0 ;\n${code
    .split(';')
    .map((line) => ` ${line} ;`)
    .join('\n')}\n${question}\n`;

const codeOf = (code: string) =>
  litmusTest(textOf(code)).scenario.programs[0]!.code.map(({ at: _, ...operation }) => operation);

test.each(['aarch64', 'c'])('the committed parser for %s is what peggy makes of the grammar', (dialect) => {
  const here = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
  const grammar = [`${dialect}.peggy`, 'condition.peggy'].map((source) => ({ source, text: here(source) }));
  const made = peggy.generate(grammar, { output: 'source', format: 'es', grammarSource: 'any' });
  const withoutComments = (code: string): string => code.replace(/^\/\/.*\n/gm, '').trim();
  expect(withoutComments(here(`${dialect}.generated.js`))).toBe(withoutComments(made));
});

test('a syntax error says where it is and what was expected', () => {
  const text = 'AArch64 t\n{ 0:X0=x; }\n P0 ;\n LDR W1,[X0 ;\nexists (0:X1=1)';
  expect(() => litmusTest(text)).toThrow(LitmusSyntaxError);
  expect(() => litmusTest(text)).toThrow(/^line 4, column 13: Expected .*"\]".* but ";" found/s);
});

test('an unknown instruction is refused by name and place', () => {
  expect(() => codeOf('PRFM W1,[X0]')).toThrow(
    new Unsupported('the instruction PRFM with operands register, memory', { line: 5, column: 2 }),
  );
});

test('what would have a wrong meaning is refused', () => {
  expect(() => codeOf('STR W1,[X0],#4; LDR W2,[X0]')).toThrow(
    new Unsupported('an address that moved on and is used again', { line: 5, column: 2 }),
  );
  expect(() => codeOf('L: LDR W1,[X0],#4; CBZ W1,L')).toThrow(/moved on and is used again/);
  for (const address of ['[X0,#4]', '[X0,#4]!', '[X0,W2,SXTW #2]'])
    expect(() => codeOf(`LDR W1,${address}`)).toThrow(/an address that is not a variable/);
  expect(() => codeOf('LDR W1,[X0,X2]!')).toThrow(/a register offset that is written back/);
  expect(() => codeOf('LDAR W1,[X0],#4')).toThrow(/the instruction LDAR/);
  expect(() => codeOf('DMB NSH')).toThrow(Unsupported);
  expect(() => codeOf('B nowhere')).toThrow(/no label nowhere/);
});

test('W and X forms name one register', () => {
  expect(codeOf('MOV W1,#1; MOV X2,X1')).toEqual([
    { op: 'set', dst: 'X1', value: { kind: 'const', value: 1 } },
    { op: 'set', dst: 'X2', value: { kind: 'reg', name: 'X1' } },
  ]);
});

test('a result that goes to the zero register loses the acquire and its place before a DMB LD', () => {
  expect(codeOf('SWPAL W1,WZR,[X0]; SWPAL W1,W2,[X0]; STADDL W1,[X0]')).toMatchObject([
    { op: 'rmw', fn: 'swap', dst: null, acquire: false, release: true, noReturn: true },
    { op: 'rmw', fn: 'swap', dst: 'X2', acquire: true, release: true, noReturn: false },
    { op: 'rmw', fn: 'add', dst: null, acquire: false, release: true, noReturn: true },
  ]);
});

test('a CAS to the zero register compares with 0', () => {
  expect(codeOf('CASAL WZR,W1,[X0]; CASA XZR,X1,[X0]; CASAL W2,W1,[X0]')).toMatchObject([
    { op: 'cas', dst: null, expected: { value: 0 }, acquire: false, release: true },
    { op: 'cas', dst: null, expected: { value: 0 }, acquire: false, release: false },
    { op: 'cas', dst: 'X2', expected: { name: 'X2' }, acquire: true, release: true },
  ]);
});

test('an access that moves its base on is the access alone, as long as nobody uses the base', () => {
  const plain = codeOf('STR W1,[X0]; LDR W2,[X3]');
  expect(codeOf('STR W1,[X0],#4; LDR W2,[X3,#0]!')).toEqual(plain);
  expect(codeOf('LDR W1,[X0],#8; MOV X0,X4; STR W1,[X0]').map(({ op }) => op)).toEqual([
    'load',
    'set',
    'store',
  ]);
});

test('barriers keep their kind, accesses and domain', () => {
  expect(codeOf('DMB ISHST; DSB SY; DMB OSHLD; DMB ISH')).toEqual([
    { op: 'fence', kind: 'dmb', access: 'store', domain: 'inner' },
    { op: 'fence', kind: 'dsb', access: 'full', domain: 'system' },
    { op: 'fence', kind: 'dmb', access: 'load', domain: 'outer' },
    { op: 'fence', kind: 'dmb', access: 'full', domain: 'inner' },
  ]);
});

test('branches hold indices, also to a label at the end', () => {
  expect(codeOf('CBZ W1,end; CMP W1,#2; B.NE end; MOV W1,#1; end:')).toMatchObject([
    { op: 'branch', otherwise: 4, cond: { op: 'ne' } },
    { op: 'set', dst: 'flags', value: { op: 'sub' } },
    { op: 'branch', otherwise: 4, cond: { kind: 'not', operand: { op: 'ne' } } },
    { op: 'set', dst: 'X1' },
  ]);
});

test('an offset register is an address dependency', () => {
  expect(codeOf('LDR W1,[X0,W2,SXTW]')).toMatchObject([
    {
      op: 'load',
      addr: { base: { kind: 'binary', op: 'add', left: { name: 'X0' }, right: { name: 'X2' } } },
    },
  ]);
});

test('variables that are only pointed to, or only asked for, are 0; registers too', () => {
  const { scenario } = litmusTest(
    textOf('NOP', 'exists (z=0 /\\ 0:X7=0)', '0:X0=x; int y=3; uint64_t 0:X1;'),
  );
  expect(scenario.objects.map(({ name, fields }) => [name, fields[0]!.cells[0]])).toEqual([
    ['y', 3],
    ['x', 0],
    ['z', 0],
  ]);
  expect(scenario.programs[0]).toMatchObject({ observed: ['X7'], initial: { X0: '&x', X1: 0, X7: 0 } });
});

test('conditions bind as in herd: not before and before or', () => {
  const holds = (condition: string): boolean => {
    const asked = litmusTest(textOf('NOP', `exists (${condition})`));
    return judge(asked, [{ registers: [{ X1: 1, X2: 2 }], memory: [5] }]) === 'Always';
  };
  expect(holds('0:X1=1 /\\ 0:X2=0 \\/ [x]=5')).toBe(true);
  expect(holds('0:X1=1 /\\ (0:X2=0 \\/ [x]=4)')).toBe(false);
  expect(holds('~0:X1=1 \\/ x=5')).toBe(true);
  expect(holds('0:X1!=2 /\\ 0:X2<>1')).toBe(true);
  expect(holds('true /\\ not (x=4)')).toBe(true);
});

test('an outcome shows what the condition and locations mention, and nothing else', () => {
  const asked = litmusTest(textOf('NOP', 'locations [x;]\nforall (0:X1=1)'));
  const finals = [
    { registers: [{ X1: 1 }], memory: [5] },
    { registers: [{ X1: 0 }], memory: [5] },
    { registers: [{ X1: 1 }], memory: [5] },
  ];
  expect([...outcomesOf(asked, finals)]).toEqual(['[x]=5; 0:X1=1;', '[x]=5; 0:X1=0;']);
  expect(judge(asked, finals)).toBe('Sometimes');
  expect(judge(asked, finals.slice(0, 1))).toBe('Always');
  expect(judge(asked, finals.slice(1, 2))).toBe('Never');
});

test('a filter removes final states before anything is counted', () => {
  const asked = litmusTest(textOf('NOP', 'filter (x=5)\nexists (0:X1=1)'));
  const finals = [
    { registers: [{ X1: 1 }], memory: [5] },
    { registers: [{ X1: 0 }], memory: [4] },
  ];
  expect(judge(asked, finals)).toBe('Always');
  expect(outcomesOf(asked, finals).size).toBe(1);
});
