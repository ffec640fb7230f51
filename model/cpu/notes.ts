/** What a trace says of a store that reaches memory, besides its text. */
import type { Draft } from 'immer';
import type { Reordering } from '../contract.ts';
import type { Thread, WindowEntry } from '../machine.ts';
import { addressOf, readsMemory, writesMemory } from '../program/flow.ts';
import type { Instruction } from '../program/instruction.ts';
import { stretchOf } from '../program/interrupt.ts';
import { known } from './content.ts';
import { cellsAccessed } from './facts.ts';
import { type AccessPart, type Part, remedies } from './remedies.ts';
import { type Cpu, instructionAt, show, type Work } from './work.ts';

export function textOf(w: Work, entry: WindowEntry): string {
  const i = instructionAt(w.cpu, entry.pc);
  const { at, op } = i;
  if (op === 'push' && entry.payload?.kind === 'commands' && i.commands.some((c) => c.when !== undefined))
    return `${at.text}: ${entry.payload.commands.map((c) => c.name).join(', ')}`;
  const value = known(entry);
  return op === 'rmw' || op === 'cas' ? `${at.text}: ${show(value)} reaches memory` : at.text;
}

/** How the order in which accesses take effect differs from the program's, as far as the thread's state tells: what
 *  the entry at position `k` let pass while it waited, and what it passes now. */
export function orderOfStore(w: Work, k: number): readonly Reordering[] {
  const { t, cpu } = w;
  const { pc } = t.window[k]!;
  const behind = t.window.slice(0, k).find((e) => isShared(cpu, instructionAt(cpu, e.pc)));
  return [
    ...passedLate(w, { pc, part: 'write' }),
    ...(behind === undefined ? [] : [reordering(cpu, 'early', { pc, part: 'write' }, writeOf(behind.pc))]),
  ];
}

/** The same of a read that is done now, `stale` if memory holds something newer already. It passes what is waiting;
 *  or others passed it, if it was put off. */
export function orderOfRead(w: Work, pc: number, putOff: boolean, stale: boolean): readonly Reordering[] {
  const { t, cpu } = w;
  if (cpu.model === 'sc') return [];
  const self: AccessPart = { pc, part: 'read' };
  const store = putOff ? undefined : t.window.find((e) => isShared(cpu, instructionAt(cpu, e.pc)));
  const read = putOff ? undefined : t.deferred.find((d) => isShared(cpu, instructionAt(cpu, d.pc)));
  return [
    ...(putOff ? passedLate(w, self) : []),
    ...(store === undefined ? [] : [reordering(cpu, 'early', self, writeOf(store.pc))]),
    ...(read === undefined ? [] : [reordering(cpu, 'early', self, { pc: read.pc, part: 'read' })]),
    // What it passed only a run tells, which is looked at where there is one (story/order.ts).
    ...(stale ? [{ kind: 'stale', other: '', forbiddenBy: [] } as const] : []),
  ];
}

/** The first access behind this one that took effect already. */
function passedLate({ t, cpu }: Work, self: AccessPart): readonly Reordering[] {
  const { pc } = self;
  const { program } = cpu;
  // Nor is it what was executed on the other side of an interrupt.
  const until = stretchOf(program, pc) === stretchOf(program, t.pc) ? Math.max(t.pc, pc + 1) : pc + 1;
  const after = program.code.slice(pc + 1, until);
  // Behind a branch it is not known which way was taken.
  const branch = after.findIndex((i) => i.op === 'branch' || i.op === 'jump');
  const later = branch < 0 ? after : after.slice(0, branch);
  const passes = (i: Instruction, at: number): boolean =>
    i.at.text !== '' && isShared(cpu, i) && tookEffect(t, i, at, self.part);
  const n = later.findIndex((i, k) => passes(i, pc + 1 + k));
  if (n < 0) return [];
  return [reordering(cpu, 'late', self, { pc: pc + 1 + n, part: readsMemory(later[n]!) ? 'read' : 'write' })];
}

const writeOf = (pc: number): AccessPart => ({ pc, part: 'write' });

/** `self` and `other` in the wrong order. */
export function reordering(
  cpu: Cpu,
  kind: Reordering['kind'],
  self: AccessPart,
  other: AccessPart,
): Reordering {
  const { text, fn } = instructionAt(cpu, other.pc).at;
  const [first, second] = kind === 'late' ? [self, other] : [other, self];
  return { kind, other: text, fn, forbiddenBy: remedies(cpu, first, second) };
}

/** What a trace says of them below the access. */
export function orderNotes(reorderings: readonly Reordering[]): readonly string[] {
  return reorderings.flatMap(({ kind, other }) => {
    if (kind === 'late') return [`late: passed by ${other}`];
    return kind === 'early' ? [`early: passes ${other}`] : [];
  });
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

/** A read that is done, or, behind a read, a store that has left. A store that overtakes a store says so itself. */
function tookEffect(t: Draft<Thread>, i: Instruction, pc: number, before: Part): boolean {
  const waits = t.deferred.some((d) => d.pc === pc) || t.window.some((e) => e.pc === pc);
  return !waits && (before === 'read' || readsMemory(i));
}
