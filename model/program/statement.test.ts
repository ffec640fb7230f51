import { expect, test } from 'vitest';
import { constant } from './expression.ts';
import { assign, locals, smp_mb, smp_wmb } from './kernel.ts';
import { call, compile, drop, edit, optional, replace, when, whilst } from './statement.ts';

const { a, b } = locals('f', 'a', 'b');
const one = constant(1);

test('if without else branches over its body', () => {
  const { code } = compile('CPU0', [when(a, [smp_mb()]), smp_wmb()]);
  expect(code.map((i) => i.op)).toEqual(['branch', 'fence', 'fence']);
  expect(code[0]).toMatchObject({ cond: a, otherwise: 2 });
});

test('if with else goes to one of two bodies and on behind both', () => {
  const { code } = compile('CPU0', [when(a, [smp_mb()], [smp_wmb()]), assign(b, 1)]);
  expect(code.map((i) => i.op)).toEqual(['branch', 'fence', 'jump', 'fence', 'set']);
  expect([code[0], code[2]]).toMatchObject([{ otherwise: 3 }, { to: 4 }]);
});

test('while tests before every round', () => {
  const { code } = compile('CPU0', [whilst(a, [assign(a, 0)]), smp_mb()]);
  expect(code.map((i) => i.op)).toEqual(['branch', 'set', 'jump', 'fence']);
  expect([code[0], code[2]]).toMatchObject([{ otherwise: 3 }, { to: 0 }]);
});

test('an instruction knows the function that it was written in, also when inlined into another', () => {
  const { code } = compile('CPU0', [call('outer', [call('inner', [smp_mb()]), smp_wmb()])]);
  expect(code.map((i) => `${i.at.fn}: ${i.at.text}`)).toEqual(['inner: smp_mb()', 'outer: smp_wmb()']);
});

test('optional statements are not missed when they are never executed', () => {
  const { code } = compile('CPU0', [optional([smp_mb()]), smp_wmb()]);
  expect(code.map((i) => i.at.covered)).toEqual([false, true]);
});

const body = [call('f', [smp_mb(), when(one, [call('g', [smp_mb()])])])];

test('a statement is dropped in the function named, and in no other', () => {
  expect(compile('CPU0', edit(body, drop('g', 'smp_mb()'))).code.map((i) => i.op)).toEqual([
    'fence',
    'branch',
  ]);
  expect(compile('CPU0', edit(body, drop('f', 'smp_mb()'))).code.map((i) => i.op)).toEqual([
    'branch',
    'fence',
  ]);
});

test('a statement is replaced in its place', () => {
  const { code } = compile('CPU0', edit(body, replace('g', 'smp_mb()', [smp_wmb(), assign(a, 1)])));
  expect(code.map((i) => i.op)).toEqual(['fence', 'branch', 'fence', 'set']);
});

test('a change that matches no statement is refused', () => {
  expect(() => edit(body, drop('f', 'smp_rmb()'))).toThrow("no statement 'smp_rmb()' in f() to change");
});
