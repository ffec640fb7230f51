/** Atomics: an RMW is a read and a write, and only the fully ordered ones are a fence (semantics.md 1.2, row RMW). */
import { match } from 'ts-pattern';
import type { Draft } from 'immer';
import type { Thread } from '../machine.ts';
import { type Message, valueOf } from '../memory/lag.ts';
import { binary, constant, type Expr, isTrue, type Value } from '../program/expression.ts';
import type { AtomicFn, Instruction } from '../program/instruction.ts';
import { type Evaluated, evaluate, fold, known, plain } from './evaluate.ts';
import {
  acquires, candidates, defer, forward, mayForward, messageView, type Order, pendingStore, preView, readMessage,
  satisfy, type Target,
} from './loads.ts';
import { leaveSection } from './sections.ts';
import { issue, observeOwnStore } from './stores.ts';
import {
  appendMessage, cellAt, fault, instructionAt, isUsable, memoryValue, ownerOf, say, setOwner, show, type Work,
} from './work.ts';

type Rmw = Instruction & { readonly op: 'rmw' };
type Cas = Instruction & { readonly op: 'cas' };
type Blocking = Instruction & { readonly op: 'blockingRmw' };

/** A way to go on from here. */
export type Rule = (w: Work) => void;

export function applyAtomic(fn: AtomicFn, old: Expr, operand: Expr, at: Instruction): Expr {
  return match(fn)
    .with('swap', () => operand)
    .with('andnot', () => {
      const mask = known(operand);
      return fold(binary('and', old, mask === null ? operand : constant(~Number(mask))), at);
    })
    .with('add', 'sub', 'and', 'or', 'xor', (op) => fold(binary(op, old, operand), at))
    .exhaustive();
}

const isDrained = (t: Draft<Thread>): boolean => t.window.length === 0 && t.deferred.length === 0;

/** RCsc: on Armv8 an acquire waits for the store-releases before it. */
export const hasPendingRelease = (w: Work): boolean =>
  w.cpu.model === 'armv8' && w.t.window.some((e) => e.release);

/** Fully ordered, or any atomic under SC and TSO: read and write in one step, with nothing pending. */
const inOneStep = (w: Work, i: Rmw | Cas): boolean => w.cpu.model !== 'armv8' || (i.acquire && i.release);

const isOwnedByOther = (w: Work, target: Target): boolean => {
  const owner = ownerOf(w.cpu, w.get, target.loc);
  return owner !== null && owner !== w.cpu.id;
};

/** The message that an atomic reads: the latest. */
function latestMessage(w: Work, target: Target, order: Order): Message {
  const all = candidates(w, target, order);
  return all[all.length - 1]!;
}

/** Ways to execute an RMW now; [] while it has to wait. */
export function rmwRules(w: Work, i: Rmw, target: Target): readonly Rule[] {
  const order: Order = i.acquire ? 'acquire' : 'plain';
  const operand = evaluate(w.t, i.operand, i);
  if (inOneStep(w, i)) {
    if (!isDrained(w.t) || ownerOf(w.cpu, w.get, target.loc) !== null) return [];
    return [(v) => atOnce(v, i, i.dst, target, order, i.release, (old) => applyAtomic(i.fn, constant(old), operand.value, i))];
  }
  const deferred = i.noReturn || w.cpu.own.defers[w.t.pc]!;
  if (i.acquire && hasPendingRelease(w)) return [];
  if (!deferred && !mayPerform(w, target, order, w.t.window.length)) return [];
  return [(v) => {
    const pc = v.t.pc++;
    const d = defer(v, pc, i.dst, target, order, v.t.window.length, i.noReturn);
    const value = applyAtomic(i.fn, { kind: 'pending', index: d }, operand.value, i);
    issue(v, pc, {
      what: 'atomic', target, value, dataView: operand.view, release: i.release, exclusive: true, payload: null,
      after: [d],
    });
    if (!deferred) perform(v, d, order);
  }];
}

/** Whether the rule for an RMW issues it without touching memory: then no other agent can notice. */
export const issuesOnly = (w: Work, i: Rmw): boolean =>
  !inOneStep(w, i) && (i.noReturn || w.cpu.own.defers[w.t.pc]!);

/** Whether the read part of an atomic before window position `k` can be performed now. */
export function mayPerform(w: Work, target: Target, order: Order, k: number): boolean {
  if (isOwnedByOther(w, target)) return false;
  const store = pendingStore(w.t, target.loc, k);
  if (store === null) return true;
  const entry = w.t.window[store]!;
  return mayForward(entry, order) && known(plain(entry.value as Expr)) !== null;
}

/** Performs the read part of an atomic: it reads the latest value, and owns the cell until its write part. */
export function perform(w: Work, index: number, order: Order): void {
  const { t } = w;
  const d = t.deferred[index]!;
  const { loc, pc, section } = d;
  const gps = [...d.gps];
  const i = instructionAt(w.cpu, pc);
  if (!isUsable(w, cellAt(w.cpu, loc).object.name, 'reads', pc)) return;
  const store = pendingStore(t, loc, d.atomic!);
  const m = latestMessage(w, { loc, view: 0 }, 'plain');
  const value = store === null ? memoryValue(w, loc) : known(plain(t.window[store]!.value as Expr));
  if (value === null) return fault(w, 'uninitialised read', `reads ${cellAt(w.cpu, loc).name} before it was written`, pc);
  for (const other of t.deferred) if (other.loc === loc && other !== d) other.hi = Math.min(other.hi ?? m.at, m.at);
  const vmsg = store === null ? messageView(t, loc, m, order) : t.window[store]!.view;
  const vpost = satisfy(t, index, value, vmsg, i);
  if (acquires(order)) t.vrn = Math.max(t.vrn, vpost);
  setOwner(w, loc, w.cpu.id);
  say(w, pc, `${i.at.text} == ${show(value)}`);
  leaveSection(w, gps, section);
}

