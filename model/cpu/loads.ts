/** Loads: from the window, or from memory, now or stale (semantics.md 1.2, row load). */
import type { Draft } from 'immer';
import type { Content, Loc, Thread, View, WindowEntry } from '../machine.ts';
import { latest, type Message, messageValue, readable } from '../memory/lag.ts';
import type { Value } from '../program/expression.ts';
import { returnsNothing } from '../program/flow.ts';
import type { Instruction } from '../program/instruction.ts';
import { content, joined, known } from './content.ts';
import { orderOfRead } from './notes.ts';
import { cellAt, fault, instructionAt, isUsable, memoryValue, say, show, took, type Work } from './work.ts';

export type Order = 'plain' | 'acquire' | 'acquirePC';

/** SC and TSO have no use for acquires. */
export const orderOf = (w: Work, order: Order): Order => (w.cpu.model === 'armv8' ? order : 'plain');

/** An access whose address is known, with the views of the address. */
export interface Target {
  readonly loc: Loc;
  readonly view: View;
  readonly pick: View;
}

/** The newest pending store of the thread to the cell. */
export function pendingStore(t: Draft<Thread> | Thread, loc: Loc): number | null {
  for (let k = t.window.length - 1; k >= 0; k--) if (t.window[k]!.loc === loc) return k;
  return null;
}

/** How many stores to the cell are pending. */
export const pendingStores = (t: Draft<Thread> | Thread, loc: Loc): number =>
  t.window.filter((e) => e.loc === loc).length;

export const acquires = (order: Order): boolean => order !== 'plain';

/** RCsc: LDAR, and the acquire half of an atomic, wait for the store-releases before them. */
export const waitsForRelease = (w: Work, order: Order): boolean =>
  order === 'acquire' && w.t.window.some((e) => e.release);

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

/** The views that a load gets from the message that it reads: the message's own, or, if it is the thread's own
 *  last store, only those of the store's operands; an acquire also that of the read part, if it has one. */
export function messageView(
  t: Draft<Thread> | Thread,
  loc: Loc,
  m: Message,
  order: Order,
): { view: View; pick: View } {
  const f = t.fwd[loc];
  if (f === undefined || f.ts !== m.at) return { view: m.view, pick: m.view };
  const view = acquires(order) ? Math.max(f.view, f.readView) : f.view;
  return { view, pick: Math.max(view, f.pick) };
}

/** What reading does to the thread's views, if the result's is `vpost`. */
export function observe(t: Draft<Thread>, target: Target, vpost: View, order: Order, noReturn = false): void {
  t.coh[target.loc] = Math.max(t.coh[target.loc] ?? 0, vpost);
  if (!noReturn) t.vro = Math.max(t.vro, vpost);
  t.vcap = Math.max(t.vcap, target.pick);
  if (acquires(order)) t.vrn = Math.max(t.vrn, vpost);
}

/** Reads message `m` now; the result goes to `dst`. Returns it, or null after a fault. */
export function readMessage(
  w: Work,
  pc: number,
  dst: string | null,
  target: Target,
  order: Order,
  m: Message,
): Content | null {
  const { t } = w;
  const { loc } = target;
  const i = instructionAt(w.cpu, pc);
  const value = usableValue(w, loc, m, pc);
  if (value === null) {
    took(w, pc, { kind: 'read', loc, value: 'nothing' });
    return null;
  }
  const vmsg = messageView(t, loc, m, order);
  const vpost = Math.max(preView(t, target, order), vmsg.view);
  const read = content(value, vpost, Math.max(vpost, vmsg.pick));
  observe(t, target, vpost, order);
  boundEarlierLoads(t, loc, m.at);
  if (i.op === 'load' && i.exclusive) {
    t.monitor = { loc, lost: !isLatest(t, loc, m), ahead: 0, deferred: null, read };
  }
  if (dst !== null) t.regs[dst] = read;
  const notes = staleNotes(w, loc, m);
  say(w, pc, readText(i, value), notes, orderOfRead(w, pc, false, notes.length > 0));
  took(w, pc, { kind: 'read', loc, value: show(value), missed: missedBy(t, loc, m) });
  return read;
}

const readText = ({ at }: Instruction, value: Value): string =>
  at.shows === undefined ? `${at.text} == ${show(value)}` : `${at.text}${at.shows(value)}`;

/** The value of the message, or null after a fault: the object is gone, or the cell was never written. */
export function usableValue(w: Work, loc: Loc, m: Message, pc: number) {
  const cell = cellAt(w.cpu, loc);
  if (isUsable(w, cell.object.name, 'reads', pc)) {
    const value = messageValue(w.t.lag, loc, m.at, () => memoryValue(w, loc));
    if (value !== null) return value;
    fault(w, 'uninitialised read', `reads ${cell.name} before it was written`, pc);
  }
  say(w, pc, undefined, [w.t.fault!.why]);
  return null;
}

/** How many stores to the cell are newer than the message. */
export const missedBy = (t: Draft<Thread>, loc: Loc, m: Message): number =>
  t.lag.filter((e, i) => i >= m.at && e.loc === loc).length;

/** Same-cell order: loads that were deferred before a read of `ts` read nothing newer. */
function boundEarlierLoads(t: Draft<Thread>, loc: Loc, ts: View): void {
  for (const d of t.deferred) if (d.loc === loc) d.hi = Math.min(d.hi ?? ts, ts);
}

export const isLatest = (t: Draft<Thread>, loc: Loc, m: Message): boolean =>
  latest(t.lag, loc, t.lag.length) <= m.at;

export function staleNotes(w: Work, loc: Loc, m: Message): readonly string[] {
  if (w.cpu.model !== 'armv8' || isLatest(w.t, loc, m)) return [];
  return [`stale: memory has ${show(memoryValue(w, loc))}`];
}

/** Whether a load with this order may forward from the entry now. An acquire waits until the value, and what the
 *  entry's read part read, are known. Nobody forwards from a store that an earlier deferred load waits for. */
export function mayForward(t: Draft<Thread> | Thread, entry: WindowEntry, order: Order): boolean {
  if (acquires(order) && (known(entry) === null || (entry.read !== null && known(entry.read) === null)))
    return false;
  return !t.deferred.some((d) => d.loc === entry.loc && d.atomic === null && d.behind > 0);
}

/** Forwards from the thread's own pending store at window position `k`; the result goes to `dst`. */
export function forward(
  w: Work,
  pc: number,
  dst: string | null,
  target: Target,
  order: Order,
  k: number,
): Content {
  const { t } = w;
  const { loc } = target;
  const entry = t.window[k]!;
  const i = instructionAt(w.cpu, pc);
  const readView = acquires(order) ? (entry.read?.view ?? 0) : 0;
  const read = joined(entry, Math.max(preView(t, target, order), readView));
  const noReturn = returnsNothing(i);
  observe(t, target, read.view, order, noReturn);
  if (known(read) === null && !noReturn) t.unknown.push(read);
  if (i.op === 'load' && i.exclusive) {
    t.monitor = { loc, lost: false, ahead: pendingStores(t, loc), deferred: null, read };
  }
  if (dst !== null) t.regs[dst] = read;
  const value = known(read);
  say(w, pc, value === null ? undefined : `${i.at.text} == ${show(value)}`, [
    'from its own store, which is not in memory yet',
  ]);
  took(w, pc, { kind: 'read', loc, value: value === null ? '?' : show(value), forwarded: true });
  return read;
}
