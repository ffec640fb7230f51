/** One step of a CPU in the making: a draft of the thread, and what the step does to the rest of the state. */
import { type Draft, produce } from 'immer';
import type { Event, Line, Read, Ref, Reordering, Step, Write } from '../contract.ts';
import { ModelBug, write } from '../contract.ts';
import { copyOf } from '../copy.ts';
import type {
  Command,
  Fault,
  GracePeriodEvent,
  Life,
  Loc,
  MemoryModel,
  Rcu,
  SectionEvent,
  StoreEvent,
  Thread,
  View,
} from '../machine.ts';
import { canonicalise, type Need } from '../memory/canonical.ts';
import type { Cell, Cells, Layout } from '../memory/layout.ts';
import type { Value } from '../program/expression.ts';
import type { Instruction, Program } from '../program/instruction.ts';
import type { Facts, ThreadFacts } from './facts.ts';
import { tidy } from './guesses.ts';
import type { Effect, Trail } from './trail.ts';

/** What is fixed for one CPU. */
export interface Cpu {
  readonly id: number;
  readonly name: string;
  readonly model: MemoryModel;
  readonly program: Program;
  readonly layout: Layout;
  readonly facts: Facts;
  readonly own: ThreadFacts;
  readonly thread: Ref<Thread>;
  readonly rcu: Ref<Rcu>;
  /** Command queues by the object that stands for the SMMU. */
  readonly queues: ReadonlyMap<string, Ref<readonly Command[]>>;
}

export interface Work {
  readonly cpu: Cpu;
  readonly t: Draft<Thread>;
  get<T>(component: Ref<T>): T;
  set<T>(component: Ref<T>, value: T): void;
  readonly events: (StoreEvent | GracePeriodEvent | SectionEvent)[];
  readonly lines: Line[];
  /** What is done now concerns nobody else: counted as executed, not shown. */
  quiet: boolean;
  /** Where what is executed and what takes effect is written down, if somebody wants to know. */
  readonly trail?: Trail[];
}

/** A way to go on from here. */
export type Rule = (w: Work) => void;

/** A rule that moves on to the next instruction. */
export const next =
  (f: (w: Work, pc: number) => void): Rule =>
  (w) =>
    f(w, w.t.pc++);

/** Runs `rule` on the thread and returns the step that it makes; null if it turns out that the thread cannot have
 *  come this way, because what it took for granted was wrong. */
export function makeStep(cpu: Cpu, read: Read, rule: Rule, trail?: Trail[]): Step | null {
  const writes = new Map<number, Write>();
  const events: Event[] = [];
  const lines: Line[] = [];
  const before = read(cpu.thread);
  // A copy and not immer's draft: a rule touches most of a thread, and drafts cost several times as much then.
  const t = copyOf(before);
  const get = <T>(c: Ref<T>): T => (writes.has(c.index) ? (writes.get(c.index)!.value as T) : read(c));
  const set = <T>(c: Ref<T>, value: T): void => {
    writes.set(c.index, write(c, value));
  };
  const on = trail === undefined ? {} : { trail };
  rule({ cpu, t, get, set, events: events as Work['events'], lines, quiet: false, ...on });
  if (t.fault === null && !tidy(t)) return null;
  settle(cpu, t);
  const after = t as Thread;
  return {
    label: { agent: cpu.name, lines },
    writes: [write(cpu.thread, after), ...writes.values()],
    events,
  };
}

