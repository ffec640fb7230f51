/** Loads, and read parts of atomics, that are satisfied later than they are issued, so that later independent
 *  stores can leave before (semantics.md 1.2, rows defer, resolve, RMW). */
import type { Draft } from 'immer';
import type { Content, Thread, View } from '../machine.ts';
import { type Message, newest, readable } from '../memory/lag.ts';
import type { Value } from '../program/expression.ts';
import { returnsNothing } from '../program/flow.ts';
import { content, pendingLoad, substitute } from './content.ts';
import {
  isLatest,
  messageView,
  missedBy,
  type Order,
  pendingStores,
  preView,
  staleNotes,
  type Target,
  usableValue,
} from './loads.ts';
import { orderOfRead } from './notes.ts';
import { leaveSection } from './sections.ts';
import { instructionAt, ownerOf, say, setOwner, show, took, type Work } from './work.ts';

/** Whether the load at the thread's pc is to be deferred: something later may overtake it. At most one deferred
 *  load of an instruction at a time, or a loop that retries would pile them up. */
export const isDeferrable = (w: Work): boolean =>
  w.cpu.model === 'armv8' && w.cpu.own.defers[w.t.pc]! && !w.t.deferred.some((d) => d.pc === w.t.pc);

/** Issues a load without satisfying it. `atomic`: the window position that its write part is going to have. */
export function defer(w: Work, pc: number, target: Target, order: Order, atomic: number | null): Content {
  const { t } = w;
  const i = instructionAt(w.cpu, pc);
  const vpre = preView(t, target, order);
  t.deferred.push({
    loc: target.loc,
    vpre,
    lo: Math.max(vpre, t.coh[target.loc] ?? 0),
    hi: null,
    behind: pendingStores(t, target.loc),
    atomic,
    noReturn: returnsNothing(i),
    section: false,
    gps: [],
    pc,
  });
  w.trail?.push({ kind: 'issue', part: 'read' });
  t.vcap = Math.max(t.vcap, target.pick);
  return pendingLoad(t.deferred.length - 1);
}

/** Messages with which the deferred load `index` can be satisfied now. */
export function resolutions(t: Thread, index: number): readonly Message[] {
  const { loc, lo, hi, behind } = t.deferred[index]!;
  return behind > 0 ? [] : readable(t, loc, lo, hi);
}

/** Satisfies the deferred load `index` by message `m`: its value and view go wherever they were awaited. */
export function resolve(w: Work, index: number, m: Message): void {
  const { t } = w;
  const { loc, pc, gps, section } = t.deferred[index]!;
  const nth = olderOf(t, index);
  const value = usableValue(w, loc, m, pc);
  if (value === null) {
    took(w, pc, { kind: 'read', loc, value: 'nothing', nth });
    return;
  }
  const i = instructionAt(w.cpu, pc);
  const stale = staleNotes(w, loc, m);
  const notes = [...(t.pc > pc + 1 ? ['satisfied late'] : []), ...stale];
  say(w, pc, `${i.at.text} == ${show(value)}`, notes, orderOfRead(w, pc, true, stale.length > 0));
  took(w, pc, { kind: 'read', loc, value: show(value), nth, missed: missedBy(t, loc, m) });
  boundOthers(t, index, m);
  if (t.monitor?.deferred === index) {
    t.monitor.deferred = null;
    t.monitor.lost = !isLatest(t, loc, m);
  }
  leaveSection(w, gps, section, satisfy(w, index, value, m));
}

/** How many older loads of the same instruction are waiting. */
const olderOf = (t: Draft<Thread>, index: number): number =>
  t.deferred.slice(0, index).filter((d) => d.pc === t.deferred[index]!.pc).length;

/** Same-cell order of loads: earlier ones read nothing newer, later ones nothing older. */
function boundOthers(t: Draft<Thread>, index: number, m: Message): void {
  t.deferred.forEach((other, k) => {
    if (other.loc !== t.deferred[index]!.loc || k === index) return;
    if (k < index) other.hi = Math.min(other.hi ?? m.at, m.at);
    else other.lo = Math.max(other.lo, m.at);
  });
}

/** Whether the read part of an atomic can be performed now: no earlier own store to the cell is pending, and
 *  nobody is half-way through an atomic on it. */
export function mayPerform(w: Work, index: number): boolean {
  const { loc, behind, hi } = w.t.deferred[index]!;
  if (hi !== null && newest(w.t, loc).at > hi) return false;
  return behind === 0 && ownerOf(w.cpu, w.get, loc) === null;
}

/** Performs the read part of an atomic: it reads the latest value, and owns the cell until its write part. */
export function perform(w: Work, index: number): void {
  const { t } = w;
  const { loc, pc, gps, section, atomic } = t.deferred[index]!;
  const nth = olderOf(t, index);
  const m = newest(t, loc);
  const value = usableValue(w, loc, m, pc);
  if (value === null) return;
  t.window[atomic!]!.owns = 0;
  boundOthers(t, index, m); // there may be loads between an LDXR and its STXR
  const view = satisfy(w, index, value, m);
  setOwner(w, loc, w.cpu.id);
  const { text } = instructionAt(w.cpu, pc).at;
  say(w, pc, `${text} == ${show(value)}`, [], orderOfRead(w, pc, true, false));
  took(w, pc, { kind: 'read', loc, value: show(value), nth });
  leaveSection(w, gps, section, view);
}

/** Removes the deferred load and puts what it read where it was awaited. Returns its view. */
function satisfy(w: Work, index: number, value: Value, m: Message): View {
  const { t } = w;
  const { loc, vpre, noReturn, atomic, pc } = t.deferred[index]!;
  const vmsg = messageView(t, loc, m, 'plain');
  const vpost = Math.max(vpre, vmsg.view);
  const read = content(value, vpost, Math.max(vpost, vmsg.pick));
  const i = instructionAt(w.cpu, pc);
  const inside = (c: Content): Content => substitute(c, index, read, i);
  t.coh[loc] = Math.max(t.coh[loc] ?? 0, vpost);
  if (!noReturn) t.vro = Math.max(t.vro, vpost);
  // A CAS that failed and returns nothing: a full fence orders its read, for which no write speaks; a DSB ST does
  // not, but it need not be satisfied before one.
  if (noReturn && atomic === null) t.vwo = Math.max(t.vwo, vpost);
  for (const [name, r] of Object.entries(t.regs)) t.regs[name] = inside(r);
  for (const entry of t.window) {
    Object.assign(entry, inside(entry));
    if (entry.read !== null) entry.read = inside(entry.read);
    // What a caller of kfree_rcu read before is in its view.
    if (entry.payload?.kind === 'object' && entry.prl.includes(index)) {
      entry.payload.view = Math.max(entry.payload.view, vpost);
    }
    entry.prl = entry.prl.filter((p) => p !== index).map((p) => (p > index ? p - 1 : p));
  }
  if (t.monitor !== null) {
    t.monitor.read = inside(t.monitor.read);
    if (t.monitor.deferred !== null && t.monitor.deferred > index) t.monitor.deferred -= 1;
  }
  t.unknown = t.unknown.map(inside);
  t.guesses = t.guesses.map((g) => ({ ...g, old: inside(g.old), expected: inside(g.expected) }));
  t.deferred.splice(index, 1);
  return vpost;
}
