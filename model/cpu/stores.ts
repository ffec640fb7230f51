/** Stores: issued into the window, and leaving it for memory (semantics.md 1.2, rows store issue, propagate). */
import { current, type Draft, isDraft } from 'immer';
import { ModelBug } from '../contract.ts';
import type { Loc, Payload, Thread, View, WindowEntry } from '../machine.ts';
import type { Expr } from '../program/expression.ts';
import { beginGracePeriod, leaveSection } from './sections.ts';
import {
  appendMessage, type Cpu, cellAt, fault, instructionAt, isUsable, ownerOf, say, setOwner, show, type Work,
} from './work.ts';
import type { Instruction } from '../program/instruction.ts';
import { addressOf, readsMemory, writesMemory } from '../program/flow.ts';
import { cellsAccessed } from './facts.ts';
import { known, plain, whereIs } from './evaluate.ts';
import type { Target } from './loads.ts';

/** What goes into the window; the rest of the entry follows from the thread. */
export interface Issue {
  readonly what: WindowEntry['what'];
  readonly target: Target | null;
  readonly value: Expr;
  readonly dataView: View;
  readonly release: boolean;
  readonly exclusive: boolean;
  readonly payload: Payload | null;
  /** Deferred loads that must be satisfied first, besides those that a release waits for. */
  readonly after: readonly number[];
}

/** Appends to the window. Premises for leaving: same-cell order, the last DMB ST, and, for a release (and under
 *  TSO for every store), everything issued before. Returns the entry's position. */
export function issue(w: Work, pc: number, it: Issue): number {
  const { t, cpu } = w;
  const loc = it.target?.loc ?? -1;
  const all = t.window.map((_, k) => k);
  const everything = it.release || it.what === 'kfree_rcu' || cpu.model !== 'armv8';
  const pre = everything ? all : all.filter((k) => t.sf.includes(k) || precedes(w, t.window[k]!, loc, it));
  const loads = t.deferred.map((_, k) => k);
  const prl = everything ? loads : loads.filter((k) => it.after.includes(k) || freedUnder(w, t.deferred[k]!.loc, it));
  t.window.push({
    what: it.what, loc, value: it.value, view: Math.max(it.target?.view ?? 0, it.dataView), release: it.release,
    exclusive: it.exclusive, pre, prl, payload: it.payload, section: false, gps: [], pc,
  } as Draft<WindowEntry>);
  t.vcap = Math.max(t.vcap, it.target?.view ?? 0);
  return t.window.length - 1;
}

/** Whether an earlier entry must leave before this one because both touch the same thing. */
function precedes(w: Work, earlier: Draft<WindowEntry>, loc: Loc, it: Issue): boolean {
  if (loc >= 0 && earlier.loc === loc) return true;
  if (it.what === 'push') {
    return earlier.what === 'push' && smmuOf(earlier.payload as Payload) === smmuOf(it.payload);
  }
  const freed = it.what === 'free' ? objectOf(it.payload) : null;
  if (freed !== null && earlier.loc >= 0) return cellAt(w.cpu, earlier.loc).object.name === freed;
  return loc >= 0 && earlier.what === 'free' && objectOf(earlier.payload as Payload) === cellAt(w.cpu, loc).object.name;
}

const objectOf = (p: Payload | null): string | null => (p?.kind === 'object' ? p.object : null);
const smmuOf = (p: Payload | null): string | null => (p?.kind === 'commands' ? p.smmu : null);

function freedUnder(w: Work, loc: Loc, it: Issue): boolean {
  return it.what === 'free' && cellAt(w.cpu, loc).object.name === objectOf(it.payload);
}

/** Whether nothing keeps the entry in the window any more. */
export function mayLeave(w: Work, k: number): boolean {
  const entry = w.t.window[k]!;
  if (entry.pre.length > 0 || entry.prl.length > 0 || known(entry.value as Expr) === null) return false;
  if (entry.loc < 0) return true;
  const owner = ownerOf(w.cpu, w.get, entry.loc);
  return owner === null || owner === w.cpu.id;
}

/** The entry at position `k` leaves the window and takes effect. */
export function leave(w: Work, k: number): void {
  const gone = snapshot(w.t.window[k]!);
  say(w, gone.pc, textOf(w, gone), [...valueNotes(w, gone), ...orderNotes(w, k)]);
  if (gone.what === 'free') free(w, gone);
  else if (gone.what === 'push') push(w, gone);
  else if (gone.what === 'kfree_rcu') beginGracePeriod(w, gone);
  else propagate(w, k);
  if (w.t.fault !== null) return;
  remove(w.t, k, w.t.lag.length);
  leaveSection(w, gone.gps, gone.section);
}

/** An entry as it is now, to be kept after it has left the draft. */
const snapshot = (entry: Draft<WindowEntry>): WindowEntry => (isDraft(entry) ? current(entry) : entry) as WindowEntry;

