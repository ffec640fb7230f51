/** The canonical form of a thread's lag and views (semantics.md 7, rules 2-8): equal futures, equal states. */
import type { Draft } from 'immer';
import type { Content, LagEntry, Loc, Symbolic, Thread, View } from '../machine.ts';
import { latest } from './lag.ts';

/** What decides, besides the thread itself, which lag entries and views it still needs. */
export interface Need {
  /** Cells that something ahead, or pending, may still read. */
  canRead(loc: Loc): boolean;
  /** Whether it may read an old value of the cell. If not, its base is all that is left of it. */
  canReadOld(loc: Loc): boolean;
  /** Whether the thread counts stores to the cell for a grace period that it has yet to begin. */
  counts(loc: Loc): boolean;
  readonly vro: boolean;
  readonly vwo: boolean;
  readonly vcap: boolean;
  readonly vrel: boolean;
  /** Whether some load-acquire is ahead. */
  readonly acquire: boolean;
  readonly rf: boolean;
  readonly finished: boolean;
  /** Whether a load of the cell that is still to be satisfied gets a view that something looks at: it tells where
   *  among the others the store was made that it reads. */
  ordered(loc: Loc): boolean;
  /** Whether the register's view is still looked at. */
  viewed(register: string): boolean;
}

/** Puts the thread's lag and views into canonical form: rules 2-8 of semantics.md 7. */
export function canonicalise(t: Draft<Thread>, need: Need): void {
  const keep = t.lag.map((entry, i) => isKept(t, entry.loc, i + 1, need));
  const rank = ranks(keep);
  const floor = rank(t.vrn);
  const view = (v: View): View => Math.max(rank(v), floor);

  rebase(t, keep, view, need);
  t.coh = mapRecord(t.coh, (v, loc) => keptAtOrBelow(t.lag, keep, rank, loc, v));
  moveForwards(t, keep, rank, view, need);
  for (const d of t.deferred) {
    d.vpre = rank(d.vpre);
    d.lo = keptAtOrBelow(t.lag, keep, rank, d.loc, d.lo);
    if (d.hi !== null) d.hi = keptAtOrBelow(t.lag, keep, rank, d.loc, d.hi);
  }
  const moved = (c: Content): Content => mapViews(c, view, need.vcap);
  const unseen = (c: Content): Content => mapViews(c, () => floor, false);
  const readPart = (c: Content): Content => moved(c.value.kind === 'const' ? { ...c, value: NOTHING } : c);
  for (const w of t.window) {
    Object.assign(w, (need.canRead(w.loc) ? moved : unseen)(w));
    if (w.read !== null) w.read = need.acquire && need.canRead(w.loc) ? readPart(w.read) : null;
    if (w.payload?.kind === 'object') w.payload.view = rank(w.payload.view);
  }
  for (const [name, r] of Object.entries(t.regs)) t.regs[name] = (need.viewed(name) ? moved : unseen)(r);
  t.unknown = need.vro ? t.unknown.map(moved) : [];
  t.guesses = t.guesses.map((g) => ({ ...g, old: unseen(g.old), expected: unseen(g.expected) }));
  if (t.monitor !== null)
    t.monitor.read = need.acquire ? readPart(t.monitor.read) : { value: NOTHING, view: floor, pick: floor };
  t.vro = need.vro ? view(t.vro) : floor;
  t.vwo = need.vwo ? view(t.vwo) : floor;
  t.vcap = need.vcap ? view(t.vcap) : floor;
  t.vrel = need.vrel ? view(t.vrel) : floor;
  t.rcu.rf = need.rf ? view(t.rcu.rf) : floor;
  t.rcu.finished = need.finished ? view(t.rcu.finished) : floor;
  t.vrn = floor;
  t.lag = t.lag.filter((_, i) => keep[i]);
  sortByCell(t, need);
}

/** Where no load to come tells in which order two stores to different cells were made, and no view parts them, they
 *  are kept in the order of the cells. */
function sortByCell(t: Draft<Thread>, need: Need): void {
  for (const loc of Object.keys(t.base)) if (!need.ordered(Number(loc))) delete t.base[loc];
  if (t.lag.length < 2) return;
  const bounds = viewsOf(t);
  let segment = 0;
  const segments = t.lag.map(({ loc }, i) => {
    const fixed = need.ordered(loc);
    if (fixed || bounds.has(i)) segment++;
    const own = segment;
    if (fixed) segment++;
    return own;
  });
  const order = t.lag.map((_, i) => i);
  order.sort((a, b) => segments[a]! - segments[b]! || t.lag[a]!.loc - t.lag[b]!.loc || a - b);
  permute(t, order);
}

/** Puts the lag into another order, in which no store has changed sides of a view: `order[i]` is the index of the
 *  entry that comes to index i. */
export function permute(t: Draft<Thread>, order: readonly number[]): void {
  if (order.every((from, to) => from === to)) return;
  const moved = (v: View): View => (v === 0 ? 0 : order.indexOf(v - 1) + 1);
  t.lag = order.map((i) => t.lag[i]!);
  t.coh = mapRecord(t.coh, moved);
  for (const f of Object.values(t.fwd)) f.ts = moved(f.ts);
  for (const d of t.deferred) {
    d.lo = moved(d.lo);
    if (d.hi !== null) d.hi = moved(d.hi);
  }
}

