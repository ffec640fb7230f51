/** The machine that checks drivers against the list machine, which herd7 has been compared with, on random programs.
 *  Seeded: a failure prints the program. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import { naive } from '../../checker/explore/naive.ts';
import type { FinalState } from '../../model/litmus/outcomes.ts';
import { describeScenario, randomScenario } from '../../model/litmus/random-programs.ts';
import { premiseTests } from '../../model/litmus/rule-premises.ts';
import { observe, smallTest } from '../../model/litmus/small-test.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import { exploreOracle } from '../../model/memory/oracle/explore.ts';
import { buildMachine } from '../../model/system.ts';
import { bareSystem, exploreLag } from '../lag-runner.ts';

const outcomes = (finals: readonly FinalState[]): readonly string[] =>
  finals.map((f) => JSON.stringify(f)).sort();

/** Null if there are too many states. */
const lagOutcomes = (scenario: Scenario, maxStates = 20_000): readonly string[] | null => {
  const { finals, complete } = exploreLag(scenario, { maxStates });
  return complete ? outcomes(finals) : null;
};

/** Programs that the oracle is through with before this many states. */
const SMALL = 800;

const samples = [
  { model: 'armv8', maxThreads: 2, maxPieces: 2, exclusives: false, numRuns: 100, seed: 1 },
  { model: 'armv8', maxThreads: 2, maxPieces: 3, exclusives: true, numRuns: 45, seed: 2 },
  { model: 'armv8', maxThreads: 3, maxPieces: 2, exclusives: false, numRuns: 30, seed: 3 },
  { model: 'tso', maxThreads: 2, maxPieces: 3, exclusives: true, numRuns: 60, seed: 4 },
  { model: 'sc', maxThreads: 3, maxPieces: 2, exclusives: true, numRuns: 60, seed: 5 },
  { model: 'armv8', maxThreads: 2, maxPieces: 3, discards: true, numRuns: 60, seed: 8 },
  { model: 'armv8', maxThreads: 2, maxPieces: 2, apart: true, numRuns: 60, seed: 91 },
] as const;

for (const { numRuns, seed, ...shape } of samples) {
  const { maxThreads, maxPieces, ...more } = shape;
  const also = Object.keys(more).filter((option) => option !== 'model');
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
    expect(compared).toBeGreaterThan(numRuns / 2);
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
  let larger = 0;
  for (const scenario of programs) {
    const on = (model: MemoryModel) => lagOutcomes({ ...scenario, model }, 3_000);
    const [sc, tso, armv8] = [on('sc'), on('tso'), on('armv8')];
    if (sc === null || tso === null || armv8 === null) continue;
    expect(tso, describeScenario(scenario)).toEqual(expect.arrayContaining([...sc]));
    if (ordersStoreThenLoad(scenario)) continue;
    expect(armv8, describeScenario(scenario)).toEqual(expect.arrayContaining([...tso]));
    if (armv8.length > tso.length && tso.length > sc.length) larger++;
  }
  expect(larger).toBeGreaterThan(0);
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
