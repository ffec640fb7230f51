/** RCU on the side of the thread: sections, what holds a grace period up, and what it makes visible
 *  (semantics.md 2). */
import { type Draft, produce } from 'immer';
import type {
  GracePeriod,
  GracePeriodEvent,
  Loc,
  SectionEvent,
  Thread,
  View,
  WindowEntry,
} from '../machine.ts';
import { permute } from '../memory/canonical.ts';
import { fault, next, type Rule, say, took, type Work } from './work.ts';

/** What sections and grace periods take notice of. */
const ALL_GPS = { kind: 'rcu', name: '' } as const;

/** rcu_read_lock: the outermost one raises the floor to what grace periods that have begun made visible. */
export function enterSection(w: Work, pc: number): void {
  const { t } = w;
  say(w, pc);
  took(w, pc, { kind: 'other', value: 'rcu_read_lock', to: ALL_GPS });
  t.rcu.depth += 1;
  if (t.rcu.depth > 1 || !w.cpu.facts.gracePeriods) return;
  t.vrn = Math.max(t.vrn, t.rcu.rf);
  setReader(w, true);
}

/** rcu_read_unlock: the section is over once everything issued so far, also before the section, has left. */
export function exitSection(w: Work, pc: number): void {
  const { t } = w;
  say(w, pc);
  took(w, pc, { kind: 'other', value: 'rcu_read_unlock', to: ALL_GPS });
  if (t.rcu.depth === 0) {
    fault(w, 'RCU misuse', 'rcu_read_unlock() outside a read-side section', pc);
    return;
  }
  t.rcu.depth -= 1;
  if (t.rcu.depth > 0 || !w.cpu.facts.gracePeriods) return;
  const blocks = [...t.rcu.blocks];
  for (const pending of [...t.window, ...t.deferred]) {
    pending.section = true;
    pending.gps = [...new Set([...pending.gps, ...blocks])].sort();
  }
  t.rcu.blocks = [];
  leaveSection(w, blocks, true, Math.max(t.vrn, t.vro, t.vwo));
}

/** Something that held up `gps` is gone, having seen `view`: those that nothing else of this thread holds up stop
 *  waiting for it. */
export function leaveSection(w: Work, gps: readonly string[], wasInSection: boolean, view: View): void {
  const { t } = w;
  if (!wasInSection && gps.length === 0) return;
  // A store of the section that is still to leave tells more than could be told now, to all that wait for it as well.
  const saysMore = t.window.some((e) => e.section && e.loc >= 0 && gps.every((g) => e.gps.includes(g)));
  if (w.cpu.facts.synchronizes && !saysMore)
    w.events.push({ kind: 'section-end', by: w.cpu.id, after: storesAfter(t, view), gps });
  const pending = [...t.window, ...t.deferred];
  const free = gps.filter((g) => !t.rcu.blocks.includes(g) && !pending.some((p) => p.gps.includes(g)));
  if (free.length > 0) {
    w.set(
      w.cpu.rcu,
      produce(w.get(w.cpu.rcu), (r) => {
        for (const gp of r.gps) if (free.includes(gp.id)) gp.wait = gp.wait.filter((u) => u !== w.cpu.id);
      }),
    );
  }
  if (t.rcu.depth === 0 && !pending.some((p) => p.section)) setReader(w, false);
}

function setReader(w: Work, reading: boolean): void {
  const rcu = w.get(w.cpu.rcu);
  if (rcu.readers.includes(w.cpu.id) === reading) return;
  w.set(
    w.cpu.rcu,
    produce(rcu, (r) => {
      const others = r.readers.filter((u) => u !== w.cpu.id);
      r.readers = reading ? [...others, w.cpu.id].sort((a, b) => a - b) : others;
    }),
  );
}

/** kfree_rcu takes effect. */
export function freeAfterGracePeriod(w: Work, entry: WindowEntry): void {
  const payload = entry.payload;
  if (payload?.kind !== 'object') throw new Error('kfree_rcu without an object');
  const { object, view } = payload;
  begin(w, `kfree_rcu(${object})`, { kind: 'free', object }, view);
}

/** synchronize_rcu: a full fence, then a grace period, to whose end the thread waits. What sections that are over
 *  have seen is behind it then: those that it did not have to wait for at once, the others as they end. */
