/** A run, asked about: when something was so, who changed it, what was on its way. */
import type { Access, History } from '../contract.ts';
import { type Cpu, instructionAt } from '../cpu/work.ts';
import type { Command, Life, Loc } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { commandText } from '../smmu/commands.ts';
import { columnOf, type SmmuUnit } from '../smmu/smmu.ts';
import type { Machine } from '../system.ts';

/** An access of a CPU, where the run tells of it. */
export interface Did extends Access {
  readonly step: number;
  readonly agent: string;
  /** As the trace shows it. */
  readonly text: string;
}

/** Commands that a CPU gave to an SMMU. */
export interface Pushed {
  readonly step: number;
  readonly agent: string;
  readonly commands: readonly Command[];
}

export class Past {
  readonly machine: Machine;
  readonly history: History;
  /** The number of the last state. */
  readonly end: number;
  private readonly all: readonly Did[];

  constructor(machine: Machine, history: History) {
    this.machine = machine;
    this.history = history;
    this.end = history.steps.length;
    this.all = history.steps.flatMap(({ agent, label }, step) =>
      label.lines.flatMap(({ accesses = [], text }) => accesses.map((a) => ({ ...a, step, agent, text }))),
    );
  }

  memory(loc: Loc, i: number): Value | null {
    const cell = this.machine.layout.cells[loc]!;
    return this.history.state(i)(cell.group).values[cell.slot]!;
  }

  life(object: string, i: number): Life {
    const ref = this.machine.layout.lives.get(object);
    return ref === undefined ? 'live' : this.history.state(i)(ref);
  }

  /** What CPUs did, oldest first. */
  did(is: (d: Did) => boolean): readonly Did[] {
    return this.all.filter(is);
  }

  /** The last state in which it was so; -1 if in none. */
  lastState(was: (i: number) => boolean): number {
    for (let i = this.end; i >= 0; i--) if (was(i)) return i;
    return -1;
  }

  /** The first of the states up to the last one in all of which it is so. */
  since(is: (i: number) => boolean): number {
    let i = this.end;
    while (i > 0 && is(i - 1)) i--;
    return i;
  }

  /** The agent of a step, as its column and texts call it. */
  agent(step: number): string {
    return this.history.steps[step]!.agent;
  }

  /** What made the step, in words that the trace has: `CPU1's WRITE_ONCE(…)`, or `SMMU0 consumes …`. */
  deed(step: number, is: (d: Did) => boolean = () => true): string {
    const own = this.all.filter((d) => d.step === step);
    const chosen = own.find(is) ?? own.find(({ kind }) => kind === 'write') ?? own[0];
    const { agent, label } = this.history.steps[step]!;
    if (chosen !== undefined) return `${agent}'s ${bare(chosen)}`;
    return this.deviceDeed(agent, step, label.lines);
  }

  /** A step of a device, in the past tense; of a CMD_SYNC, what it completed. */
  private deviceDeed(agent: string, step: number, lines: readonly { readonly text: string }[]): string {
    const text = lines.at(-1)?.text ?? agent;
    const unit = this.machine.smmus.find((u) => columnOf(u.decl) === agent);
    const behind = unit === undefined ? [] : this.history.state(step)(unit.state).consumed.map(commandText);
    const sync = behind.length === 0 ? 'CMD_SYNC' : `the CMD_SYNC behind ${listed(behind)}`;
    return text
      .replace('completes CMD_SYNC', `completed ${sync}`)
      .replace(/^(\S+) consumes /, '$1 consumed ')
      .replace(/^grace period over: frees /, 'the grace period ended that frees ');
  }

  /** The CPU whose step it is, if it is one's. */
  cpuOf(step: number): string | undefined {
    return this.machine.cpus.find((c) => c.name === this.history.steps[step]?.agent)?.name;
  }

  /** A store of some CPU to the cell that was executed and has not reached memory in state `i`. */
  onItsWay(loc: Loc, i: number): string | null {
    for (const cpu of this.machine.cpus) {
      const entry = this.history
        .state(i)(cpu.thread)
        .window.find((e) => e.loc === loc);
      if (entry !== undefined) return `${cpu.name}'s ${statementOf(cpu, entry.pc)}`;
    }
    return null;
  }

  /** Commands given to the SMMU, in their order. */
  pushes(unit: SmmuUnit): readonly Pushed[] {
    const { queue } = unit;
    return this.history.steps.flatMap(({ agent }, step): readonly Pushed[] => {
      const [before, after] = [this.history.state(step)(queue), this.history.state(step + 1)(queue)];
      // The SMMU takes from the front, nobody but CPUs puts anything behind.
      return this.machine.cpus.some((c) => c.name === agent) && after.length > before.length
        ? [{ step, agent, commands: after.slice(before.length) }]
        : [];
    });
  }

  /** The commands that the SMMU consumed, each with its step. */
  consumed(unit: SmmuUnit): readonly { readonly step: number; readonly command: Command }[] {
    return this.history.steps.flatMap(({ agent }, step) => {
      const [before, after] = [this.history.state(step), this.history.state(step + 1)];
      const taken =
        agent === unit.decl.name.toUpperCase() && after(unit.queue).length < before(unit.queue).length;
      return taken ? [{ step, command: before(unit.queue)[0]! }] : [];
    });
  }
}

export function statementOf(cpu: Cpu, pc: number): string {
  return instructionAt(cpu, pc).at.text;
}

/** What was done, without what an atomic read, or that its write part is meant. */
const bare = ({ kind, text }: Did): string =>
  kind === 'write' ? text.replace(/ == [^=]*$/, '').replace(/: \S+ reaches memory$/, '') : text;

/** Texts as a list in a sentence. */
export function listed(texts: readonly string[]): string {
  if (texts.length <= 1) return texts[0] ?? 'nothing';
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
