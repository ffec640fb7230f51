/** What a new spec is written with besides the model's own pieces: objects, programs with changes, and claims that say
 *  what they look at by its name in the source. TUTORIAL.md shows how. */
import type { Expectation } from '../checker/spec.ts';
import type { Invariant, Read, Witness } from '../checker/system.ts';
import { ModelBug } from '../model/contract.ts';
import { isFinished } from '../model/cpu/work.ts';
import type { Fault, Life, ObjectDecl } from '../model/machine.ts';
import type { Value } from '../model/program/expression.ts';
import type { Program } from '../model/program/instruction.ts';
import type { Local } from '../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt } from '../model/program/statement.ts';
import type { Machine } from '../model/system.ts';

export const holds: Expectation = { kind: 'holds' };
export const violated = (by: string): Expectation => ({ kind: 'violated', by });
/** The same under every memory model. */
export const always = (e: Expectation) => ({ sc: e, tso: e, armv8: e });

type Initial = Value | null;

/** A struct that CPUs (and devices that are written as programs) access: its fields with their initial values, a list
 *  for an array; null = not initialised. */
export function struct(
  name: string,
  fields: Readonly<Record<string, Initial | readonly Initial[]>>,
  how: Partial<ObjectDecl> = {},
): ObjectDecl {
  const cells = (initial: Initial | readonly Initial[]): readonly Initial[] =>
    Array.isArray(initial) ? initial : [initial as Initial];
  return {
    name,
    life: 'live',
    cut: 'cell',
    device: false,
    fields: Object.entries(fields).map(([field, initial]) => ({ name: field, cells: cells(initial) })),
    ...how,
  };
}

/** What each CPU does, by its name, with changes to any of them. `observed`: locals that claims look at; others may be
 *  forgotten as soon as the program has no more use for them. */
export function programs(
  cpus: Readonly<Record<string, readonly Stmt[]>>,
  edits: readonly Edit[] = [],
  observed: readonly Local[] = [],
): readonly Program[] {
  const all = Object.entries(cpus).map(([cpu, body]) => call(cpu, body));
  const changed = edits.reduce<readonly Stmt[]>((stmts, e) => edit(stmts, e), all);
  const registers = observed.map(({ name }) => name);
  return changed.flatMap((s) => (s.kind === 'call' ? [compile(s.fn, s.body, registers)] : []));
}

/** A state, by the names of its things. */
export interface Look {
  /** What memory holds now; null = not initialised. */
  cell(object: string, field?: string, index?: number): Initial;
  /** What a local variable holds; null if it is not set yet, or not read yet. */
  local(cpu: string, local: Local): Initial;
  life(object: string): Life;
  /** Whether these CPUs have ended and all their stores have been made; none named: every CPU. */
  ended(...cpus: readonly string[]): boolean;
  /** What a CPU did that none may do, as a WARN_ON() that fired; it stops there. */
  fault(cpu: string): Fault | null;
}

export function looking(machine: Machine, read: Read, who: string): Look {
  const cpuOf = (name: string) => {
    const found = machine.cpus.find((cpu) => cpu.name === name);
    if (found !== undefined) return found;
    const names = machine.cpus.map((cpu) => cpu.name).join(', ');
    throw new ModelBug(`there is no CPU named '${name}': ${who}; there are ${names}`);
  };
  return {
    cell(object, field = 'v', index = 0) {
      const cell = machine.layout.cells[machine.layout.locate(object, field, index, who)]!;
      return read(cell.group).values[cell.slot]!;
    },
    local(cpu, { name }) {
      const { program, thread } = cpuOf(cpu);
      if (!program.observed.includes(name))
        throw new ModelBug(`the local '${name}' of ${cpu} is not among those that are observed: ${who}`);
      const value = read(thread).regs[name]?.value;
      return value?.kind === 'const' ? value.value : null;
    },
    life(object) {
      const life = machine.layout.lives.get(object);
      if (life !== undefined) return read(life);
      const found = machine.layout.objects.get(object);
      if (found === undefined) throw new ModelBug(`there is no object named '${object}': ${who}`);
      return found.life;
    },
    ended(...cpus) {
      const asked = cpus.length === 0 ? machine.cpus : cpus.map(cpuOf);
      return asked.every((cpu) => isFinished(cpu, read(cpu.thread)));
    },
    fault: (cpu) => read(cpuOf(cpu).thread).fault,
  };
}

/** Must hold in every state. `when`: where it is put to the test; a run in which that is never so is vacuous. */
export function invariant(
  machine: Machine,
  name: string,
  claim: {
    readonly when?: (look: Look) => boolean;
    /** What is wrong, as a sentence; null if nothing is. */
    readonly broken: (look: Look) => string | null;
  },
): Invariant {
  const look = (read: Read): Look => looking(machine, read, `in invariant '${name}'`);
  const { when, broken } = claim;
  if (when === undefined) return { name, broken: (read) => broken(look(read)) };
  return {
    name,
    broken: (read) => (when(look(read)) ? broken(look(read)) : null),
    antecedent: (read) => when(look(read)),
  };
}

/** Must be reached in some state: that the race which the spec is about does happen. */
export function witness(machine: Machine, name: string, reached: (look: Look) => boolean): Witness {
  return { name, reached: (read) => reached(looking(machine, read, `in witness '${name}'`)) };
}
