/** The machine that checks drivers against the list machine, which herd7 has been compared with, on random programs.
 *  Seeded: a failure prints the program. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import { naive } from '../../checker/explore/naive.ts';
import { isFinished } from '../../model/cpu/work.ts';
import type { FinalState } from '../../model/litmus/outcomes.ts';
import { describeScenario, randomScenario } from '../../model/litmus/random-programs.ts';
import { rewrite } from '../../model/litmus/rewrite.ts';
import { premiseTests } from '../../model/litmus/rule-premises.ts';
import { observe, smallTest } from '../../model/litmus/small-test.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import { exploreOracle } from '../../model/memory/oracle/explore.ts';
import type { Instruction, Operation, Program } from '../../model/program/instruction.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { bareSystem, exploreLag } from '../lag-runner.ts';

const outcomes = (finals: readonly FinalState[]): readonly string[] =>
  finals.map((f) => JSON.stringify(f)).sort();

/** Null if there are too many states. */
const lagOutcomes = (scenario: Scenario, maxStates = 20_000): readonly string[] | null => {
  const { finals, complete } = exploreLag(scenario, { maxStates });
  return complete ? outcomes(finals) : null;
};

/** Final registers and memory of a machine; null if there are too many states. */
function endsOf(machine: Machine, { programs }: Scenario, maxStates: number): readonly string[] | null {
  const ends = new Set<string>();
  const { verdict } = checkNow(bareSystem(machine, 'random'), {
    search: 'dfs',
    maxStates,
    onTerminal(read) {
      const threads = machine.cpus.map((cpu) => read(cpu.thread));
      if (!machine.cpus.every((cpu, i) => isFinished(cpu, threads[i]!))) return;
      const registers = threads.map(({ regs }, i) => programs[i]!.observed.map((name) => regs[name]?.value));
      ends.add(JSON.stringify([registers, machine.layout.cells.map((c) => read(c.group).values[c.slot])]));
    },
  });
  return verdict.kind === 'incomplete' ? null : [...ends].sort();
}

/** Programs that the oracle is through with before this many states. */
const SMALL = 800;

/** `through`: of `numRuns`, so many are small enough to be compared. */
const samples = [
  { model: 'armv8', maxThreads: 2, maxPieces: 2, exclusives: false, numRuns: 100, through: 83, seed: 1 },
  { model: 'armv8', maxThreads: 2, maxPieces: 3, exclusives: true, numRuns: 45, through: 35, seed: 2 },
  { model: 'armv8', maxThreads: 3, maxPieces: 2, exclusives: false, numRuns: 30, through: 28, seed: 3 },
  { model: 'tso', maxThreads: 2, maxPieces: 3, exclusives: true, numRuns: 60, through: 56, seed: 4 },
  { model: 'sc', maxThreads: 3, maxPieces: 2, exclusives: true, numRuns: 60, through: 57, seed: 5 },
  { model: 'armv8', maxThreads: 2, maxPieces: 3, discards: true, numRuns: 60, through: 43, seed: 8 },
  { model: 'armv8', maxThreads: 2, maxPieces: 2, apart: true, numRuns: 60, through: 38, seed: 91 },
] as const;

for (const { numRuns, through, seed, ...shape } of samples) {
  const { maxThreads, maxPieces, ...more } = shape;
  const also = Object.entries(more).flatMap(([option, on]) => (on === true ? [option] : []));
  const size = [`${maxThreads} threads of ${maxPieces} pieces`, ...also].join(', ');
  test(`on random programs of ${size}, outcomes on ${shape.model} are those of the list machine`, {
    timeout: 30_000,
  }, () => {
    let compared = 0;
    for (const scenario of fc.sample(randomScenario(shape), { numRuns, seed })) {
      const { finals, complete } = exploreOracle(scenario, { maxStates: SMALL });
      if (!complete) continue;
      expect(lagOutcomes(scenario), describeScenario(scenario)).toEqual(outcomes(finals));
      compared++;
    }
    expect(compared).toBe(through);
  });
}