/** Puts a thread into canonical form after a change: dead registers, dead views, finished and faulted threads. */
export function settle(cpu: Cpu, t: Draft<Thread>): void {
  if (t.fault !== null) {
    erase(t, new Set());
    return;
  }
  const live = cpu.own.live[t.pc]!;
  for (const name of Object.keys(t.regs)) if (!live.has(name)) delete t.regs[name];
  t.regs = Object.fromEntries(Object.entries(t.regs).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (isFinished(cpu, t)) {
    erase(t, live);
    return;
  }
  if (cpu.model !== 'armv8') t.fwd = {}; // what a forwarded view is for: there are no views
  t.freed = t.freed.filter((name) => mayRead(cpu, t.pc, name));
  canonicalise(t, needOf(cpu, t));
}

/** Whether some load ahead may read a cell of the object. */
const mayRead = (cpu: Cpu, pc: number, object: string): boolean =>
  [...cpu.own.readable[pc]!].some((loc) => cellAt(cpu, loc).object.name === object);

export const isFinished = (cpu: Cpu, t: Thread | Draft<Thread>): boolean =>
  t.fault !== null || (t.pc >= cpu.program.code.length && t.window.length === 0 && t.deferred.length === 0);

/** All of a thread but where it stands: before its first access, and again once it has ended. */
export const nothingPending = (): Omit<Thread, 'pc' | 'regs' | 'irqsOff' | 'fault'> => ({
  lag: [],
  vrn: 0,
  vro: 0,
  vwo: 0,
  vcap: 0,
  vrel: 0,
  coh: {},
  base: {},
  fwd: {},
  window: [],
  deferred: [],
  sf: [],
  unknown: [],
  guesses: [],
  monitor: null,
  hidden: [],
  freed: [],
  rcu: { depth: 0, rf: 0, finished: 0, blocks: [] },
});

/** Rule 10: a finished thread absorbs nothing, and its views are erased. */
function erase(t: Draft<Thread>, live: ReadonlySet<string>): void {
  for (const [name, r] of Object.entries(t.regs)) {
    if (live.has(name)) Object.assign(r, { view: 0, pick: 0 });
    else delete t.regs[name];
  }
  Object.assign(t, nothingPending());
}

function needOf(cpu: Cpu, t: Draft<Thread>): Need {
  const { own, facts } = cpu;
  const wanted = own.wanted[t.pc]!;
  const told = facts.synchronizes && t.deferred.some((d) => d.section);
  const gp = wanted.has('gp') || told || t.window.some((w) => w.what === 'kfree_rcu');
  // A store that has yet to leave covers all that is in the lag now, and nobody hears of the thread's views before.
  const covers =
    facts.synchronizes &&
    !t.window.some((w) => w.what === 'kfree_rcu') &&
    !t.deferred.some((d) => d.section) &&
    (own.storesFirst[t.pc]! || t.window.some((w) => w.loc >= 0));
  const tells = gp && !covers;
  const pending = new Set(t.deferred.map((d) => d.loc));
  const parts = !facts.sortable && (gp || wanted.has('rf') || wanted.has('finished'));
  const late = gp || own.ordersIssued[t.pc]!;
  return {
    canRead: (loc) => own.readable[t.pc]!.has(loc) || pending.has(loc),
    canReadOld: (loc) => own.stale === null || own.stale[t.pc]!.has(loc) || pending.has(loc),
    counts: (loc) => tells && facts.counted[cpu.id]!.has(loc),
    vro: wanted.has('vro'),
    vwo: wanted.has('vwo'),
    vcap: wanted.has('vcap'),
    vrel: wanted.has('vrel'),
    acquire: wanted.has('acquire'),
    rf: wanted.has('rf'),
    finished: wanted.has('finished'),
    ordered: (loc) => parts || own.ordered[t.pc]!.has(loc) || (late && pending.has(loc)),
    viewed: (register) => own.viewed[t.pc]!.has(register),
  };
}

export function instructionAt(cpu: Cpu, pc: number): Instruction {
  const i = cpu.program.code[pc];
  if (i === undefined) throw new ModelBug(`${cpu.name} has no instruction ${pc}`);
  return i;
}

export const cellAt = (cpu: Cpu, loc: Loc): Cell => cpu.layout.cells[loc]!;

export function memoryValue(w: Work, loc: Loc): Value | null {
  const cell = cellAt(w.cpu, loc);
  return w.get(cell.group).values[cell.slot]!;
}

/** The thread that is half-way through an atomic on the cell, if any. */
export function ownerOf(cpu: Cpu, get: Read, loc: Loc): number | null {
  const cell = cellAt(cpu, loc);
  return get(cell.group).owner[cell.slot] ?? null;
}

export function setOwner(w: Work, loc: Loc, owner: number | null): void {
  const cell = cellAt(w.cpu, loc);
  w.set(
    cell.group,
    produce(w.get(cell.group), (c) => {
      if (owner === null) delete c.owner[cell.slot];
      else c.owner[cell.slot] = owner;
    }),
  );
}

/** A store reaches memory: everyone else is told by an event, the thread itself appends to its own lag (rule 6).
 *  Returns the new timestamp. */
export function appendMessage(w: Work, loc: Loc, value: Value): View {
  const cell = cellAt(w.cpu, loc);
  const old = memoryValue(w, loc);
  w.set(
    cell.group,
    produce(w.get<Cells>(cell.group), (c) => {
      c.values[cell.slot] = value;
    }),
  );
  w.events.push({ kind: 'store', loc, old, by: w.cpu.id });
  if (w.cpu.model === 'armv8') w.t.lag.push({ loc, old });
  return w.t.lag.length;
}

/** Halts the thread if the object is not there to be used. True if it is. */
export function isUsable(w: Work, object: string, what: string, pc: number): boolean {
  const ref = w.cpu.layout.lives.get(object);
  const life: Life = ref === undefined ? 'live' : w.get(ref);
  if (life === 'live') return true;
  fault(w, 'use-after-free', `${what} after ${object} was freed`, pc);
  return false;
}

export function fault(w: Work, kind: Fault['kind'], why: string, pc: number): void {
  w.t.fault = { kind, why, pc };
}

/** The line that a trace shows for an instruction, and that counts it as executed. */
export function say(
  w: Work,
  pc: number,
  text?: string,
  notes: readonly string[] = [],
  reorderings: readonly Reordering[] = [],
): void {
  const { at } = instructionAt(w.cpu, pc);
  if (at.text === '') return;
  const statement = statementId(w.cpu.program, pc);
  if (w.quiet) {
    w.lines.push({ text: '', statement });
    return;
  }
  const reordered = reorderings.length > 0 ? { reorderings } : {};
  w.lines.push({ text: text ?? at.text, fn: at.fn, notes, statement, ...reordered });
}

/** Counts an instruction as executed without showing it: a barrier between stores that nothing waits for shows in
 *  when the stores reach memory. */
export function count(w: Work, pc: number): void {
  if (instructionAt(w.cpu, pc).at.text !== '')
    w.lines.push({ text: '', statement: statementId(w.cpu.program, pc) });
}

/** Writes down for a trail what took effect, after the line that tells of it. */
export function took(w: Work, pc: number, what: Pick<Effect, 'kind' | 'value'> & Partial<Effect>): void {
  if (w.trail === undefined) return;
  const line = instructionAt(w.cpu, pc).at.text === '' ? -1 : w.lines.length - 1;
  w.trail.push({ loc: null, nth: null, missed: 0, ...what, pc, line });
}

/** A statement of a kernel function counts once for a thread, however often it was inlined. */
export function statementId(program: Program, pc: number): string {
  const { fn, text } = program.code[pc]!.at;
  return `${program.name}: ${fn}(): ${text}`;
}

/** A value as a trace shows it. */
export const show = (value: Value | null): string => (value === null ? 'uninitialised' : String(value));
