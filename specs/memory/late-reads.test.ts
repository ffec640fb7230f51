/** Fewer interleavings for the same ends (model/litmus/late-reads.ts): the same outcomes, and what makes them the same:
 *  a step that nobody notices can be taken after any step of another agent instead of before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf } from '../../checker/intern/canonical.ts';
import type { System } from '../../checker/system.ts';
import { initialValues, readOf, take, type Values } from '../../checker/trace/take.ts';
import { isUnseen } from '../../model/litmus/late-reads.ts';
import { describeScenario, randomScenario } from '../../model/litmus/random-programs.ts';
import type { Scenario } from '../../model/machine.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { bareSystem, exploreLag, exploreLagInFull } from '../lag-runner.ts';

const samples = [
  { maxThreads: 3, maxPieces: 2, numRuns: 30, seed: 31 },
  { maxThreads: 2, maxPieces: 3, exclusives: true, apart: true, numRuns: 20, seed: 32 },
  { maxThreads: 2, maxPieces: 3, discards: true, numRuns: 20, seed: 33 },
  { maxThreads: 3, maxPieces: 1, rcu: true, numRuns: 30, seed: 34 },
] as const;

const sizes = samples.map(({ numRuns, seed, ...shape }) => ({
  size: Object.entries(shape)
    .map(([option, value]) => `${option} ${value}`)
    .join(', '),
  programs: fc.sample(randomScenario(shape), { numRuns, seed }),
}));

for (const { size, programs } of sizes) {
  test(`unseen steps late, random programs end as they do: ${size}`, { timeout: 30_000 }, () => {
    let compared = 0;
    for (const scenario of programs) {
      const [late, full] = [exploreLag, exploreLagInFull].map((explore) =>
        explore(scenario, { maxStates: 3_000 }),
      );
      if (!full!.complete) continue;
      const outcomes = full!.finals.map((f) => JSON.stringify(f)).sort();
      expect(late!.finals.map((f) => JSON.stringify(f)).sort(), describeScenario(scenario)).toEqual(outcomes);
      compared++;
    }
    expect(compared).toBeGreaterThan(programs.length / 2);
  });
}

/** Programs whose states are compared pair by pair have no more. */
const SMALL = 200;

for (const { size, programs } of sizes) {
  test(`an unseen step can follow any step of another agent instead: ${size}`, { timeout: 30_000 }, () => {
    let pairs = 0;
    for (const scenario of programs) pairs += commutations(scenario);
    expect(pairs).toBeGreaterThan(100);
  });
}

/** Holds, in every reachable state, every unseen step against every step of another agent. Returns how many pairs
 *  there are; 0 if there are too many states. */
function commutations(scenario: Scenario): number {
  const machine = buildMachine(scenario);
  const system = bareSystem(machine, 'random');
  const states = statesOf(system, initialValues(system), SMALL);
  if (states === null) return 0;
  let pairs = 0;
  for (const state of states) {
    const read = readOf(state);
    for (const [i, cpu] of machine.cpus.entries()) {
      for (const unseen of system.agents[i]!.steps(read).filter((step) => isUnseen(cpu, read, step))) {
        const first = take(system, state, unseen);
        for (const [j, other] of system.agents.entries()) {
          if (j === i) continue;
          for (const [at, step] of other.steps(read).entries()) {
            // It writes nothing that another agent's steps are made from: they are the same.
            const expected = take(system, first, other.steps(readOf(first))[at]!);
            const instead = take(system, state, step);
            const what = `${describeScenario(scenario)}\n${textOf(unseen)}, then ${textOf(step)}`;
            expect(reaches(machine, system, i, instead, expected), what).toBe(true);
            pairs++;
          }
        }
      }
    }
  }
  return pairs;
}

/** Whether an unseen step of agent `i` leads from `state` to `expected`; if not there, to states that together end as
 *  that does: what is not looked at any more may differ. */
function reaches(machine: Machine, system: System, i: number, state: Values, expected: Values): boolean {
  const read = readOf(state);
  const after = system.agents[i]!.steps(read)
    .filter((step) => isUnseen(machine.cpus[i]!, read, step))
    .map((step) => take(system, state, step));
  if (after.some((values) => keyOf(values) === keyOf(expected))) return true;
  const ends = new Set(after.flatMap((values) => endsOf(machine, system, values)));
  return endsOf(machine, system, expected).every((end) => ends.has(end));
}

/** How the runs from a state end: registers and memory. */
function endsOf(machine: Machine, system: System, from: Values): readonly string[] {
  const ends = statesOf(system, from, Number.POSITIVE_INFINITY)!.filter((values) =>
    system.agents.every((agent) => agent.steps(readOf(values)).length === 0),
  );
  return ends.map((values) => {
    const read = readOf(values);
    const threads = machine.cpus.map((cpu) => read(cpu.thread));
    const registers = threads.map(({ pc, regs }) => [
      pc,
      Object.entries(regs).map(([name, r]) => [name, r.value]),
    ]);
    return JSON.stringify([registers, machine.layout.cells.map((c) => read(c.group).values[c.slot])]);
  });
}

/** The states that are reached from one, itself included; null if there are more than `max`. */
function statesOf(system: System, start: Values, max: number): readonly Values[] | null {
  const found = new Map([[keyOf(start), start]]);
  for (const state of found.values()) {
    if (found.size > max) return null;
    for (const agent of system.agents) {
      for (const step of agent.steps(readOf(state))) {
        const after = take(system, state, step);
        found.set(keyOf(after), found.get(keyOf(after)) ?? after);
      }
    }
  }
  return [...found.values()];
}

const textOf = (step: { readonly label: { readonly lines: readonly { readonly text: string }[] } }): string =>
  step.label.lines.map(({ text }) => text).join('; ');