test('what SC allows TSO allows, and what TSO allows Armv8 does, but for what RCsc and DSB ST forbid', {
  timeout: 30_000,
}, () => {
  const programs = fc.sample(randomScenario({ maxThreads: 3, maxPieces: 2 }), { numRuns: 80, seed: 6 });
  const ordersStoreThenLoad = ({ programs }: Scenario): boolean =>
    programs.some(({ code }) =>
      code.some(
        (i) =>
          (i.op === 'load' && i.order === 'acquire') ||
          (i.op === 'fence' && i.kind === 'dsb' && i.access === 'store'),
      ),
    );
  let [compared, larger] = [0, 0];
  for (const scenario of programs) {
    const on = (model: MemoryModel) => lagOutcomes({ ...scenario, model }, 3_000);
    const [sc, tso, armv8] = [on('sc'), on('tso'), on('armv8')];
    if (sc === null || tso === null || armv8 === null) continue;
    expect(tso, describeScenario(scenario)).toEqual(expect.arrayContaining([...sc]));
    compared++;
    if (ordersStoreThenLoad(scenario)) continue;
    expect(armv8, describeScenario(scenario)).toEqual(expect.arrayContaining([...tso]));
    if (armv8.length > tso.length && tso.length > sc.length) larger++;
  }
  expect(compared).toBe(80);
  expect(larger).toBeGreaterThan(0);
});

test('deferring every load that may be deferred, needed or not, gives the same outcomes', {
  timeout: 30_000,
}, () => {
  const eager = (i: Instruction): boolean =>
    (i.op === 'load' && i.order === 'plain') || ((i.op === 'rmw' || i.op === 'cas') && !i.acquire);
  // Nothing is done in the initial state then, which is made before we interfere.
  const starting: Operation = { op: 'choose', dst: 'started', options: [1] };
  const late = (p: Program): Program => rewrite(p, (i, pc) => (pc === 0 ? [starting, i] : null));
  let [compared, more] = [0, 0];
  for (const given of fc.sample(randomScenario({ maxThreads: 2, maxPieces: 2 }), {
    numRuns: 60,
    seed: 10,
  })) {
    const scenario = { ...given, programs: given.programs.map(late) };
    const machine = buildMachine(scenario);
    for (const { own, program } of machine.cpus) {
      const defers = own.defers as boolean[];
      program.code.forEach((i, pc) => {
        if (eager(i) && !defers[pc]) more++;
        defers[pc] = eager(i);
      });
    }
    const ends = endsOf(machine, scenario, 20_000);
    const usual = endsOf(buildMachine(scenario), scenario, 20_000);
    if (ends === null || usual === null) continue;
    expect(ends, describeScenario(scenario)).toEqual(usual);
    compared++;
  }
  expect(more).toBeGreaterThan(compared);
  expect(compared).toBe(60);
});

test('breadth first, depth first and the naive twin reach the same states and the same ends', {
  timeout: 30_000,
}, () => {
  const programs = fc.sample(randomScenario({ maxThreads: 3, maxPieces: 2, exclusives: true }), {
    numRuns: 30,
    seed: 7,
  });
  for (const scenario of programs) {
    const machine = buildMachine(scenario);
    const system = bareSystem(machine, 'random');
    const by = (search: 'bfs' | 'dfs') => {
      const ends: string[] = [];
      const { effort } = checkNow(system, {
        search,
        onTerminal: (read) => ends.push(JSON.stringify(system.components.map(({ ref }) => read(ref)))),
      });
      return { states: effort.states, transitions: effort.transitions, ends: ends.sort() };
    };
    const twin = naive(system);
    const expected = {
      states: twin.states,
      transitions: twin.transitions,
      ends: twin.terminals.map((values) => JSON.stringify(values)).sort(),
    };
    expect(by('bfs'), describeScenario(scenario)).toEqual(expected);
    expect(by('dfs'), describeScenario(scenario)).toEqual(expected);
  }
});

for (const { says, question, threads, verdict, model = 'armv8' } of premiseTests) {
  test(says, () => {
    expect(observe(exploreLag, smallTest(question, threads, model))).toBe(verdict);
  });
}
