/** Stores: issued into the window, and leaving it for memory (semantics.md 1.2, rows store issue, propagate). */
import type { Draft } from 'immer';
import { ModelBug } from '../contract.ts';
import type { Content, Loc, Payload, Thread, View, WindowEntry } from '../machine.ts';
import { joined, known, whereIs } from './content.ts';
import type { Target } from './loads.ts';
import { orderNotes, orderOfStore, textOf, valueNotes } from './notes.ts';
import { freeAfterGracePeriod, leaveSection } from './sections.ts';
import {
  appendMessage,
  cellAt,
  fault,
  instructionAt,
  isUsable,
  ownerOf,
  say,
  setOwner,
  show,
  took,
  type Work,
} from './work.ts';

/** What goes into the window; the rest of the entry follows from the thread. */
export interface Issue {
  readonly what: WindowEntry['what'];
  readonly target: Target | null;
  /** The data; the address is in `target`. */
  readonly value: Content;
  readonly release: boolean;
  readonly read: Content | null;
  readonly owns: number | null;
  readonly payload: Payload | null;
  /** Deferred loads that must be satisfied first, besides those that a release waits for. */
  readonly after: readonly number[];
}

/** Appends to the window. Premises for leaving: same-cell order, the last DMB ST, and, for a release (and under
 *  TSO for every store), everything issued before. Returns the entry's position. */
export function issue(w: Work, pc: number, it: Issue): number {
  const { t, cpu } = w;
  const loc = it.target?.loc ?? -1;
  reveal(t, it.value);
  const all = t.window.map((_, k) => k);
  const everything = it.release || it.what === 'kfree_rcu' || cpu.model !== 'armv8';
  const pre = everything ? all : all.filter((k) => t.sf.includes(k) || precedes(w, t.window[k]!, loc, it));
  const loads = t.deferred.map((_, k) => k);
  const prl = everything
    ? loads
    : loads.filter((k) => it.after.includes(k) || freedUnder(w, t.deferred[k]!.loc, it));
  t.window.push({
    ...joined(it.value, it.target?.view ?? 0),
    what: it.what,
    loc,
    release: it.release && cpu.model === 'armv8',
    read: it.read,
    owns: it.owns,
    pre,
    prl,
    payload: it.payload,
    section: false,
    gps: [],
    pc,
  } as Draft<WindowEntry>);
  w.trail?.push({ kind: 'issue', part: 'write' });
  t.vcap = Math.max(t.vcap, it.target?.pick ?? 0);
  return t.window.length - 1;
}

/** Storing a pointer to an object shows it to others. */
export function reveal(t: Draft<Thread>, stored: Content): void {
  const value = known(stored);
  t.hidden = value === null ? [] : t.hidden.filter((name) => value !== `&${name}`);
}

/** Whether an earlier entry must leave before this one because both touch the same thing. */
function precedes(w: Work, earlier: Draft<WindowEntry>, loc: Loc, it: Issue): boolean {
  if (loc >= 0 && earlier.loc === loc) return true;
  if (it.what === 'push') {
    return earlier.what === 'push' && smmuOf(earlier.payload as Payload) === smmuOf(it.payload);
  }
  const freed = it.what === 'free' ? objectOf(it.payload) : null;
  if (freed !== null && earlier.loc >= 0) return cellAt(w.cpu, earlier.loc).object.name === freed;
  return (
    loc >= 0 &&
    earlier.what === 'free' &&
    objectOf(earlier.payload as Payload) === cellAt(w.cpu, loc).object.name
  );
}

const objectOf = (p: Payload | null): string | null => (p?.kind === 'object' ? p.object : null);
const smmuOf = (p: Payload | null): string | null => (p?.kind === 'commands' ? p.smmu : null);

function freedUnder(w: Work, loc: Loc, it: Issue): boolean {
  return it.what === 'free' && cellAt(w.cpu, loc).object.name === objectOf(it.payload);
}

/** Whether nothing keeps the entry in the window any more. */
export function mayLeave(w: Work, k: number): boolean {
  const entry = w.t.window[k]!;
  if (entry.pre.length > 0 || entry.prl.length > 0 || known(entry) === null) return false;
  if (entry.loc < 0) return true;
  const owner = ownerOf(w.cpu, w.get, entry.loc);
  return owner === null || owner === w.cpu.id;
}

