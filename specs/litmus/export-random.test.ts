/** Runs of random programs as litmus tests: what was read in a run can be read in the test that is printed of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initialValues, readOf, take, type Values } from '../../checker/trace/take.ts';
import { isFinished } from '../../model/cpu/work.ts';
import { examine } from '../../model/litmus/examine.ts';
import { printLitmus } from '../../model/litmus/print/print.ts';
import { describeScenario, randomScenario } from '../../model/litmus/random-programs.ts';
import { Unsupported } from '../../model/litmus/unsupported.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import type { Instruction } from '../../model/program/instruction.ts';
import { buildMachine } from '../../model/system.ts';
import { bareSystem, exploreLag } from '../lag-runner.ts';

/** What the kernel's C has no word for, as something that it has one for. */
function sayable(i: Instruction): Instruction {
  if (i.op === 'load' && i.order === 'acquirePC') return { ...i, order: 'acquire' };
  if (i.op === 'rmw' && i.fn === 'swap') return { ...i, noReturn: false };
  return i;
}

/** The test of a run in which `picks` decide, or why there is none; null if the run ends nowhere. */
function printedRun(scenario: Scenario, picks: readonly number[]): string | null {
  const machine = buildMachine(scenario);
  const system = bareSystem(machine, 'random');
  const states: Values[] = [initialValues(system)];
  const steps = [];
  for (let n = 0; ; n++) {
    const values = states.at(-1)!;
    const all = system.agents.flatMap(({ name, steps: of }) =>
      of(readOf(values)).map((step, choice) => ({ agent: name, choice, step })),
    );
    if (all.length === 0) break;
    const { step, ...taken } = all[picks[n % picks.length]! % all.length]!;
    steps.push({ ...taken, label: step.label });
    states.push(take(system, values, step));
  }
  const last = readOf(states.at(-1)!);
  if (!machine.cpus.every((cpu) => isFinished(cpu, last(cpu.thread)))) return null;
  const history = { steps, state: (i: number) => readOf(states[i]!) };
  try {
    return printLitmus({ machine, history, ending: 'it: ends', name: 'random', about: 'It' })('?', '');
  } catch (error) {
    if (error instanceof Unsupported) return error.reason;
    throw error;
  }
}

test.each([
  { model: 'armv8', rcu: false, numRuns: 12, seed: 1, said: 8 },
  { model: 'armv8', rcu: true, numRuns: 12, seed: 2, said: 8 },
  { model: 'tso', rcu: false, numRuns: 10, seed: 3, said: 7 },
] as const)(
  'what a run reads is allowed by the test printed of it: %j',
  ({ model, rcu, seed, numRuns, said }) => {
    const program = randomScenario({
      model: model as MemoryModel,
      maxThreads: 2,
      maxPieces: 3,
      exclusives: false,
      rcu,
    });
    const picks = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 });
    let printed = 0;
    for (const [scenario, choices] of fc.sample(fc.tuple(program, picks), { numRuns, seed })) {
      const programs = scenario.programs.map((p) => ({ ...p, code: p.code.map(sayable) }));
      const text = printedRun({ ...scenario, programs }, choices);
      if (text === null || !text.startsWith('C ')) continue;
      const report = examine(text, model, exploreLag, { maxStates: 400 });
      if (report.kind === 'incomplete') continue;
      printed += 1;
      const found = report.kind === 'answered' ? report.positive > 0 : report.why;
      expect(found, `${describeScenario(scenario)}\n${text}`).toBe(true);
    }
    expect(printed).toBe(said);
  },
);