/** Reads the latest value and stores its successor, in one step. */
function atOnce(
  w: Work, i: Rmw | Cas | Blocking, dst: string | null, target: Target, order: Order, release: boolean,
  next: (old: Value) => Expr, dataView = 0,
): void {
  const { t } = w;
  const pc = t.pc++;
  const read = readMessage(w, pc, dst, target, order, latestMessage(w, target, order));
  if (read === null) return;
  const value = known(next(read.value))!;
  const ts = appendMessage(w, target.loc, value);
  const view = Math.max(target.view, dataView, i.op === 'cas' ? 0 : read.view);
  observeOwnStore(t, target.loc, ts, { view, exclusive: true, release });
  for (const d of t.deferred) if (d.loc === target.loc) d.hi = Math.min(d.hi ?? ts - 1, ts - 1);
  if (acquires(order) && release) t.vrn = Math.max(t.vrn, ts);
}

/** Ways to execute a compare-and-swap now: it succeeds on the latest value, or fails on any readable one. */
export function casRules(w: Work, i: Cas, target: Target): readonly Rule[] {
  const order: Order = i.acquire ? 'acquire' : 'plain';
  const expected = evaluate(w.t, i.expected, i);
  const want = known(expected.value);
  if (want === null || (i.acquire && hasPendingRelease(w))) return [];
  const store = pendingStore(w.t, target.loc);
  if (store !== null && inOneStep(w, i)) return [];
  if (store !== null) return casForwarding(w, i, target, order, store, want);

  const rules: Rule[] = candidates(w, target, order)
    .filter((m) => valueOf(w.t.lag, target.loc, m.at, () => memoryValue(w, target.loc)) !== want)
    .map((m) => (v) => {
      const pc = v.t.pc++;
      readMessage(v, pc, i.dst, target, order, m);
    });
  const mayWrite = !isOwnedByOther(w, target) && (!inOneStep(w, i) || isDrained(w.t));
  if (mayWrite && memoryValue(w, target.loc) === want) rules.push(casSuccess(i, target, order, expected.view, inOneStep(w, i)));
  return rules;
}

function casForwarding(w: Work, i: Cas, target: Target, order: Order, store: number, want: Value): readonly Rule[] {
  const entry = w.t.window[store]!;
  const value = known(plain(entry.value as Expr));
  if (value === null || !mayForward(entry, order) || isOwnedByOther(w, target)) return [];
  return [(v) => {
    const desired = evaluate(v.t, i.desired, i);
    const pc = v.t.pc++;
    forward(v, pc, i.dst, target, order, store);
    if (value === want) casIssue(v, pc, i, target, desired);
  }];
}

function casSuccess(i: Cas, target: Target, order: Order, expectedView: number, oneStep: boolean): Rule {
  return (w) => {
    const desired = evaluate(w.t, i.desired, i);
    // The result is the expected value, so it carries no dependency but that one's (trap 1).
    const weaken = (): void => {
      const r = w.t.regs[i.dst];
      if (r !== undefined) r.view = Math.min(r.view, expectedView);
    };
    if (oneStep) {
      atOnce(w, i, i.dst, target, order, i.release, () => desired.value, desired.view);
      return weaken();
    }
    const pc = w.t.pc++;
    if (readMessage(w, pc, i.dst, target, order, latestMessage(w, target, order)) === null) return;
    weaken();
    casIssue(w, pc, i, target, desired);
  };
}

/** The write part of a successful CAS. `desired` was evaluated before dst was overwritten. */
function casIssue(w: Work, pc: number, i: Cas, target: Target, desired: Evaluated): void {
  issue(w, pc, {
    what: 'atomic', target, value: desired.value, dataView: desired.view, release: i.release, exclusive: true,
    payload: null, after: [],
  });
  setOwner(w, target.loc, w.cpu.id);
}

/** Taking a lock: waits until the guard holds of the latest value, then stores the next, in one step. */
export function blockingRules(w: Work, i: Blocking, target: Target): readonly Rule[] {
  const { t } = w;
  const order: Order = i.acquire ? 'acquire' : 'plain';
  if (w.cpu.model !== 'armv8' || (i.acquire && i.release) ? !isDrained(t) : t.sf.length > 0) return [];
  if ((i.acquire && hasPendingRelease(w)) || pendingStore(t, target.loc) !== null) return [];
  if (ownerOf(w.cpu, w.get, target.loc) !== null) return [];
  const old = memoryValue(w, target.loc);
  if (old === null) return [(v) => atOnce(v, i, null, target, order, i.release, constant)];
  const bound = { old: { value: constant(old), view: preView(t, target, order) } };
  const guard = known(evaluate(t, i.guard, i, bound).value);
  if (guard === null || !isTrue(guard)) return [];
  return [(v) => atOnce(v, i, null, target, order, i.release, () => evaluate(v.t, i.next, i, bound).value)];
}
