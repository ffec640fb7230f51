import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScenario, randomScenario } from '../../litmus/random-programs.ts';
import { premiseTests } from '../../litmus/rule-premises.ts';
import { observe, smallTest } from '../../litmus/small-test.ts';
import { binary, constant, pointerTo, reg } from '../../program/expression.ts';
import type { Address, Instruction, Operation } from '../../program/instruction.ts';
import { exploreOracle } from './explore.ts';

for (const { says, question, threads, verdict, model = 'armv8' } of premiseTests) {
  test(says, () => {
    expect(observe(exploreOracle, smallTest(question, threads, model))).toBe(verdict);
  });
}

test('deferring every load changes no verdict', () => {
  const everything = premiseTests.filter(({ model, threads }) => model === undefined && threads.length < 3);
  for (const { says, question, threads, verdict } of everything) {
    const runner = (scenario: Parameters<typeof exploreOracle>[0]) =>
      exploreOracle(scenario, { maxStates: 100_000, defer: 'all' });
    expect([says, observe(runner, smallTest(question, threads))]).toEqual([says, verdict]);
  }
});

test('on random programs the static check flags every load whose deferral matters', {
  timeout: 30_000,
}, () => {
  const programs = fc.sample(randomScenario({ maxThreads: 2, maxPieces: 2 }), { numRuns: 40, seed: 20 });
  const outcomes = (scenario: (typeof programs)[number], defer: 'flagged' | 'all') => {
    const { finals, complete } = exploreOracle(scenario, { maxStates: 2_000, defer });
    return complete ? finals.map((final) => JSON.stringify(final)).sort() : null;
  };
  let compared = 0;
  for (const scenario of programs) {
    const all = outcomes(scenario, 'all');
    if (all === null) continue;
    expect(outcomes(scenario, 'flagged'), describeScenario(scenario)).toEqual(all);
    compared++;
  }
  expect(compared).toBeGreaterThan(20);
});

const x: Address = { base: constant(pointerTo('x')), field: 'v', index: constant(0) };
const y: Address = { ...x, base: constant(pointerTo('y')) };
const write = (addr: Address, value: number): Operation => ({
  op: 'store',
  addr,
  value: constant(value),
  order: 'plain',
  status: null,
});
const full: Operation = { op: 'fence', kind: 'dmb', access: 'full', domain: 'inner' };
const read = (dst: string, addr: Address): Operation => ({
  op: 'load',
  dst,
  addr,
  order: 'plain',
  exclusive: false,
});

function finalsOf(observed: readonly string[], ...threads: readonly (readonly Operation[])[]) {
  const template = smallTest('exists (x=0 /\\ y=0)', ['NOP']).scenario;
  const programs = threads.map((operations, thread) => ({
    name: `P${thread}`,
    code: operations.map(
      (operation): Instruction => ({ ...operation, at: { fn: 'test', text: operation.op } }),
    ),
    initial: Object.fromEntries(observed.map((name) => [name, 0])),
    observed,
  }));
  return exploreOracle({ ...template, programs }, { maxStates: 10_000 });
}

test('a polling loop ends with a control dependency only', () => {
  const poll: Operation = {
    op: 'await',
    dst: 'r0',
    addr: y,
    until: binary('eq', reg('r0'), constant(1)),
    order: 'plain',
  };
  const publish = [write(x, 1), full, write(y, 1)];
  const results = (operations: readonly Operation[]) =>
    finalsOf(['r0', 'r1'], publish, operations).finals.map(({ registers }) => registers[1]!);
  expect(results([poll, read('r1', x)])).toEqual(
    expect.arrayContaining([
      { r0: 1, r1: 0 },
      { r0: 1, r1: 1 },
    ]),
  );
  expect(results([{ ...poll, order: 'acquire' } as Operation, read('r1', x)])).toEqual([{ r0: 1, r1: 1 }]);
});

test('a lock excludes', () => {
  const acquire: Operation = {
    op: 'blockingRmw',
    addr: y,
    guard: binary('eq', reg('old'), constant(0)),
    next: constant(1),
    acquire: true,
    release: false,
  };
  const increment = [
    acquire,
    read('r0', x),
    {
      op: 'store',
      addr: x,
      value: binary('add', reg('r0'), constant(1)),
      order: 'plain',
      status: null,
    } as Operation,
    { op: 'store', addr: y, value: constant(0), order: 'release', status: null } as Operation,
  ];
  const { finals } = finalsOf([], increment, increment);
  expect(finals.map(({ memory }) => memory.slice(0, 2))).toEqual([[2, 0]]);
});

test('the limit on states is reported', () => {
  const { scenario } = smallTest('exists (x=1)', ['MOV W0,#1; STR W0,[X20]', 'MOV W0,#2; STR W0,[X20]']);
  expect(exploreOracle(scenario, { maxStates: 3 }).complete).toBe(false);
});
