/** Loads: rows "load", "defer" and "resolve" of semantics.md 1.2. */
import type { Loc } from '../../machine.ts';
import { messageView, readable, valueAt } from './memory.ts';
import { complete } from './rcu.ts';
import type { Machine, Source, State, Thread, WindowEntry } from './state.ts';
import { freshId, windowAt } from './state.ts';
import { boundEarlierLoads, read, resolveSource, settle, vary } from './step.ts';
import { forwarded, type Known, type Sym, type Timestamp } from './symbolic.ts';

export interface ReadRequest {
  readonly loc: Loc;
  readonly address: Known;
  readonly order: 'plain' | 'acquire' | 'acquirePC';
  readonly mayDefer: boolean;
  /** A CAS whose result goes nowhere, and that fails: no DMB LD orders it. */
  readonly noReturn?: boolean;
  /** What the instruction does with what it read, other than moving on. */
  readonly finish: (thread: Thread, value: Sym, source: Source) => void;
}

/** Every way in which thread `tid` can issue a read now. */
export function issueRead(
  machine: Machine,
  state: State,
  tid: number,
  request: ReadRequest,
): readonly State[] {
  const thread = state.threads[tid]!;
  const own = windowAt(thread, request.loc).at(-1);
  return [
    ...(own === undefined
      ? readFromMemory(machine, state, tid, request)
      : forwardFromWindow(machine, state, tid, request, own)),
    ...deferLoad(machine, state, tid, request),
  ];
}

/** Row load: "`A` only if no release in SB"; "read any message `≥ latest(x, vpre⊔coh[x])`". */
function readFromMemory(machine: Machine, state: State, tid: number, request: ReadRequest): readonly State[] {
  const { loc, address } = request;
  const order = machine.model === 'armv8' ? request.order : 'plain';
  const thread = state.threads[tid]!;
  if (waitsForRelease(thread, order)) return [];
  const preView = preViewOf(thread, address, order);
  return readable(machine, state, loc, Math.max(preView, thread.coh[loc]!)).flatMap((ts) =>
    vary(state, tid, (t) => {
      const acquire = order !== 'plain';
      const value = read(t, {
        loc,
        ts,
        value: valueAt(machine, state, loc, ts),
        preView,
        messageView: messageView(thread, loc, ts, acquire),
        acquire,
        noReturn: request.noReturn ?? false,
      });
      boundEarlierLoads(t, loc, ts);
      t.vcap = Math.max(t.vcap, address.pick);
      request.finish(t, value, { kind: 'message', ts });
      t.pc++;
    }),
  );
}

/** `vpre=va⊔vrn⊔(A?vrel)`. */
function preViewOf(thread: Thread, address: Known, order: ReadRequest['order']): Timestamp {
  return Math.max(address.view, thread.vrn, order === 'acquire' ? thread.vrel : 0);
}

/** RCsc: LDAR waits for every earlier STLR; LDAPR does not. */
export function waitsForRelease(thread: Thread, order: ReadRequest['order']): boolean {
  return order === 'acquire' && thread.window.some((entry) => entry.release);
}

/** Row load: "if SB has x: forward from the newest (never older memory)". An acquire waits until the value, and
 *  what the store's read part read, are known: then it has that view too. Nobody forwards from a store that an
 *  earlier deferred load of the same cell waits for (that load could have forwarded when it was issued). */
function forwardFromWindow(
  machine: Machine,
  state: State,
  tid: number,
  request: ReadRequest,
  own: WindowEntry,
): readonly State[] {
  const { loc, address } = request;
  const order = machine.model === 'armv8' ? request.order : 'plain';
  const thread = state.threads[tid]!;
  const acquire = order !== 'plain';
  if (waitsForRelease(thread, order) || !canForward(thread, own, acquire)) return [];
  const preView = Math.max(preViewOf(thread, address, order), forwardView(own, acquire));
  return vary(state, tid, (t) => {
    const value = forwarded(preView, own.value);
    const post = value.kind === 'known' ? value.view : preView;
    t.coh[loc] = Math.max(t.coh[loc]!, post);
    if (request.noReturn) t.vno = Math.max(t.vno, post);
    else t.vro = Math.max(t.vro, post);
    if (acquire) t.vrn = Math.max(t.vrn, post);
    if (value.kind !== 'known' && !request.noReturn) t.unknownReads.push(value);
    t.vcap = Math.max(t.vcap, address.pick);
    request.finish(t, value, { kind: 'entry', id: own.id });
    t.pc++;
  });
}

/** What forwarding from `own` adds to the view of its data. */
export function forwardView(own: WindowEntry, acquire: boolean): Timestamp {
  return acquire && own.old?.kind === 'known' ? Math.max(own.addressView, own.old.view) : own.addressView;
}

export function canForward(thread: Thread, own: WindowEntry, acquire: boolean): boolean {
  const isKnown = own.value.kind === 'known' && (own.old === null || own.old.kind === 'known');
  if (acquire && !isKnown) return false;
  return !thread.deferred.some((load) => load.loc === own.loc && load.behind.length > 0);
}

/** Row defer: "plain, and static `mayDefer(pc)`"; "`D+={vpre, lo=vpre⊔coh[x], hi=∞}`, reg := pending id". One
 *  instruction has at most one deferred load, or a loop that retries would defer without end. */
function deferLoad(machine: Machine, state: State, tid: number, request: ReadRequest): readonly State[] {
  const { loc, address } = request;
  if (!request.mayDefer || request.order !== 'plain' || machine.model !== 'armv8') return [];
  const { deferred, pc } = state.threads[tid]!;
  if (deferred.some((load) => load.pc === pc)) return [];
  return vary(state, tid, (t) => {
    const id = freshId(t);
    const view = preViewOf(t, address, 'plain');
    const behind = windowAt(t, loc).map((entry) => entry.id);
    const noReturn = request.noReturn ?? false;
    t.deferred.push({
      id,
      pc: t.pc,
      loc,
      view,
      lo: Math.max(view, t.coh[loc]!),
      hi: null,
      behind,
      noReturn,
      cs: false,
    });
    t.vcap = Math.max(t.vcap, address.pick);
    request.finish(t, { kind: 'pending', id }, { kind: 'deferred', id });
    t.pc++;
  });
}

/** Row resolve: "read message in `[lo,hi]`; same-x: earlier deferred `hi:=min(hi,ts)`, later ones
 *  `lo:=max(lo,ts)`; substitute value/view everywhere". Not before own earlier stores to x have left. */
export function resolveLoads(machine: Machine, state: State, tid: number): readonly State[] {
  const thread = state.threads[tid]!;
  return thread.deferred.flatMap((load, position) => {
    if (load.behind.length > 0) return [];
    return readable(machine, state, load.loc, load.lo, load.hi).flatMap((ts) =>
      vary(state, tid, (t, next) => {
        const value = read(t, {
          loc: load.loc,
          ts,
          value: valueAt(machine, state, load.loc, ts),
          preView: load.view,
          messageView: messageView(thread, load.loc, ts, false),
          acquire: false,
          noReturn: load.noReturn,
        });
        for (const [index, other] of t.deferred.entries()) {
          if (other.loc !== load.loc || index === position) continue;
          if (index < position) other.hi = other.hi === null ? ts : Math.min(other.hi, ts);
          else other.lo = Math.max(other.lo, ts);
        }
        t.deferred.splice(position, 1);
        for (const entry of t.window) entry.prl = entry.prl.filter((id) => id !== load.id);
        resolveSource(t, { kind: 'deferred', id: load.id }, ts);
        settle(t, load.id, value);
        complete(next, tid, load, value.view);
      }),
    );
  });
}
