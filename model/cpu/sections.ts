/** RCU on the side of the thread: sections, what holds a grace period up, and what it makes visible
 *  (semantics.md 2). */
import { type Draft, produce } from 'immer';
import type { GracePeriod, GracePeriodEvent, Loc, Thread, View, WindowEntry } from '../machine.ts';
import { fault, say, type Work } from './work.ts';

/** rcu_read_lock: the outermost one raises the floor to what grace periods that have begun made visible. */
export function enterSection(w: Work, pc: number): void {
  const { t } = w;
  say(w, pc);
  t.rcu.depth += 1;
  if (t.rcu.depth > 1 || !w.cpu.facts.gracePeriods) return;
  t.vrn = Math.max(t.vrn, t.rcu.rf);
  setReader(w, true);
}

/** rcu_read_unlock: the section is over once everything issued so far, also before the section, has left. */
export function exitSection(w: Work, pc: number): void {
  const { t } = w;
  say(w, pc);
  if (t.rcu.depth === 0) {
    fault(w, 'RCU misuse', 'rcu_read_unlock() outside a read-side section', pc);
    return;
  }
  t.rcu.depth -= 1;
  if (t.rcu.depth > 0 || !w.cpu.facts.gracePeriods) return;
  const blocks = t.rcu.blocks;
  for (const pending of [...t.window, ...t.deferred]) {
    pending.section = true;
    pending.gps = [...new Set([...pending.gps, ...blocks])].sort();
  }
  t.rcu.blocks = [];
  leaveSection(w, blocks, true);
}

/** Something that held up `gps` is gone: those that nothing else of this thread holds up stop waiting for it. */
export function leaveSection(w: Work, gps: readonly string[], wasInSection: boolean): void {
  const { t } = w;
  if (!wasInSection && gps.length === 0) return;
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

/** kfree_rcu takes effect: a grace period begins that waits for the sections of now, and whoever starts a section
 *  from now on sees at least what the caller saw. */
export function beginGracePeriod(w: Work, entry: WindowEntry): void {
  const { t } = w;
  const payload = entry.payload;
  if (payload?.kind !== 'object') throw new Error('kfree_rcu without an object');
  const id = `kfree_rcu(${payload.object})`;
  const gp: GracePeriod = {
    id,
    next: { kind: 'free', object: payload.object },
    wait: w.get(w.cpu.rcu).readers,
  };
  w.set(
    w.cpu.rcu,
    produce(w.get(w.cpu.rcu), (r) => {
      r.gps.push(gp as Draft<GracePeriod>);
    }),
  );
  const after: Record<string, number> = {};
  for (const e of t.lag.slice(payload.view)) after[e.loc] = (after[e.loc] ?? 0) + 1;
  w.events.push({ kind: 'gp-begin', id, by: w.cpu.id, after });
}

/** How a thread absorbs the beginning of a grace period: its floor for the next section rises to the caller's
 *  view, found by counting stores to each cell from the end; and if it is in a section, it holds the grace
 *  period up. */
export function absorbGracePeriod(
  t: Draft<Thread>,
  event: GracePeriodEvent,
  self: number,
  counted: ReadonlySet<Loc>,
): void {
  if (event.by !== self) t.rcu.rf = Math.max(t.rcu.rf, positionOf(t, event.after, counted));
  if (t.rcu.depth > 0) t.rcu.blocks = [...t.rcu.blocks, event.id].sort();
  for (const pending of [...t.window, ...t.deferred]) {
    if (pending.section) pending.gps = [...pending.gps, event.id].sort();
  }
}

/** The position in the lag of a view after which `after[loc]` stores to each counted cell came. */
function positionOf(
  t: Draft<Thread>,
  after: Readonly<Record<string, number>>,
  counted: ReadonlySet<Loc>,
): View {
  const left: Record<string, number> = {};
  for (const e of t.lag) left[e.loc] = (left[e.loc] ?? 0) + 1;
  let position = 0;
  for (const [i, e] of t.lag.entries()) {
    if (counted.has(e.loc) && left[e.loc]! > (after[e.loc] ?? 0)) position = i + 1;
    left[e.loc]! -= 1;
  }
  return position;
}