/** Every view that the thread has. */
function viewsOf(t: Draft<Thread>): ReadonlySet<View> {
  const { vrn, vro, vwo, vcap, vrel, rcu, fwd, deferred, window, regs, unknown, guesses, monitor } = t;
  const views = new Set([vrn, vro, vwo, vcap, vrel, rcu.rf, rcu.finished, ...Object.values(t.base)]);
  const note = (v: View): View => {
    views.add(v);
    return v;
  };
  for (const f of Object.values(fwd)) for (const v of [f.view, f.pick, f.readView]) note(v);
  for (const d of deferred) note(d.vpre);
  for (const { payload } of window) if (payload?.kind === 'object') note(payload.view);
  const contents = [
    ...Object.values(regs),
    ...window.flatMap((w) => (w.read === null ? [w] : [w, w.read])),
    ...unknown,
    ...guesses.flatMap((g) => [g.old, g.expected]),
    ...(monitor === null ? [] : [monitor.read]),
  ];
  for (const c of contents) mapViews(c, note, true);
  return views;
}

/** Rule 2, and the wider rule for a thread that has yet to tell others what it has seen: it must be able to say how
 *  many stores to the cell came after that, whether or not it can read them itself. That will be at least what its
 *  present views cover, but for loads of a section that is over, which tell what they alone have seen. */
function isKept(t: Draft<Thread>, loc: Loc, at: View, need: Need): boolean {
  const late = t.deferred.some((d) => d.section);
  const seen = Math.min(late ? t.vrn : Math.max(t.vrn, t.vro, t.vwo), ...callerViews(t));
  if (need.counts(loc) && at > lowestBound(t, loc, seen)) return true;
  if (!need.canReadOld(loc)) return false;
  return need.canRead(loc) && at > lowestBound(t, loc, Math.max(t.vrn, t.coh[loc] ?? 0));
}

/** Views of the callers of kfree_rcu whose grace periods are still to begin. */
function callerViews(t: Draft<Thread>): readonly View[] {
  return t.window.flatMap((w) =>
    w.what === 'kfree_rcu' && w.payload?.kind === 'object' ? [w.payload.view] : [],
  );
}

function lowestBound(t: Draft<Thread>, loc: Loc, own: View): View {
  return t.deferred.reduce((lo, d) => (d.loc === loc ? Math.min(lo, d.lo) : lo), own);
}

/** The number of kept entries at or below a position. */
function ranks(keep: readonly boolean[]): (v: View) => View {
  const counts = [0];
  for (const k of keep) counts.push(counts[counts.length - 1]! + (k ? 1 : 0));
  return (v) => counts[Math.min(v, keep.length)]!;
}

/** Rules 3 and 6: a dropped store of a readable cell becomes its base, and the base remembers where it was. */
function rebase(t: Draft<Thread>, keep: readonly boolean[], view: (v: View) => View, need: Need): void {
  const base: Record<string, View> = {};
  for (const [loc, v] of Object.entries(t.base)) base[loc] = v;
  t.lag.forEach((entry, i) => {
    if (!keep[i]) base[entry.loc] = i + 1;
  });
  t.base = {};
  for (const [loc, v] of Object.entries(base)) {
    const at = view(v);
    if (need.canRead(Number(loc)) && at > view(0)) t.base[loc] = at;
  }
}

/** Rule 7: a forwarded view follows its message, and dies with it. */
function moveForwards(
  t: Draft<Thread>,
  keep: readonly boolean[],
  rank: (v: View) => View,
  view: (v: View) => View,
  need: Need,
): void {
  for (const [loc, f] of Object.entries(t.fwd)) {
    const dropped = t.lag.reduce((at, e, i) => (e.loc === Number(loc) && !keep[i] ? i + 1 : at), 0);
    if (!need.canRead(Number(loc)) || dropped > f.ts) delete t.fwd[loc];
    else {
      f.ts = f.ts === 0 || dropped === f.ts ? 0 : rank(f.ts);
      f.view = view(f.view);
      f.pick = need.vcap ? view(f.pick) : f.view;
      f.readView = view(need.acquire ? f.readView : 0);
    }
  }
}

/** Rule 4: a bound on a cell is the newest kept store to it at or below. */
function keptAtOrBelow(
  lag: readonly LagEntry[],
  keep: readonly boolean[],
  rank: (v: View) => View,
  loc: Loc,
  v: View,
): View {
  const at = latest(lag, loc, v);
  return at > 0 && keep[at - 1] ? rank(at) : 0;
}

function mapRecord(views: Record<string, View>, f: (v: View, loc: Loc) => View): Record<string, View> {
  const result: Record<string, View> = {};
  for (const [loc, v] of Object.entries(views)) {
    const mapped = f(v, Number(loc));
    if (mapped > 0) result[loc] = mapped;
  }
  return result;
}

const NOTHING: Symbolic = { kind: 'const', value: 0 };

/** Maps the views inside, and those of what has still to be read are left to that. */
function mapViews(c: Content, f: (v: View) => View, picks: boolean): Content {
  const sub = (part: Content): Content => mapViews(part, f, picks);
  const view = f(c.view);
  return { value: inside(c.value, sub), view, pick: picks ? f(c.pick) : view };
}

function inside(value: Symbolic, sub: (c: Content) => Content): Symbolic {
  switch (value.kind) {
    case 'const':
    case 'pending':
      return value;
    case 'binary':
      return { ...value, left: sub(value.left), right: sub(value.right) };
    case 'not':
      return { ...value, operand: sub(value.operand) };
    case 'select':
      return { ...value, cond: sub(value.cond), yes: sub(value.yes), no: sub(value.no) };
    case 'compared':
      return { ...value, of: sub(value.of) };
  }
}
