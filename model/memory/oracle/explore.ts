/** Every final state of a scenario, by exhaustive search over the list machine. */
import type { Loc, Scenario } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import type { Program } from '../../program/instruction.ts';
import { issueCas, issueRmw, performReadParts } from './atomic.ts';
import { issueRead, resolveLoads } from './load.ts';
import { mayDefer } from './may-defer.ts';
import { latest, valueAt } from './memory.ts';
import { branch, fence, isb, set } from './order.ts';
import { rcu } from './rcu.ts';
import { initialState, type Machine, resolveAddress, type State, type Thread } from './state.ts';
import { vary } from './step.ts';
import { issueStore, propagate } from './store.ts';
import { awaitValue, blockingRmw } from './waiting.ts';

export interface Final {
  readonly registers: readonly Readonly<Record<string, Value | null>>[];
  readonly memory: readonly (Value | null)[];
}

export interface OracleResult {
  readonly finals: readonly Final[];
  readonly states: number;
  readonly complete: boolean;
}

export interface OracleOptions {
  readonly maxStates: number;
  /** Which reads may be deferred: those that the static check finds, or all (slower, and nothing to get wrong). */
  readonly defer?: 'flagged' | 'all';
}

/** The scenario uses an instruction that litmus tests do not need. */
export class NotInOracle extends Error {
  override name = 'NotInOracle';
}

export function exploreOracle(scenario: Scenario, options: OracleOptions): OracleResult {
  const machine = machineFor(scenario, options.defer ?? 'flagged');
  const start = initialState(machine);
  const visited = new Set([JSON.stringify(start)]);
  const frontier = [start];
  const finals = new Map<string, Final>();
  for (let state = frontier.pop(); state !== undefined; state = frontier.pop()) {
    if (visited.size > options.maxStates) {
      return { finals: [...finals.values()], states: visited.size, complete: false };
    }
    if (state.threads.every((thread, tid) => isFinished(machine, thread, tid))) {
      const final = finalOf(machine, state);
      finals.set(JSON.stringify(final), final);
    }
    for (const next of successors(machine, state)) {
      const key = JSON.stringify(next);
      if (visited.has(key)) continue;
      visited.add(key);
      frontier.push(next);
    }
  }
  return { finals: [...finals.values()], states: visited.size, complete: true };
}

function machineFor(scenario: Scenario, defer: 'flagged' | 'all'): Machine {
  const locate = new Map<string, Loc>();
  const initial: (Value | null)[] = [];
  for (const object of scenario.objects) {
    for (const field of object.fields) {
      for (const [index, value] of field.cells.entries()) {
        locate.set(`&${object.name}.${field.name}[${index}]`, initial.push(value) - 1);
      }
    }
  }
  const deferrable = (program: Program): readonly boolean[] =>
    program.code.map((_, pc) => defer === 'all' || mayDefer(program, pc));
  return { model: scenario.model, scenario, initial, locate, mayDefer: scenario.programs.map(deferrable) };
}

/** "All rows but bold ones run eagerly as local steps": if some thread has a local step, it is taken alone. */
function successors(machine: Machine, state: State): readonly State[] {
  for (const tid of state.threads.keys()) {
    const local = localSteps(machine, state, tid);
    if (local.length > 0) return local;
  }
  return [...state.threads.keys()].flatMap((tid) => [
    ...propagate(machine, state, tid),
    ...performReadParts(machine, state, tid),
    ...resolveLoads(machine, state, tid),
    ...accessSteps(machine, state, tid),
  ]);
}

const instructionOf = (machine: Machine, state: State, tid: number) =>
  machine.scenario.programs[tid]!.code[state.threads[tid]!.pc];

/** SC: "SB drained before the next instruction". */
const mustDrainFirst = (machine: Machine, thread: Thread): boolean =>
  machine.model === 'sc' && thread.window.length > 0;

function localSteps(machine: Machine, state: State, tid: number): readonly State[] {
  const instruction = instructionOf(machine, state, tid);
  if (instruction === undefined || mustDrainFirst(machine, state.threads[tid]!)) return [];
  switch (instruction.op) {
    case 'set':
      return set(state, tid, instruction);
    case 'branch':
      return branch(state, tid, instruction);
    case 'jump':
      return vary(state, tid, (t) => {
        t.pc = instruction.to;
      });
    case 'isb':
      return isb(state, tid);
    case 'fence':
      return fence(machine, state, tid, instruction);
    case 'store':
      return issueStore(machine, state, tid, instruction);
    default:
      return [];
  }
}

function accessSteps(machine: Machine, state: State, tid: number): readonly State[] {
  const instruction = instructionOf(machine, state, tid);
  if (instruction === undefined || mustDrainFirst(machine, state.threads[tid]!)) return [];
  switch (instruction.op) {
    case 'load': {
      const thread = state.threads[tid]!;
      const target = resolveAddress(machine, thread, instruction.addr);
      if (target === null) return [];
      const { dst, order, exclusive } = instruction;
      return issueRead(machine, state, tid, {
        loc: target.loc,
        address: target.at,
        order,
        mayDefer: machine.mayDefer[tid]![thread.pc]!,
        finish: (t, value, source) => {
          t.regs[dst] = value;
          if (exclusive) t.monitor = { loc: target.loc, source, value };
        },
      });
    }
    case 'rmw':
      return issueRmw(machine, state, tid, instruction);
    case 'cas':
      return issueCas(machine, state, tid, instruction);
    case 'await':
      return awaitValue(machine, state, tid, instruction);
    case 'blockingRmw':
      return blockingRmw(machine, state, tid, instruction);
    case 'rcu':
      return rcu(state, tid, instruction);
    case 'set':
    case 'branch':
    case 'jump':
    case 'isb':
    case 'fence':
    case 'store':
      return [];
    default:
      throw new NotInOracle(`the oracle has no rule for ${instruction.op}`);
  }
}

function isFinished(machine: Machine, thread: Thread, tid: number): boolean {
  return (
    thread.pc >= machine.scenario.programs[tid]!.code.length &&
    thread.window.length === 0 &&
    thread.deferred.length === 0
  );
}

function finalOf(machine: Machine, state: State): Final {
  const observed = (thread: Thread, names: readonly string[]): Record<string, Value | null> =>
    Object.fromEntries(
      names.map((name) => {
        const content = thread.regs[name];
        return [name, content?.kind === 'known' ? content.value : null];
      }),
    );
  return {
    registers: state.threads.map((thread, tid) => observed(thread, machine.scenario.programs[tid]!.observed)),
    memory: machine.initial.map((_, loc) => valueAt(machine, state, loc, latest(state, loc))),
  };
}
