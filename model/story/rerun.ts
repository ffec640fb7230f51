/** A run once more, with all that happened in it: which instruction of which CPU took effect when, what devices looked
 *  at, and what was still waiting at the end. */
import type { Event, History, Line, Read } from '../contract.ts';
import { retrace } from '../cpu/cpu.ts';
import type { Effect, Trail } from '../cpu/trail.ts';
import { type Cpu, instructionAt } from '../cpu/work.ts';
import { DEVICE, type Loc, type StoreEvent, type Thread } from '../machine.ts';
import type { Layout } from '../memory/layout.ts';
import { writesMemory } from '../program/flow.ts';
import type { Machine } from '../system.ts';

/** Something that one agent did, and what of the state it concerns: cells, objects' lives, queues, by their keys. */
export interface Happening {
  readonly agent: string;
  /** Its number among what the agent did, in program order. */
  readonly nth: number;
  /** When it took effect; a stale read as if right before the store that it missed; never: infinity. */
  readonly at: number;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Of a CPU. */
  readonly access?: Accessed;
}

export interface Accessed {
  readonly cpu: Cpu;
  readonly pc: number;
  readonly part: Effect['kind'];
  /** Null of what was still waiting at the end. */
  readonly effect: Effect | null;
  /** The step in which it was done, from 0. */
  readonly step: number;
  readonly stale: boolean;
}

export interface Rerun {
  readonly happenings: readonly Happening[];
  /** The lines of each step, as its label has them. */
  readonly lines: readonly (readonly Line[])[];
}

/** Between two steps, so that all that happens in one has a time of its own. */
const STEP = 2 ** 20;
const TICK = 4;
const END = 2 ** 52;

const cellKey = (loc: Loc): string => `cell ${loc}`;
const lifeKey = (object: string): string => `life ${object}`;
const queueKey = (smmu: string): string => `queue ${smmu}`;
const RCU_KEY = 'rcu';

export function rerun(machine: Machine, history: History): Rerun {
  const log = new Log(machine);
  machine.cpus.forEach((cpu) => {
    log.begin(cpu, history.state(0)(cpu.thread));
  });
  const lines = history.steps.map(({ agent, choice }, step) => {
    const read = history.state(step);
    const cpu = machine.cpus.find((c) => c.name === agent);
    return cpu === undefined ? log.device(agent, read, choice, step) : log.cpu(cpu, read, choice, step);
  });
  const last = history.state(history.steps.length);
  machine.cpus.forEach((cpu) => {
    log.end(cpu, last(cpu.thread));
  });
  log.judge(history.judged);
  return { happenings: log.happenings, lines };
}

/** An instruction that was executed, by its number in program order. */
interface Instance {
  readonly nth: number;
  readonly pc: number;
}

/** What of a CPU was issued and has not taken effect yet, oldest first. */
interface Waiting {
  readonly read: Instance[];
  readonly write: Instance[];
  count: number;
}

class Log {
  readonly happenings: Happening[] = [];
  private readonly waiting = new Map<Cpu, Waiting>();
  private readonly stores = new Map<Loc, number[]>();
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** What was issued before the initial state: in the order of the program, as far as anybody can tell. */
  begin(cpu: Cpu, t: Thread): void {
    const instances = (of: readonly { readonly pc: number }[]): Instance[] =>
      of.map(({ pc }) => ({ nth: pc, pc }));
    const count = cpu.program.code.length;
    this.waiting.set(cpu, { read: instances(t.deferred), write: instances(t.window), count });
  }

  cpu(cpu: Cpu, read: Read, choice: number, step: number): readonly Line[] {
    const { step: taken, trail } = retrace(cpu, read, choice);
    const w = this.waiting.get(cpu)!;
    let now: Instance = { nth: w.count, pc: -1 };
    trail.forEach((t: Trail, k) => {
      if (t.kind === 'run') now = { nth: w.count++, pc: t.pc };
      else if (t.kind === 'issue') w[t.part].push(now);
      else this.effect(cpu, step, step * STEP + (k + 1) * TICK, t, this.instance(w, now, t));
    });
    return taken.label.lines;
  }

  private instance(w: Waiting, now: Instance, e: Effect): Instance {
    if (e.nth === null || (e.kind !== 'read' && e.kind !== 'write')) return now;
    const list = w[e.kind];
    const found = list.filter(({ pc }) => pc === e.pc)[e.nth]!;
    list.splice(list.indexOf(found), 1);
    return found;
  }

  private effect(cpu: Cpu, step: number, when: number, e: Effect, { nth }: Instance): void {
    const stores = e.loc === null ? [] : this.storesTo(e.loc);
    const stale = e.missed > 0 && e.missed <= stores.length;
    const at = stale ? stores[stores.length - e.missed]! - 2 : when;
    const { reads, writes } = e.forwarded === true ? NOTHING : keysOf(this.machine.layout, e);
    const access = { cpu, pc: e.pc, part: e.kind, effect: e, step, stale };
    if (e.loc !== null && e.kind === 'write') this.stored(e.loc, when);
    this.happenings.push({ agent: cpu.name, nth, at, reads, writes, access });
  }

