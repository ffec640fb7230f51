/** What a trace says of a store that reaches memory, besides its text. */
import type { Draft } from 'immer';
import type { Thread, WindowEntry } from '../machine.ts';
import { addressOf, readsMemory, writesMemory } from '../program/flow.ts';
import type { Instruction } from '../program/instruction.ts';
import { stretchOf } from '../program/interrupt.ts';
import { known } from './content.ts';
import { cellsAccessed } from './facts.ts';
import { type Cpu, instructionAt, show, type Work } from './work.ts';

export function textOf(w: Work, entry: WindowEntry): string {
  const i = instructionAt(w.cpu, entry.pc);
  const { at, op } = i;
  if (op === 'push' && entry.payload?.kind === 'commands' && i.commands.some((c) => c.when !== undefined))
    return `${at.text}: ${entry.payload.commands.map((c) => c.name).join(', ')}`;
  const value = known(entry);
  return op === 'rmw' || op === 'cas' ? `${at.text}: ${show(value)} reaches memory` : at.text;
}

/** How the order in which accesses take effect differs from the program's: what this entry let pass while it
 *  waited, and what it passes now. */
export function orderNotes(w: Work, k: number): readonly string[] {
  const { t, cpu } = w;
  const { pc } = t.window[k]!;
  const { program } = cpu;
  // Nor is it what was executed on the other side of an interrupt.
  const until = stretchOf(program, pc) === stretchOf(program, t.pc) ? Math.max(t.pc, pc + 1) : pc + 1;
  const after = program.code.slice(pc + 1, until);
  // Behind a branch it is not known which way was taken.
  const branch = after.findIndex((i) => i.op === 'branch' || i.op === 'jump');
  const later = branch < 0 ? after : after.slice(0, branch);
  const first = later.find((i, n) => i.at.text !== '' && isShared(cpu, i) && tookEffect(t, i, pc + 1 + n));
  const behind = t.window
    .slice(0, k)
    .map((e) => instructionAt(cpu, e.pc))
    .find((i) => isShared(cpu, i));
  return [
    ...(first === undefined ? [] : [`late: passed by ${first.at.text}`]),
    ...(behind === undefined ? [] : [`early: passes ${behind.at.text}`]),
  ];
}

/** What the text of a store leaves open. */
export function valueNotes(w: Work, entry: WindowEntry): readonly string[] {
  const i = instructionAt(w.cpu, entry.pc);
  return i.op === 'store' && i.value.kind !== 'const' ? [`stores ${show(known(entry))}`] : [];
}

/** Whether others can notice when the access takes effect. */
function isShared(cpu: Cpu, i: Instruction): boolean {
  const address = addressOf(i);
  if (address === null) return i.op === 'free' || i.op === 'push' || i.op === 'kfree_rcu';
  const { foreignReads, foreignWrites } = cpu.facts;
  const touched = (by: readonly ReadonlySet<number>[], loc: number): boolean => by[cpu.id]!.has(loc);
  return cellsAccessed(cpu.program, cpu.layout, address).some(
    (loc) => touched(foreignWrites, loc) || (writesMemory(i) && touched(foreignReads, loc)),
  );
}

/** A read that is done. Stores that overtake say so themselves. */
function tookEffect(t: Draft<Thread>, i: Instruction, pc: number): boolean {
  return readsMemory(i) && !t.deferred.some((d) => d.pc === pc) && !t.window.some((e) => e.pc === pc);
}