export function synchronizeRules(w: Work): readonly Rule[] {
  const { t, cpu } = w;
  const id = `synchronize_rcu(${cpu.name})`;
  const mine = w.get(cpu.rcu).gps.find((gp) => gp.id === id);
  if (mine !== undefined) return mine.wait.length > 0 ? [] : [next((v, pc) => endOfWait(v, pc, id))];
  if (t.rcu.depth > 0) {
    return [next((v, pc) => fault(v, 'RCU misuse', 'synchronize_rcu() inside a read-side section', pc))];
  }
  if (t.window.length > 0 || t.deferred.length > 0) return [];
  return [
    (v) => {
      v.t.vrn = Math.max(v.t.vrn, v.t.vro, v.t.vwo);
      say(v, v.t.pc, 'synchronize_rcu() begins');
      took(v, v.t.pc, { kind: 'other', value: 'synchronize_rcu begins', to: ALL_GPS });
      begin(v, id, { kind: 'resume', thread: cpu.id }, v.t.vrn);
      v.t.vrn = Math.max(v.t.vrn, v.t.rcu.finished);
    },
  ];
}

function endOfWait(w: Work, pc: number, id: string): void {
  say(w, pc, 'synchronize_rcu() returns');
  took(w, pc, { kind: 'other', value: 'synchronize_rcu returns', to: ALL_GPS });
  w.set(
    w.cpu.rcu,
    produce(w.get(w.cpu.rcu), (r) => {
      r.gps = r.gps.filter((gp) => gp.id !== id);
    }),
  );
}

/** A grace period begins that waits for the sections of now, and whoever starts a section from now on sees at least
 *  what the caller saw. */
function begin(w: Work, id: string, next: GracePeriod['next'], view: View): void {
  const gp: GracePeriod = { id, next, wait: w.get(w.cpu.rcu).readers };
  w.set(
    w.cpu.rcu,
    produce(w.get(w.cpu.rcu), (r) => {
      r.gps.push(gp as Draft<GracePeriod>);
      r.gps.sort((a, b) => (a.id < b.id ? -1 : 1));
    }),
  );
  w.events.push({ kind: 'gp-begin', id, by: w.cpu.id, after: storesAfter(w.t, view) });
}

/** A view, told to others: how many stores to each cell came after it. */
function storesAfter(t: Draft<Thread>, view: View): Readonly<Record<string, number>> {
  const after: Record<string, number> = {};
  for (const e of t.lag.slice(view)) after[e.loc] = (after[e.loc] ?? 0) + 1;
  return after;
}

/** How a thread absorbs the beginning of a grace period: its floor for the next section rises to the caller's
 *  view, found by counting stores to each cell from the end; and if it is in a section, it holds the grace
 *  period up. */
export function absorbGracePeriod(
  t: Draft<Thread>,
  event: GracePeriodEvent,
  self: number,
  counted: ReadonlySet<Loc>,
  sortable: boolean,
): void {
  if (event.by !== self) t.rcu.rf = Math.max(t.rcu.rf, positionOf(t, event.after, counted, sortable));
  if (t.rcu.depth > 0) t.rcu.blocks = [...t.rcu.blocks, event.id].sort();
  for (const pending of [...t.window, ...t.deferred]) {
    if (pending.section) pending.gps = [...pending.gps, event.id].sort();
  }
}

/** How a thread that calls synchronize_rcu absorbs the end of another's section: if it waits for it now, what that
 *  section has seen is behind it. */
export function absorbSectionEnd(
  t: Draft<Thread>,
  event: SectionEvent,
  self: string,
  counted: ReadonlySet<Loc>,
  sortable: boolean,
): void {
  const seen = positionOf(t, event.after, counted, sortable);
  t.rcu.finished = Math.max(t.rcu.finished, seen);
  if (event.gps.includes(`synchronize_rcu(${self})`)) t.vrn = Math.max(t.vrn, seen);
}

/** The position in the lag of a view after which `after[loc]` stores to each counted cell came. What it covers comes
 *  before what it does not: where the lag is kept in no particular order, it is put in this one. */
function positionOf(
  t: Draft<Thread>,
  after: Readonly<Record<string, number>>,
  counted: ReadonlySet<Loc>,
  sortable: boolean,
): View {
  const left: Record<string, number> = {};
  for (const e of t.lag) left[e.loc] = (left[e.loc] ?? 0) + 1;
  const covers = t.lag.map(({ loc }) => counted.has(loc) && left[loc]!-- > (after[loc] ?? 0));
  const last = covers.lastIndexOf(true) + 1;
  if (!sortable) return last;
  // Of what is not counted it is not known, and does not matter, but that it comes before what is covered.
  t.lag.forEach(({ loc }, i) => {
    if (!counted.has(loc)) covers[i] = i < last;
  });
  const indices = t.lag.map((_, i) => i);
  permute(t, [...indices.filter((i) => covers[i]), ...indices.filter((i) => !covers[i])]);
  return covers.filter((c) => c).length;
}
