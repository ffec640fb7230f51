/** What no other agent can observe, and so need not be interleaved. */
import type { Instruction } from '../program/instruction.ts';
import { issuesOnly } from './atomics.ts';
import { evaluate, known, whereIs } from './evaluate.ts';
import { cellAt, type Work } from './work.ts';

/** Whether the next instruction can be executed unobserved. Premise: no other agent's step depends on when. */
export function isLocal(w: Work): boolean {
  const { cpu, t } = w;
  const i = cpu.program.code[t.pc];
  if (i === undefined) return false;
  if (cpu.model === 'sc' && t.window.length > 0) return false;
  switch (i.op) {
    case 'set': case 'branch': case 'jump': case 'isb': case 'irq': case 'alloc': case 'assert': case 'fence':
    case 'free': case 'kfree_rcu': case 'push':
      return true;
    case 'store':
      return i.status === null;
    case 'rcu':
      return i.what !== 'synchronize' && !cpu.facts.gracePeriods;
    case 'rmw':
      return issuesOnly(w, i);
    case 'load':
      return (cpu.model === 'armv8' && cpu.own.defers[t.pc]! && !i.exclusive) || isOwnLoad(w, i);
    default:
      return false;
  }
}

/** A load of a cell that nobody else ever writes, in an object that nobody can be freeing. */
export function isOwnLoad(w: Work, i: Instruction & { op: 'load' }): boolean {
  if (i.exclusive) return false;
  const base = known(evaluate(w.t, i.addr.base, i).value);
  const index = known(evaluate(w.t, i.addr.index, i).value);
  if (typeof base !== 'string' || typeof index !== 'number') return false;
  const object = base.slice(1);
  const loc = w.cpu.layout.locate(object, i.addr.field, index, whereIs(i));
  if (w.t.hidden.includes(object)) return true;
  return isSafe(w, object) && !w.cpu.facts.foreignWrites[w.cpu.id]!.has(loc);
}

/** Whether nobody can be freeing the object now. */
function isSafe(w: Work, object: string): boolean {
  const { cpu, t } = w;
  if (!cpu.layout.lives.has(object)) return true;
  const others = cpu.facts.foreignFrees[cpu.id]!;
  return others !== null && !others.has(object) && cpu.own.beforeFrees[t.pc]!;
}

/** Whether the entry's leaving cannot be observed: its cell is nobody else's, or its object is hidden and
 *  everything stored in it leaves before it is shown. */
export function leavesUnseen(w: Work, k: number): boolean {
  const { cpu, t } = w;
  const entry = t.window[k]!;
  if (entry.loc < 0) return false;
  const { object, loc } = cellAt(cpu, entry.loc);
  if (t.hidden.includes(object.name)) return cpu.own.drainsBeforeEscape[t.pc]!;
  if (cpu.layout.lives.has(object.name)) return false;
  return !cpu.facts.foreignReads[cpu.id]!.has(loc) && !cpu.facts.foreignWrites[cpu.id]!.has(loc);
}
