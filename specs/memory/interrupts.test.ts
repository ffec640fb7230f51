/** Interrupts: a handler on the same thread, against its code written into the program at each place in turn, and
 *  against a handler on a thread of its own, which sees too much. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { variable } from '../../model/litmus/litmus-test.ts';
import type { FinalState } from '../../model/litmus/outcomes.ts';
import { describeScenario, randomScenario } from '../../model/litmus/random-programs.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import type { Instruction, Program } from '../../model/program/instruction.ts';
import { interrupted } from '../../model/program/interrupt.ts';
import {
  irqrestore,
  irqsave,
  type Local,
  locals,
  place,
  READ_ONCE,
  smp_mb,
  smp_store_release,
  WRITE_ONCE,
} from '../../model/program/kernel.ts';
import { compile, type Stmt } from '../../model/program/statement.ts';
import { exploreLagInFull } from '../lag-runner.ts';

const MAX = { maxStates: 1_500 };
const [x, y] = [place('&x', 'v'), place('&y', 'v')];
const { r0, r1 } = locals('f', 'r0', 'r1');

function scenarioOf(model: MemoryModel, programs: readonly Program[]): Scenario {
  return { model, objects: ['x', 'y', 'z'].map((name) => variable(name, 0)), programs, smmus: [] };
}

/** What all observed registers and the memory may hold in the end. */
function ends(scenario: Scenario): readonly FinalState[] | null {
  const { finals, complete } = exploreLagInFull(scenario, MAX);
  return complete ? finals : null;
}

/** Values of the registers of one thread in the end, in the order in which they are observed. */
function registers(scenario: Scenario, thread: number): ReadonlySet<string> {
  return new Set(ends(scenario)!.map((f) => Object.values(f.registers[thread]!).join(' ')));
}

const observing = (body: readonly Stmt[], ...results: readonly Local[]): Program =>
  compile(
    'CPU0',
    body,
    results.map(({ name }) => name),
  );

/** The handler's code in the program before instruction `at`, its registers renamed as `interrupted` does. */
function writtenIn(main: Program, handler: Program, at: number): Program {
  const rename = (i: Instruction): Instruction =>
    JSON.parse(
      JSON.stringify(i)
        .replaceAll('"kind":"reg","name":"', '"kind":"reg","name":"irq.')
        .replace('"dst":"', '"dst":"irq.'),
    );
  const body = handler.code
    .map(rename)
    .map((i): Instruction => (i.op === 'branch' ? { ...i, otherwise: i.otherwise + at } : i));
  const names = Object.fromEntries(Object.entries(handler.initial).map(([k, v]) => [`irq.${k}`, v]));
  return {
    ...main,
    code: [...main.code.slice(0, at), ...body, ...main.code.slice(at)],
    initial: { ...main.initial, ...names },
    observed: [...main.observed, ...handler.observed.map((name) => `irq.${name}`)],
  };
}

const sorted = (finals: Iterable<FinalState>): readonly string[] =>
  [...new Set([...finals].map((f) => JSON.stringify(f)))].sort();

const samples = [
  { model: 'armv8', numRuns: 60, seed: 11 },
  { model: 'tso', numRuns: 40, seed: 12 },
  { model: 'sc', numRuns: 40, seed: 13 },
] as const;

for (const { model, numRuns, seed } of samples) {
  test(`an interrupted program comes to the ends of the program with the handler at each place (${model})`, {
    timeout: 60_000,
  }, () => {
    let compared = 0;
    const shape = { model, maxThreads: 3, maxPieces: 2 };
    for (const { programs } of fc.sample(randomScenario(shape), { numRuns, seed })) {
      const [main, other, handler] = programs;
      // With the handler in a part that a branch skips there are ends without it.
      if (handler === undefined || main!.code.some((i) => i.op === 'branch')) continue;
      const scenario = scenarioOf(model, [interrupted(main!, handler), other!]);
      const all = main!.code
        .map((_, at) => at)
        .concat(main!.code.length)
        .map((at) => ends(scenarioOf(model, [writtenIn(main!, handler, at), other!])));
      const found = ends(scenario);
      if (found === null || all.includes(null)) continue;
      expect(sorted(found), describeScenario(scenarioOf(model, programs))).toEqual(
        sorted(all.flatMap((f) => f!)),
      );
      compared++;
    }
    expect(compared).toBeGreaterThan(numRuns / 6);
  });
}