/** The entry at position `k` leaves the window and takes effect. */
export function leave(w: Work, k: number): void {
  const gone = w.t.window[k]! as WindowEntry;
  const order = orderOfStore(w, k);
  say(w, gone.pc, textOf(w, gone), [...valueNotes(w, gone), ...orderNotes(order)], order);
  tookEffect(w, k);
  if (gone.what === 'free') free(w, gone);
  else if (gone.what === 'push') push(w, gone);
  else if (gone.what === 'kfree_rcu') freeAfterGracePeriod(w, gone);
  else propagate(w, k);
  if (w.t.fault !== null) return;
  remove(w.t, k);
  leaveSection(w, gone.gps, gone.section, gone.loc < 0 ? 0 : w.t.lag.length);
}

function tookEffect(w: Work, k: number): void {
  const { pc, loc, payload, what } = w.t.window[k]! as WindowEntry;
  const nth = w.t.window.slice(0, k).filter((e) => e.pc === pc).length;
  if (payload === null) {
    took(w, pc, { kind: 'write', loc, value: show(known(w.t.window[k]! as WindowEntry)), nth });
  } else if (payload.kind === 'commands') {
    const value = payload.commands.map(({ name }) => name).join(', ');
    took(w, pc, { kind: 'write', value, nth, to: { kind: 'queue', name: payload.smmu } });
  } else {
    const kind = what === 'free' ? 'life' : 'rcu';
    took(w, pc, { kind: 'write', value: what, nth, to: { kind, name: payload.object } });
  }
}

/** Row propagate: the store is appended to memory, and the thread's views of its own stores move there. */
function propagate(w: Work, k: number): void {
  const { t } = w;
  const entry = t.window[k]!;
  const { loc, pc } = entry;
  const value = known(entry);
  if (value === null) {
    throw new ModelBug(`a store leaves without a value, ${whereIs(instructionAt(w.cpu, pc))}`);
  }
  if (!isUsable(w, cellAt(w.cpu, loc).object.name, 'writes', pc)) return;
  const ts = appendMessage(w, loc, value);
  observeOwnStore(t, loc, ts, entry);
  for (const d of t.deferred) {
    if (d.loc !== loc) continue;
    if (d.behind === 0) d.hi = Math.min(d.hi ?? ts - 1, ts - 1);
    else {
      d.behind -= 1;
      d.lo = Math.max(d.lo, ts);
    }
  }
  if (t.monitor?.loc === loc && t.monitor.ahead > 0) t.monitor.ahead -= 1;
  passOwnership(w, k);
}

/** The cell is owned by the next atomic on it that forwarded its way up to here; else by nobody. */
function passOwnership(w: Work, k: number): void {
  const { loc } = w.t.window[k]!;
  const rest = w.t.window.filter((e, at) => at !== k && e.loc === loc);
  for (const e of rest) if (e.owns !== null && e.owns > 0) e.owns -= 1;
  const owner = rest.some((e) => e.owns === 0) ? w.cpu.id : null;
  if (ownerOf(w.cpu, w.get, loc) !== owner) setOwner(w, loc, owner);
}

/** What the arrival of an own store in memory at `ts` does to the thread's views. */
export function observeOwnStore(
  t: Draft<Thread>,
  loc: Loc,
  ts: View,
  s: Pick<WindowEntry, 'view' | 'pick' | 'read' | 'release'>,
): void {
  t.coh[loc] = ts;
  t.vwo = ts;
  if (s.release) t.vrel = ts;
  t.fwd[loc] = { ts, view: s.view, pick: s.pick, readView: s.read?.view ?? 0 };
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
function remove(t: Draft<Thread>, k: number): void {
  const ts = t.window[k]!.loc < 0 ? 0 : t.lag.length;
  const close = (positions: number[]): number[] =>
    positions.filter((p) => p !== k).map((p) => (p > k ? p - 1 : p));
  for (const other of t.window) {
    // What a caller of kfree_rcu stored before is in its view.
    if (other.what === 'kfree_rcu' && other.pre.includes(k) && other.payload?.kind === 'object')
      other.payload.view = Math.max(other.payload.view, ts);
    other.pre = close(other.pre);
  }
  t.sf = close(t.sf);
  for (const d of t.deferred) if (d.atomic !== null && d.atomic > k) d.atomic -= 1;
  t.window.splice(k, 1);
}
