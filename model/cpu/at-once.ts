/** Atomics whose write part is done with their read part, in one step: the fully ordered ones, all of them under
 *  SC and TSO, and taking a lock. */
import type { Draft } from 'immer';
import type { Content, Thread } from '../machine.ts';
import { newest } from '../memory/lag.ts';
import { isTrue } from '../program/expression.ts';
import type { Instruction } from '../program/instruction.ts';
import { content, known } from './content.ts';
import { evaluate } from './evaluate.ts';
import {
  acquires,
  type Order,
  orderOf,
  pendingStore,
  preView,
  readMessage,
  type Target,
  waitsForRelease,
} from './loads.ts';
import { observeOwnStore, reveal } from './stores.ts';
import { appendMessage, memoryValue, ownerOf, type Rule, show, took, type Work } from './work.ts';

type Blocking = Instruction & { readonly op: 'blockingRmw' };

export const isDrained = (t: Draft<Thread>): boolean => t.window.length === 0 && t.deferred.length === 0;

/** Fully ordered, or any atomic under SC and TSO: read and write in one step, with nothing pending. */
export const inOneStep = (w: Work, i: { readonly acquire: boolean; readonly release: boolean }): boolean =>
  w.cpu.model !== 'armv8' || (i.acquire && i.release);

/** Reads the latest value and stores what `compute` makes of it, in one step. Premises: nothing is pending that
 *  must go first, and nobody is half-way through an atomic on the cell. */
export function swapAtOnce(
  w: Work,
  target: Target,
  order: Order,
  release: boolean,
  compute: (w: Work, old: Content) => Content,
): void {
  const { t } = w;
  const { loc } = target;
  const pc = t.pc++;
  const old = readMessage(w, pc, null, target, order, newest(t, loc));
  if (old === null) return;
  const stored = compute(w, old);
  const value = known(stored);
  if (value === null) return; // a CAS that did not find what it expected: the guess was wrong
  reveal(t, stored);
  const ts = appendMessage(w, loc, value);
  took(w, pc, { kind: 'write', loc, value: show(value) });
  const view = Math.max(target.view, stored.view);
  observeOwnStore(t, loc, ts, { view, pick: Math.max(view, stored.pick), read: old, release });
  for (const d of t.deferred) if (d.loc === loc) d.hi = Math.min(d.hi ?? ts - 1, ts - 1);
  if (acquires(order) && release) t.vrn = Math.max(t.vrn, ts);
}

/** Whether an atomic that is declared to be one step (instruction.ts, AtOnce) can take effect now: nothing keeps its
 *  write part back, and nobody is half-way through an atomic on the cell. Of Armv8; elsewhere all of them are. */
export function isUnimpeded(w: Work, target: Target, order: Order, release: boolean): boolean {
  const { t } = w;
  const isFirst = release ? isDrained(t) : t.sf.length === 0 && pendingStore(t, target.loc) === null;
  return isFirst && !waitsForRelease(w, order) && ownerOf(w.cpu, w.get, target.loc) === null;
}

/** Taking a lock: waits until the guard holds of the latest value, then stores the next, in one step. */
export function blockingRules(w: Work, i: Blocking, target: Target): readonly Rule[] {
  const { t } = w;
  const order = orderOf(w, i.acquire ? 'acquire' : 'plain');
  if (w.cpu.model !== 'armv8' || i.release ? !isDrained(t) : t.sf.length > 0) return [];
  if (waitsForRelease(w, order) || pendingStore(t, target.loc) !== null) return [];
  if (ownerOf(w.cpu, w.get, target.loc) !== null) return [];
  const latest = memoryValue(w, target.loc);
  if (latest !== null) {
    const guard = known(evaluate(t, i.guard, i, { old: content(latest, preView(t, target, order)) }));
    if (guard === null || !isTrue(guard)) return [];
  }
  return [
    (v) =>
      swapAtOnce(v, target, order, i.release, (u, old) => {
        // Going on is what the value read decided.
        u.t.vcap = Math.max(u.t.vcap, old.pick);
        return evaluate(u.t, i.next, i, { old });
      }),
  ];
}
