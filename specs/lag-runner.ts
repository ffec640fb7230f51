/** The exploration machine (semantics.md 7) as a runner of litmus tests: every final state that the engine
 *  reaches. */
import { checkNow } from '../checker/explore/check.ts';
import type { Verdict } from '../checker/outcome.ts';
import type { System } from '../checker/system.ts';
import type { Read } from '../model/contract.ts';
import { isFinished } from '../model/cpu/work.ts';
import { withLateReads } from '../model/litmus/late-reads.ts';
import type { FinalState, Limits, OutcomeRunner, Outcomes } from '../model/litmus/outcomes.ts';
import { Unsupported } from '../model/litmus/unsupported.ts';
import type { Scenario } from '../model/machine.ts';
import { buildMachine, type Machine } from '../model/system.ts';

/** A scenario without properties: everything is explored. */
export function bareSystem(
  machine: Pick<Machine, 'components' | 'agents' | 'columns'>,
  name: string,
): System {
  const { components, agents, columns } = machine;
  return {
    name,
    components,
    agents,
    columns,
    invariants: [],
    witnesses: [],
    statements: [],
    stuck: () => null,
  };
}

/** With unseen steps late, where that is sound. */
export const exploreLag: OutcomeRunner = (scenario, limits) => {
  const machine = buildMachine(scenario);
  const late = scenario.model === 'armv8' ? withLateReads(machine) : machine;
  return explore(machine, { ...machine, ...late }, limits);
};

/** Every interleaving. */
export const exploreLagInFull: OutcomeRunner = (scenario, limits) => {
  const machine = buildMachine(scenario);
  return explore(machine, machine, limits);
};

function explore(machine: Machine, explored: Machine, limits: Limits): Outcomes {
  const { maxStates, maxSeconds, maxBytes } = limits;
  const { scenario } = machine;
  const finals = new Map<string, FinalState>();
  const limit = new AbortController();
  let why = '';
  let faulty: string | null = null;
  const stop = (reason: string): void => {
    why = reason;
    limit.abort();
  };
  const { verdict, effort } = checkNow(bareSystem(explored, 'litmus'), {
    search: 'dfs',
    maxStates,
    keepTraces: false,
    ...(maxBytes === undefined ? {} : { memoryLimit: maxBytes }),
    signal: limit.signal,
    onProgress({ seconds }) {
      if (maxSeconds !== undefined && seconds > maxSeconds) stop(`it took more than ${maxSeconds} s`);
    },
    onTerminal(read) {
      faulty ??= faultOf(machine, read);
      const final = finalState(machine, scenario, read);
      if (final !== null) finals.set(JSON.stringify(final), final);
    },
  });
  if (faulty !== null) throw new Unsupported(`a program that does what none may: ${faulty}`);
  return {
    finals: [...finals.values()],
    states: effort.states,
    complete: verdict.kind !== 'incomplete',
    why: why === '' && verdict.kind === 'incomplete' ? whyOf(verdict, maxStates) : why,
  };
}

/** Which limit it was. */
function whyOf({ bound, why }: Extract<Verdict, { kind: 'incomplete' }>, maxStates: number): string {
  return bound === 'max-states' ? `it has more than ${maxStates} states` : why;
}

/** What a program does that no program may; a test has no outcomes worth the name then. */
function faultOf(machine: Machine, read: Read): string | null {
  for (const cpu of machine.cpus) {
    const { fault } = read(cpu.thread);
    if (fault !== null && fault.kind !== 'RCU misuse') return `${cpu.name}: ${fault.why}`;
  }
  return null;
}

/** Null where a thread has not ended: a guess that led nowhere, or a deadlock, such as that of a grace period in a
 *  read-side section. */
function finalState(machine: Machine, scenario: Scenario, read: Read): FinalState | null {
  const threads = machine.cpus.map((cpu) => read(cpu.thread));
  if (!machine.cpus.every((cpu, i) => isFinished(cpu, threads[i]!) && threads[i]!.fault === null))
    return null;
  return {
    registers: threads.map((t, i) =>
      Object.fromEntries(
        scenario.programs[i]!.observed.map((name) => {
          const value = t.regs[name]?.value;
          return [name, value?.kind === 'const' ? value.value : null];
        }),
      ),
    ),
    memory: machine.layout.cells.map((c) => read(c.group).values[c.slot]!),
  };
}
