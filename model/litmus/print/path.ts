/** What each CPU executed in a run, in the order of its program, and what of it took effect. */
import type { History } from '../../contract.ts';
import { initialThread, retrace, startUp } from '../../cpu/cpu.ts';
import type { Trail } from '../../cpu/trail.ts';
import { type Cpu, instructionAt } from '../../cpu/work.ts';
import type { Content, Loc } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import type { Instruction } from '../../program/instruction.ts';
import { rcuComponent } from '../../rcu/grace-periods.ts';
import { rerun } from '../../story/rerun.ts';
import type { Machine } from '../../system.ts';

/** What a load of an object that was freed is said to read. */
export const FREED = '(freed)';

/** An instruction that was executed; `undefined` of a value: it was not known when the run ended. */
export interface Executed {
  readonly i: Instruction;
  readonly read?: { readonly loc: Loc; readonly value: Value | undefined };
  readonly write?: { readonly loc: Loc; readonly value: Value | undefined; readonly pending: boolean };
  /** The object that it freed, at once or after a grace period. */
  readonly freed?: { readonly object: string; readonly later: boolean };
}

export interface Path {
  readonly cpu: Cpu;
  readonly executed: readonly Executed[];
  /** How much of it was executed before the initial state, and what is known of registers there. */
  readonly before: number;
  readonly registers: ReadonlyMap<string, Value>;
}

/** The path of each CPU, in their order. */
export function pathsOf(machine: Machine, history: Omit<History, 'judged'>): readonly Path[] {
  const { happenings } = rerun(machine, { ...history, judged: [] });
  const before = preludes(machine);
  return machine.cpus.map((cpu, id) => {
    const begun = history.state(0)(cpu.thread);
    const own = happenings.filter((h) => h.agent === cpu.name && h.access !== undefined);
    const numbered = [...before[id]!, ...runs(cpu, history)];
    const waiting = [...history.state(history.steps.length)(cpu.thread).window];
    const executed = numbered.reverse().map(([nth, pc]): Executed => {
      const effects = own.filter((h) => h.nth === nth).map((h) => h.access!.effect);
      const read = effects.find((e) => e?.kind === 'read' && e.loc !== null);
      const write = effects.find((e) => e?.kind === 'write');
      const entry =
        write === undefined
          ? waiting.findLast(
              (e) => e.pc === pc && own.some((h) => h.nth === nth && h.access!.effect === null),
            )
          : undefined;
      if (entry !== undefined) waiting.splice(waiting.indexOf(entry), 1);
      const i = instructionAt(cpu, pc);
      const object = write?.to !== undefined && write.to.kind !== 'queue' ? write.to.name : undefined;
      return {
        i,
        ...(read === undefined ? {} : { read: { loc: read!.loc!, value: valueIn(read!.value) } }),
        ...(write?.loc == null
          ? {}
          : { write: { loc: write.loc, value: valueIn(write.value), pending: false } }),
        ...(entry !== undefined && entry.loc >= 0
          ? { write: { loc: entry.loc, value: constant(entry), pending: true } }
          : {}),
        ...(object === undefined ? {} : { freed: { object, later: write!.to!.kind === 'rcu' } }),
      };
    });
    const registers = Object.entries(begun.regs).flatMap(([name, c]) => {
      const value = constant(c);
      return value === undefined ? [] : [[name, value] as const];
    });
    return { cpu, executed: executed.reverse(), before: before[id]!.length, registers: new Map(registers) };
  });
}

/** An instruction and its number, as story/rerun.ts numbers what happens. */
type Numbered = readonly [nth: number, pc: number];

/** What each CPU executed before the initial state, since nobody could observe when. */
function preludes({ cpus, layout, rcu }: Machine): readonly (readonly Numbered[])[] {
  const values = new Map<number, unknown>([
    ...[...layout.components, rcuComponent(rcu, [])].map(({ ref, initial }) => [ref.index, initial] as const),
    ...cpus.map((cpu) => [cpu.thread.index, initialThread(cpu)] as const),
  ]);
  return cpus.map((cpu) => {
    const trail: Trail[] = [];
    const { writes } = startUp(cpu, (c) => values.get(c.index) as never, trail);
    for (const { component, value } of writes) values.set(component.index, value);
    const run = trail.flatMap((t) => (t.kind === 'run' ? [t.pc] : []));
    // What waits is named after its instruction; in a loop it is the last one.
    return run.map((pc, k) => [run.lastIndexOf(pc) === k ? pc : NaN, pc] as const);
  });
}

/** The instructions that the CPU executed in the run, numbered. */
function runs(cpu: Cpu, history: Omit<History, 'judged'>): readonly Numbered[] {
  const all = history.steps.flatMap(({ agent, choice }, step) =>
    agent === cpu.name
      ? retrace(cpu, history.state(step), choice).trail.flatMap((t) => (t.kind === 'run' ? [t.pc] : []))
      : [],
  );
  return all.map((pc, k) => [cpu.program.code.length + k, pc] as const);
}

function valueIn(text: string): Value | undefined {
  if (text === 'nothing') return FREED;
  if (text === 'uninitialised' || text === '?') return undefined;
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

const constant = ({ value }: Content): Value | undefined =>
  value.kind === 'const' ? value.value : undefined;
