/** A CPU as an agent: which of its steps are visible, and what it does on its own between them. */
import type { Draft } from 'immer';
import { type Agent, type Event, ModelBug, type Read, type Step } from '../contract.ts';
import { copyOf } from '../copy.ts';
import type { GracePeriodEvent, Loc, SectionEvent, StoreEvent, Thread } from '../machine.ts';
import { content, whereIs } from './content.ts';
import { mayPerform, perform, resolutions, resolve } from './deferred.ts';
import { tidy } from './guesses.ts';
import { rulesFor } from './instructions.ts';
import { isLocal, isOwnLoad, leavesUnseen, mayInterrupt } from './locality.ts';
import { absorbGracePeriod, absorbSectionEnd } from './sections.ts';
import { leave, mayLeave } from './stores.ts';
import { targetOf } from './target.ts';
import type { Trail } from './trail.ts';
import {
  type Cpu,
  instructionAt,
  isFinished,
  makeStep,
  nothingPending,
  type Rule,
  settle,
  type Work,
} from './work.ts';

/** The thread before its first instruction. */
export function initialThread(cpu: Cpu): Thread {
  const live = cpu.own.live[0]!;
  const entries = Object.entries(cpu.program.initial)
    .filter(([name]) => live.has(name))
    .sort();
  return {
    pc: 0,
    regs: Object.fromEntries(entries.map(([name, v]) => [name, content(v)])),
    ...nothingPending(),
    irqsOff: 0,
    fault: null,
  };
}

/** Steps in a fixed order: stores that leave the window, deferred loads that are satisfied, the next instruction. */
export function cpuAgent(cpu: Cpu): Agent {
  return {
    name: cpu.name,
    steps(read) {
      const t = read(cpu.thread);
      if (isFinished(cpu, t)) return [];
      const steps = rulesNow(probing(cpu, read, t)).map((rule) => makeStep(cpu, read, wholly(rule)));
      return steps.filter((step) => step !== null);
    },
  };
}

const rulesNow = (probe: Work): readonly Rule[] => [
  ...leaving(probe),
  ...satisfying(probe),
  ...following(probe),
  ...interrupting(probe),
];

/** A rule and what the CPU does behind it on its own. */
const wholly =
  (rule: Rule): Rule =>
  (w) => {
    rule(w);
    if (w.t.fault === null && tidy(w.t)) runOn(w);
  };

/** The step `choice` of the CPU once more, with all that it does in it. */
export function retrace(cpu: Cpu, read: Read, choice: number): { step: Step; trail: readonly Trail[] } {
  const probe = probing(cpu, read, read(cpu.thread));
  const executes = following(probe);
  const rules = rulesNow(probe);
  const from = leaving(probe).length + satisfying(probe).length;
  let n = 0;
  for (const [k, rule] of rules.entries()) {
    const trail: Trail[] = [];
    const isExecution = k >= from && k < from + executes.length;
    const told: Rule = (w) => {
      if (isExecution && !isLocal(w)) trail.push({ kind: 'run', pc: w.t.pc });
      rule(w);
    };
    const step = makeStep(cpu, read, wholly(told), trail);
    if (step !== null && n++ === choice) return { step, trail };
  }
  throw new ModelBug(`${cpu.name} has no step ${choice}`);
}

/** A view of the thread that rules look at to say what is enabled; nothing is written through it. */
function probing(cpu: Cpu, read: Read, t: Thread): Work {
  const nowhere = (): never => {
    throw new ModelBug('a premise of a rule writes');
  };
  return {
    cpu,
    t: t as Draft<Thread>,
    get: (c) => read(c),
    set: nowhere,
    events: [],
    lines: [],
    quiet: false,
  };
}

/** The cell that keeps the CPU from going on: of a lock, or of a value that it waits for. */
export function waitsFor(cpu: Cpu, read: Read): Loc | null {
  const t = read(cpu.thread);
  const i = isFinished(cpu, t) ? undefined : cpu.program.code[t.pc];
  if (i?.op !== 'blockingRmw' && i?.op !== 'await') return null;
  const target = targetOf(probing(cpu, read, t), i);
  return target === null || 'bad' in target ? null : target.loc;
}

function leaving(w: Work): readonly Rule[] {
  return w.t.window
    .map((_, k) => k)
    .filter((k) => mayLeave(w, k))
    .map((k) => (v) => leave(v, k));
}

function satisfying(w: Work): readonly Rule[] {
  return w.t.deferred.flatMap((d, index): readonly Rule[] => {
    if (d.atomic !== null) return mayPerform(w, index) ? [(v) => perform(v, index)] : [];
    return resolutions(w.t as Thread, index).map((m) => (v: Work) => resolve(v, index, m));
  });
}

/** The next instruction. One that is local and was not executed yet waits for a store or load of its own. */
function following(w: Work): readonly Rule[] {
  if (w.t.pc >= w.cpu.program.code.length) return [];
  if (isLocal(w)) return goesRound(w) ? [() => {}] : [];
  if (w.cpu.model === 'sc' && w.t.window.length > 0) return [];
  return rulesFor(w, instructionAt(w.cpu, w.t.pc));
}