const models: readonly MemoryModel[] = ['sc', 'tso', 'armv8'];
const writer = [WRITE_ONCE(x, 1), WRITE_ONCE(y, 1)];
const reader = observing([READ_ONCE(r0, y), READ_ONCE(r1, x)], r0, r1);
const other = (body: readonly Stmt[] = []): Program => compile('CPU1', body);

test.each(models)('a handler sees what its CPU did before it, in program order (%s)', (model) => {
  const scenario = scenarioOf(model, [interrupted(compile('CPU0', writer), reader), other()]);
  // Before the first store, between them, after both.
  expect([...registers(scenario, 0)].sort()).toEqual(['0 0', '0 1', '1 1']);
});

test('a handler on a CPU of its own would see it in another order', () => {
  const scenario = scenarioOf('armv8', [compile('CPU0', writer), { ...reader, name: 'IRQ' }]);
  expect(registers(scenario, 1)).toContain('1 0');
});

test('a release in a handler that saw a store of its CPU comes after that store for everybody', () => {
  // The handler tells in y what it found in x: 1 + x.
  const publish = (last: (value: number) => Stmt): Scenario => {
    const handler = compile('irq', [READ_ONCE(r0, x), last(1)], [r0.name]);
    const cpu0 = interrupted(compile('CPU0', [WRITE_ONCE(x, 1)]), handler);
    return scenarioOf('armv8', [cpu0, observing([READ_ONCE(r0, y), smp_mb(), READ_ONCE(r1, x)], r0, r1)]);
  };
  const bad = (scenario: Scenario): boolean =>
    ends(scenario)!.some(({ registers: [cpu0, cpu1] }) => {
      return cpu0!['irq.f.r0'] === 1 && cpu1!['f.r0'] === 1 && cpu1!['f.r1'] === 0;
    });
  expect(bad(publish((v) => smp_store_release(y, v)))).toBe(false);
  expect(bad(publish((v) => WRITE_ONCE(y, v)))).toBe(true);
});

test.each(models)('no interrupt comes while interrupts are off, also in a nested section (%s)', (model) => {
  const twice = [WRITE_ONCE(x, 1), ...irqsave(WRITE_ONCE(x, 2)), WRITE_ONCE(x, 3)];
  const handler = observing([READ_ONCE(r0, x)], r0);
  const found = (body: readonly Stmt[]): readonly string[] =>
    [...registers(scenarioOf(model, [interrupted(compile('CPU0', body), handler), other()]), 0)].sort();
  const [restore] = irqrestore(WRITE_ONCE(x, 5)).slice(1);
  expect(found([...twice, restore!, WRITE_ONCE(x, 4)])).toEqual(['0', '1', '3', '4']);
  // The inner restore does not turn them on.
  const nested = [...irqsave(WRITE_ONCE(x, 1)), ...irqsave(WRITE_ONCE(x, 2))];
  expect(found([...nested, restore!, WRITE_ONCE(x, 3), restore!])).toEqual(['0', '3']);
  expect(found([...nested, restore!, restore!, WRITE_ONCE(x, 3)])).toEqual(['0', '2', '3']);
});

test('a program that ends with interrupts off, and one that is interrupted already, are refused', () => {
  const handler = compile('irq', [WRITE_ONCE(x, 1)]);
  expect(() => interrupted(compile('CPU0', irqsave(WRITE_ONCE(x, 1))), handler)).toThrow(
    'CPU0 ends with interrupts off',
  );
  expect(() => interrupted(interrupted(compile('CPU0', []), handler), handler)).toThrow('has an interrupt');
});