/** Row propagate: the store is appended to memory, and the thread's views of its own stores move there. */
function propagate(w: Work, k: number): void {
  const { t } = w;
  const entry = t.window[k]!;
  const { loc, view, exclusive, release, pc } = entry;
  const value = known(entry.value as Expr);
  if (value === null) throw new ModelBug(`a store leaves without a value, ${whereIs(instructionAt(w.cpu, pc))}`);
  if (!isUsable(w, cellAt(w.cpu, loc).object.name, 'writes', pc)) return;
  const ts = appendMessage(w, loc, value);
  observeOwnStore(t, loc, ts, { view, exclusive, release });
  for (const d of t.deferred) if (d.loc === loc) d.hi = Math.min(d.hi ?? ts - 1, ts - 1);
  const more = t.window.some((e, at) => at !== k && e.loc === loc && e.what === 'atomic' && isPerformed(t, at));
  if (ownerOf(w.cpu, w.get, loc) !== null && !more) setOwner(w, loc, null);
}

/** Whether the read part of the atomic at window position `k` is done. */
const isPerformed = (t: Draft<Thread>, k: number): boolean => !t.deferred.some((d) => d.atomic === k);

/** What the arrival of an own store in memory at `ts` does to the thread's views. */
export function observeOwnStore(
  t: Draft<Thread>, loc: Loc, ts: View,
  s: { readonly view: View; readonly exclusive: boolean; readonly release: boolean },
): void {
  t.coh[loc] = ts;
  t.vwo = ts;
  if (s.release) t.vrel = ts;
  t.fwd[loc] = { ts, view: s.view, exclusive: s.exclusive };
}

function free(w: Work, entry: WindowEntry): void {
  const object = objectOf(entry.payload)!;
  const ref = w.cpu.layout.lives.get(object);
  if (ref === undefined) throw new ModelBug(`${object} is freed, but the scenario does not let it be`);
  if (w.get(ref) === 'live') w.set(ref, 'freed');
  else fault(w, 'double free', `frees ${object}, which is ${w.get(ref)}`, entry.pc);
}

function push(w: Work, entry: WindowEntry): void {
  if (entry.payload?.kind !== 'commands') throw new ModelBug('a push without commands');
  const queue = w.cpu.queues.get(entry.payload.smmu);
  if (queue === undefined) {
    const at = whereIs(instructionAt(w.cpu, entry.pc));
    throw new ModelBug(`${entry.payload.smmu} has no command queue, ${at}`);
  }
  w.set(queue, [...w.get(queue), ...entry.payload.commands]);
}

/** Takes an entry out of the window; whoever waited for it goes on, positions close up. */
function remove(t: Draft<Thread>, k: number, ts: View): void {
  const close = (positions: number[]): number[] => positions.filter((p) => p !== k).map((p) => (p > k ? p - 1 : p));
  for (const other of t.window) {
    // What a caller of kfree_rcu stored before is in its view.
    if (other.what === 'kfree_rcu' && other.pre.includes(k) && other.payload?.kind === 'object') other.payload.view = ts;
    other.pre = close(other.pre);
  }
  t.sf = close(t.sf);
  for (const d of t.deferred) if (d.atomic !== null && d.atomic > k) d.atomic -= 1;
  t.window.splice(k, 1);
}

function textOf(w: Work, entry: WindowEntry): string {
  const { at, op } = instructionAt(w.cpu, entry.pc);
  const value = known(plain(entry.value));
  return op === 'rmw' || op === 'cas' ? `${at.text}: ${show(value)} reaches memory` : at.text;
}

/** How the order in which accesses take effect differs from the program's: what this entry let pass while it
 *  waited, and what it passes now. */
function orderNotes(w: Work, k: number): readonly string[] {
  const { t, cpu } = w;
  const { pc } = t.window[k]!;
  const after = cpu.program.code.slice(pc + 1, Math.max(t.pc, pc + 1));
  // Behind a branch it is not known which way was taken.
  const branch = after.findIndex((i) => i.op === 'branch' || i.op === 'jump');
  const later = branch < 0 ? after : after.slice(0, branch);
  const first = later.find((i, n) => i.at.text !== '' && isShared(cpu, i) && tookEffect(t, i, pc + 1 + n));
  const behind = t.window.slice(0, k).map((e) => instructionAt(cpu, e.pc)).find((i) => isShared(cpu, i));
  return [
    ...(first === undefined ? [] : [`late: passed by ${first.at.text}`]),
    ...(behind === undefined ? [] : [`early: passes ${behind.at.text}`]),
  ];
}

/** What the text of a store leaves open. */
function valueNotes(w: Work, entry: WindowEntry): readonly string[] {
  const i = instructionAt(w.cpu, entry.pc);
  return i.op === 'store' && i.value.kind !== 'const' ? [`stores ${show(known(entry.value))}`] : [];
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