/** Whether the thread stopped at a local instruction because it came back to where it was: running on is a step. */
const goesRound = (w: Work): boolean =>
  w.cpu.program.mayLoop === true && rulesFor(w, instructionAt(w.cpu, w.t.pc)).length > 0;

/** The interrupt, if it may come now: the handler's code is next, with interrupts off. */
function interrupting(w: Work): readonly Rule[] {
  if (!mayInterrupt(w) || (w.cpu.model === 'sc' && w.t.window.length > 0)) return [];
  return [
    (v) => {
      v.lines.push({ text: '<Interrupt>' });
      v.t.pc = v.cpu.program.interrupts!.entries.get(v.t.pc)!;
      v.t.irqsOff += 1;
    },
  ];
}

/** What the CPU does before anything else can happen: the local steps at the start of its program. */
export function startUp(cpu: Cpu, read: Read, trail?: Trail[]): Step {
  return makeStep(cpu, read, runOn, trail)!;
}

/** Bound on steps that a CPU takes without touching memory, after which it is said to loop. */
const SPIN_LIMIT = 10_000;

/** Executes what no other agent can observe: arithmetic, branches, fences that need not wait, issuing stores,
 *  accesses to what is nobody else's; and lets stores go that nobody else can see. */
function runOn(w: Work): void {
  const mayLoop = w.cpu.program.mayLoop === true;
  let start = '';
  let before = '';
  for (let n = 0; ; n++) {
    if (w.t.fault !== null) return;
    if (mayLoop) {
      // If it goes round unobserved (Brent's cycle detection), the next step goes round once more, back to its start.
      const now = settledText(w);
      if (n > 0 && (now === before || now === start)) return;
      if (n === 0) start = now;
      if ((n & (n - 1)) === 0) before = now;
    }
    const hidden = w.t.window.findIndex((_, k) => leavesUnseen(w, k) && mayLeave(w, k));
    if (hidden >= 0) {
      quietly(w, (v) => leave(v, hidden));
      continue;
    }
    if (!isLocal(w)) return;
    const i = instructionAt(w.cpu, w.t.pc);
    const rules = rulesFor(w, i);
    if (rules.length === 0) return;
    w.trail?.push({ kind: 'run', pc: w.t.pc });
    if (rules.length > 1) throw new ModelBug(`a local step has ${rules.length} outcomes, ${whereIs(i)}`);
    if (!mayLoop && i.op === 'load' && isOwnLoad(w, i)) quietly(w, rules[0]!);
    else rules[0]!(w);
    if (n > SPIN_LIMIT) throw new ModelBug(`loops forever without touching memory, ${whereIs(i)}`);
  }
}

/** What the thread would be if the step ended here. */
function settledText({ cpu, t }: Work): string {
  const here = copyOf(t);
  settle(cpu, here);
  return JSON.stringify(here);
}

function quietly(w: Work, rule: Rule): void {
  w.quiet = true;
  rule(w);
  w.quiet = false;
}

/** How the thread takes notice of what others do: a store enters its lag, a grace period raises its floor. */
export function threadReaction(cpu: Cpu): {
  listens(event: Event): boolean;
  react(event: Event, own: Thread, read: Read): Thread;
} {
  const synchronizes = cpu.own.wanted[0]!.has('finished');
  const exclusive = cpu.program.code.some((i) => i.op === 'load' && i.exclusive);
  const everReadable = cpu.own.readable[0]!;
  const counts = cpu.own.wanted[0]!.has('gp') ? cpu.facts.counted[cpu.id]! : new Set<number>();
  return {
    listens(event) {
      const e = event as StoreEvent | GracePeriodEvent | SectionEvent;
      if (e.kind === 'gp-begin') return true;
      if (e.kind === 'section-end') return synchronizes && e.by !== cpu.id;
      if (e.kind !== 'store' || e.by === cpu.id) return false;
      return cpu.model === 'armv8'
        ? everReadable.has(e.loc) || counts.has(e.loc)
        : exclusive && everReadable.has(e.loc);
    },
    react(event, own) {
      if (isFinished(cpu, own)) return own;
      const e = event as StoreEvent | GracePeriodEvent | SectionEvent;
      const t = copyOf(own);
      const { counted, sortable } = cpu.facts;
      if (e.kind === 'gp-begin') absorbGracePeriod(t, e, cpu.id, counted[e.by]!, sortable);
      else if (e.kind === 'section-end') absorbSectionEnd(t, e, cpu.name, counted[e.by]!, sortable);
      else {
        if (cpu.model === 'armv8') t.lag.push({ loc: e.loc, old: e.old });
        const m = t.monitor;
        if (m !== null && m.loc === e.loc && m.ahead === 0 && m.deferred === null) m.lost = true;
      }
      settle(cpu, t);
      return t as Thread;
    },
  };
}
