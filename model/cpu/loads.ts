/** Loads: from the window, from memory now or stale, deferred (semantics.md 1.2, rows load, defer, resolve). */
import type { Draft } from 'immer';
import type { Loc, Thread, View, WindowEntry } from '../machine.ts';
import { latest, type Message, readable, valueOf } from '../memory/lag.ts';
import { constant, type Expr, type Value } from '../program/expression.ts';
import type { Instruction } from '../program/instruction.ts';
import { dependsOn, plain, substitute } from './evaluate.ts';
import { leaveSection } from './sections.ts';
import { cellAt, fault, instructionAt, isUsable, memoryValue, say, show, type Work } from './work.ts';

export type Order = 'plain' | 'acquire' | 'acquirePC';

/** An access whose address is known. */
export interface Target {
  readonly loc: Loc;
  /** View of the address. */
  readonly view: View;
}

/** The newest pending store of the thread to the cell, before position `end` of the window. */
export function pendingStore(t: Draft<Thread> | Thread, loc: Loc, end = t.window.length): number | null {
  for (let k = end - 1; k >= 0; k--) if (t.window[k]!.loc === loc) return k;
  return null;
}

export const acquires = (order: Order): boolean => order !== 'plain';

/** Pre-view of a load: its address, the floor, and, for LDAR, the thread's last store-release. */
export function preView(t: Draft<Thread> | Thread, target: Target, order: Order): View {
  return Math.max(target.view, t.vrn, order === 'acquire' ? t.vrel : 0);
}

/** Messages that a load of the cell may read now. */
export function candidates(w: Work, target: Target, order: Order): readonly Message[] {
  const t = w.t as Thread;
  if (w.cpu.model !== 'armv8') return [{ at: t.lag.length, view: 0 }];
  return readable(t, target.loc, Math.max(preView(t, target, order), t.coh[target.loc] ?? 0), null);
}

/** The view that a load gets from the message that it reads: the message's own, or, if it forwarded it, only that
 *  of the store's operands. */
export function messageView(t: Draft<Thread>, loc: Loc, m: Message, order: Order): View {
  const f = t.fwd[loc];
  if (f !== undefined && f.ts === m.at && !(f.exclusive && acquires(order))) return f.view;
  return m.view;
}

/** What reading does to the thread's views. Returns the view of the result. */
export function observe(t: Draft<Thread>, loc: Loc, vpre: View, vmsg: View, order: Order, addressView: View): View {
  const vpost = Math.max(vpre, vmsg);
  t.coh[loc] = Math.max(t.coh[loc] ?? 0, vpost);
  t.vro = Math.max(t.vro, vpost);
  t.vcap = Math.max(t.vcap, addressView);
  if (acquires(order)) t.vrn = Math.max(t.vrn, vpost);
  return vpost;
}

/** Reads message `m` now; the result goes to `dst`. Returns the value, or null after a fault. */
export function readMessage(
  w: Work, pc: number, dst: string | null, target: Target, order: Order, m: Message,
): { readonly value: Value; readonly view: View } | null {
  const { t } = w;
  const i = instructionAt(w.cpu, pc);
  if (!isUsable(w, cellAt(w.cpu, target.loc).object.name, 'reads', pc)) return sayFault(w, pc);
  const value = valueOf(t.lag, target.loc, m.at, () => memoryValue(w, target.loc));
  if (value === null) {
    fault(w, 'uninitialised read', `reads ${cellAt(w.cpu, target.loc).name} before it was written`, pc);
    return sayFault(w, pc);
  }
  const vpre = preView(t, target, order);
  const view = observe(t, target.loc, vpre, messageView(t, target.loc, m, order), order, target.view);
  for (const d of t.deferred) if (d.loc === target.loc) d.hi = Math.min(d.hi ?? m.at, m.at);
  if (i.op === 'load' && i.exclusive) t.monitor = { loc: target.loc, lost: !isLatest(t, target.loc, m) };
  if (dst !== null) t.regs[dst] = { value: constant(value), view };
  say(w, pc, `${i.at.text} == ${show(value)}`, staleNotes(w, target.loc, m));
  return { value, view };
}

function sayFault(w: Work, pc: number): null {
  say(w, pc, undefined, [w.t.fault!.why]);
  return null;
}

const isLatest = (t: Draft<Thread>, loc: Loc, m: Message): boolean => latest(t.lag, loc, t.lag.length) <= m.at;

function staleNotes(w: Work, loc: Loc, m: Message): readonly string[] {
  if (w.cpu.model !== 'armv8' || isLatest(w.t, loc, m)) return [];
  return [`stale: memory already holds ${show(memoryValue(w, loc))}`];
}

