/** What no other agent can observe, and so need not be interleaved. */
import type { Draft } from 'immer';
import type { Loc, Thread } from '../machine.ts';
import type { Instruction } from '../program/instruction.ts';
import { inOneStep } from './at-once.ts';
import { isDeferrable } from './deferred.ts';
import { pendingStore } from './loads.ts';
import { targetOf } from './target.ts';
import { cellAt, type Work } from './work.ts';

/** Whether the next instruction can be executed unobserved. Premise: no other agent's step depends on when, nor what
 *  an interrupt handler finds. */
export function isLocal(w: Work): boolean {
  const { cpu, t } = w;
  const i = cpu.program.code[t.pc];
  if (i === undefined) return false;
  if (cpu.model === 'sc' && t.window.length > 0) return false;
  if (mayInterrupt(w) && !isUnfelt(w, i)) return false;
  switch (i.op) {
    case 'set':
    case 'branch':
    case 'jump':
    case 'isb':
    case 'irq':
    case 'alloc':
    case 'assert':
    case 'fence':
    case 'free':
    case 'kfree_rcu':
    case 'push':
      return true;
    case 'store':
      return i.status === null;
    case 'rcu':
      return i.what !== 'synchronize' && !cpu.facts.gracePeriods;
    case 'rmw':
      return issuesOnly(w, i);
    case 'load':
      return isOwnLoad(w, i) || issuesOnly(w, i);
    default:
      return false;
  }
}

/** Whether an interrupt may come before the next instruction. */
export function mayInterrupt({ cpu, t }: Work): boolean {
  return cpu.program.interrupts !== undefined && t.irqsOff === 0 && cpu.program.interrupts.entries.has(t.pc);
}

/** Whether the handler is the same before the instruction as after it: one that has registers of its own, and looks at
 *  vcap only by an ISB. */
function isUnfelt({ cpu, t }: Work, i: Instruction): boolean {
  if (i.op === 'assert') return true;
  const entry = cpu.program.interrupts!.entries.get(t.pc)!;
  return i.op === 'branch' && !cpu.own.wanted[entry]!.has('vcap');
}

/** Whether the only way to execute the load or atomic is to issue it, without touching memory: there is nothing to
 *  forward from. */
function issuesOnly(w: Work, i: Instruction & { op: 'load' | 'rmw' }): boolean {
  if (i.op === 'rmw' && (inOneStep(w, i) || i.atOnce)) return false;
  if (!isDeferrable(w) && !(i.op === 'rmw' && i.noReturn)) return false;
  const target = targetOf(w, i);
  return target !== null && 'loc' in target && pendingStore(w.t, target.loc) === null;
}

/** A load of a cell that nobody else ever writes, in an object that nobody can be freeing. */
export function isOwnLoad(w: Work, i: Instruction & { op: 'load' }): boolean {
  if (i.exclusive) return false;
  const target = targetOf(w, i);
  if (target === null || 'bad' in target) return false;
  const { loc } = target;
  const object = cellAt(w.cpu, loc).object.name;
  if (w.t.hidden.includes(object)) return true;
  return isSafe(w, object) && !w.cpu.facts.foreignWrites[w.cpu.id]!.has(loc);
}

/** Whether nobody can be freeing the object now. */
function isSafe(w: Work, object: string): boolean {
  const { cpu, t } = w;
  if (!cpu.layout.lives.has(object)) return true;
  const others = cpu.facts.foreignFrees[cpu.id]!;
  return others !== null && !others.has(object) && !t.freed.includes(object);
}

/** Whether a store to the cell that leaves now would come between an LDXR that is still deferred and its STXR. It need
 *  not: the LDXR can be satisfied right before. */
function cutsExclusives(t: Thread | Draft<Thread>, loc: Loc): boolean {
  return t.deferred.some(
    (d, k) => d.loc === loc && d.behind === 0 && (d.atomic !== null || t.monitor?.deferred === k),
  );
}

/** Whether the entry's leaving cannot be observed: its cell is nobody else's, or its object is hidden and
 *  everything stored in it leaves before it is shown. */
export function leavesUnseen(w: Work, k: number): boolean {
  const { cpu, t } = w;
  const entry = t.window[k]!;
  if (entry.loc < 0) return false;
  const { object, loc } = cellAt(cpu, entry.loc);
  if (cutsExclusives(t, loc)) return false;
  if (t.hidden.includes(object.name)) return cpu.own.drainsBeforeEscape[t.pc]!;
  if (cpu.layout.lives.has(object.name)) return false;
  return !cpu.facts.foreignReads[cpu.id]!.has(loc) && !cpu.facts.foreignWrites[cpu.id]!.has(loc);
}