  device(agent: string, read: Read, choice: number, step: number): readonly Line[] {
    const looked = new Set<number>();
    const taken = this.machine.agents
      .find(({ name }) => name === agent)!
      .steps((c) => {
        looked.add(c.index);
        return read(c);
      })[choice]!;
    const at = step * STEP + TICK;
    const written = taken.writes.map(({ component }) => component.index);
    const reads = keysOfComponents(this.machine, [...looked]);
    this.happenings.push({
      agent,
      nth: at,
      at,
      reads,
      writes: keysOfComponents(this.machine, written, taken.events),
    });
    for (const e of storesIn(taken.events ?? [])) this.stored(e.loc, at);
    return taken.label.lines;
  }

  private storesTo(loc: Loc): number[] {
    const known = this.stores.get(loc) ?? [];
    this.stores.set(loc, known);
    return known;
  }

  /** SMMUs read what devices may read at any time: right before a store, and right after it. */
  private stored(loc: Loc, at: number): void {
    this.storesTo(loc).push(at);
    if (!this.machine.layout.cells[loc]!.object.device) return;
    for (const { name } of this.machine.scenario.smmus)
      for (const when of [at - 1, at + 1]) this.glance(name.toUpperCase(), when, cellKey(loc));
  }

  private glance(agent: string, at: number, key: string): void {
    this.happenings.push({ agent, nth: at, at, reads: new Set([key]), writes: new Set() });
  }

  /** What never took effect. */
  end(cpu: Cpu, t: Thread): void {
    for (const { nth, pc } of this.waiting.get(cpu)!.write) {
      const entry = t.window.find((e) => e.pc === pc);
      if (entry === undefined) continue;
      const i = instructionAt(cpu, pc);
      const writes = new Set<string>();
      if (entry.loc >= 0 && writesMemory(i)) writes.add(cellKey(entry.loc));
      if (entry.payload?.kind === 'commands') writes.add(queueKey(entry.payload.smmu));
      // Of a kfree_rcu() that has not begun its grace period nobody takes notice.
      if (entry.payload?.kind === 'object' && i.op === 'free') writes.add(lifeKey(entry.payload.object));
      const access = { cpu, pc, part: 'write', effect: null, step: Infinity, stale: false } as const;
      this.happenings.push({ agent: cpu.name, nth, at: Infinity, reads: new Set(), writes, access });
    }
  }

  /** Whoever judges the last state looks at it from outside; at an SMMU, and at what that may read. */
  judge(judged: readonly number[]): void {
    const { smmus, layout } = this.machine;
    const reads = new Set(keysOfComponents(this.machine, judged));
    for (const { state, decl } of smmus) {
      if (!judged.includes(state.index)) continue;
      reads.add(queueKey(decl.name));
      for (const c of layout.cells) if (c.object.device) reads.add(cellKey(c.loc));
    }
    this.happenings.push({ agent: '', nth: 0, at: END, reads, writes: new Set() });
  }
}

const NOTHING = { reads: new Set<string>(), writes: new Set<string>() } as const;

function keysOf(layout: Layout, e: Effect): { reads: ReadonlySet<string>; writes: ReadonlySet<string> } {
  const [reads, writes] = [new Set<string>(), new Set<string>()];
  if (e.loc !== null) {
    (e.kind === 'write' ? writes : reads).add(cellKey(e.loc));
    const { name } = layout.cells[e.loc]!.object;
    if (layout.lives.has(name)) reads.add(lifeKey(name));
  }
  if (e.to?.kind === 'queue') writes.add(queueKey(e.to.name));
  if (e.to?.kind === 'life') writes.add(lifeKey(e.to.name));
  if (e.to?.kind === 'rcu') (e.kind === 'write' ? writes : reads).add(RCU_KEY);
  return { reads, writes };
}

function keysOfComponents(
  { layout, rcu, smmus }: Machine,
  components: readonly number[],
  events: readonly Event[] = [],
): ReadonlySet<string> {
  const keys = new Set(storesIn(events).map(({ loc }) => cellKey(loc)));
  for (const index of components) {
    for (const c of layout.cells) if (c.group.index === index) keys.add(cellKey(c.loc));
    for (const [name, life] of layout.lives) if (life.index === index) keys.add(lifeKey(name));
    for (const s of smmus) if (s.queue.index === index) keys.add(queueKey(s.decl.name));
    if (rcu.index === index) keys.add(RCU_KEY);
  }
  return keys;
}

const storesIn = (events: readonly Event[]): readonly StoreEvent[] =>
  events.filter((e): e is StoreEvent => e.kind === 'store' && (e as StoreEvent).by === DEVICE);