/** Forwards from the thread's own pending store at window position `k`. */
export function forward(w: Work, pc: number, dst: string | null, target: Target, order: Order, k: number): View {
  const { t } = w;
  const entry = t.window[k]!;
  const view = observe(t, target.loc, preView(t, target, order), entry.view, order, target.view);
  const value = plain(entry.value as Expr);
  if (dst !== null) t.regs[dst] = { value, view };
  const i = instructionAt(w.cpu, pc);
  say(w, pc, value.kind === 'const' ? `${i.at.text} == ${show(value.value)}` : undefined,
    ['from its own store, which is not in memory yet']);
  return view;
}

/** Whether a load with this order may forward from the entry now, or must wait until it has left. */
export function mayForward(entry: WindowEntry | Draft<WindowEntry>, order: Order): boolean {
  return !(entry.exclusive && acquires(order));
}

/** Issues a load without satisfying it. `dst` holds the pending result. */
export function defer(
  w: Work, pc: number, dst: string | null, target: Target, order: Order, atomic: number | null, noReturn: boolean,
): number {
  const { t } = w;
  const vpre = preView(t, target, order);
  const index = t.deferred.length;
  t.deferred.push({
    loc: target.loc, vpre, lo: Math.max(vpre, t.coh[target.loc] ?? 0), hi: null, atomic, noReturn,
    section: false, gps: [], pc,
  });
  t.vcap = Math.max(t.vcap, target.view);
  if (dst !== null) t.regs[dst] = { value: { kind: 'pending', index }, view: vpre };
  return index;
}

/** Messages with which the deferred load `index` can be satisfied now. */
export function resolutions(t: Thread, index: number): readonly Message[] {
  const d = t.deferred[index]!;
  return readable(t, d.loc, d.lo, d.hi);
}

/** Satisfies the deferred load `index` by message `m`: its value and view go wherever they were awaited. */
export function resolve(w: Work, index: number, m: Message): void {
  const { t } = w;
  const d = t.deferred[index]!;
  if (!isUsable(w, cellAt(w.cpu, d.loc).object.name, 'reads', d.pc)) {
    sayFault(w, d.pc);
    return;
  }
  const value = valueOf(t.lag, d.loc, m.at, () => memoryValue(w, d.loc));
  if (value === null) {
    fault(w, 'uninitialised read', `reads ${cellAt(w.cpu, d.loc).name} before it was written`, d.pc);
    sayFault(w, d.pc);
    return;
  }
  const i = instructionAt(w.cpu, d.pc);
  const notes = [...(t.pc > d.pc + 1 ? ['satisfied late'] : []), ...staleNotes(w, d.loc, m)];
  say(w, d.pc, `${i.at.text} == ${show(value)}`, notes);
  bound(t, index, m.at);
  const { gps, section } = d;
  const ended = [...gps];
  satisfy(t, index, value, messageView(t, d.loc, m, 'plain'), i);
  leaveSection(w, ended, section);
}

/** Same-cell order of loads: earlier ones read nothing newer, later ones nothing older. */
function bound(t: Draft<Thread>, index: number, ts: View): void {
  const { loc } = t.deferred[index]!;
  t.deferred.forEach((other, k) => {
    if (other.loc !== loc || k === index) return;
    if (k < index) other.hi = Math.min(other.hi ?? ts, ts);
    else other.lo = Math.max(other.lo, ts);
  });
}

/** Removes the deferred load and puts its result where it was awaited. `vmsg`: view of the message read. */
export function satisfy(t: Draft<Thread>, index: number, value: Value, vmsg: View, at: Instruction): View {
  const { loc, vpre, noReturn } = t.deferred[index]!;
  const vpost = Math.max(vpre, vmsg);
  t.coh[loc] = Math.max(t.coh[loc] ?? 0, vpost);
  if (!noReturn) t.vro = Math.max(t.vro, vpost);
  for (const r of Object.values(t.regs)) {
    const e = plain(r.value as Expr);
    if (dependsOn(e, index)) r.view = Math.max(r.view, vpost);
    r.value = substitute(e, index, value, at);
  }
  for (const entry of t.window) {
    const e = plain(entry.value as Expr);
    if (dependsOn(e, index)) entry.view = Math.max(entry.view, vpost);
    entry.value = substitute(e, index, value, at);
    entry.prl = entry.prl.filter((p) => p !== index).map((p) => (p > index ? p - 1 : p));
  }
  t.deferred.splice(index, 1);
  return vpost;
}
