/**
 * A thread's view of memory as its own lag (semantics.md 7): the stores that reached memory after the thread's
 * floor, oldest first, each with the value that it overwrote. A message of a cell is either the *base* (0), or
 * the store at a lag position; its value is what the next store to the cell overwrote, or what memory holds.
 */
import type { Draft } from 'immer';
import type { LagEntry, Loc, Thread, View } from '../machine.ts';
import type { Value } from '../program/expression.ts';

/** A message that a load may read: its position in the lag (0 = the base) and the view that reading it gives. */
export interface Message {
  readonly at: View;
  readonly view: View;
}

/** The newest message of `loc` at or below `view`. */
export function latest(lag: readonly LagEntry[], loc: Loc, view: View): View {
  for (let i = Math.min(view, lag.length); i > 0; i--) if (lag[i - 1]!.loc === loc) return i;
  return 0;
}

/** Messages of `loc` from the newest at or below `lo` up to `hi`, oldest first. */
export function readable(t: Thread, loc: Loc, lo: View, hi: View | null): readonly Message[] {
  const from = latest(t.lag, loc, lo);
  const messages: Message[] = from === 0 ? [{ at: 0, view: baseView(t, loc) }] : [];
  for (let i = Math.max(from, 1); i <= t.lag.length; i++) {
    if (t.lag[i - 1]!.loc === loc) messages.push({ at: i, view: i });
  }
  return hi === null ? messages : messages.filter((m) => m.at <= hi);
}

/** The newest message of `loc`. */
export function newest(t: Thread | Draft<Thread>, loc: Loc): Message {
  const at = latest(t.lag, loc, t.lag.length);
  return { at, view: at === 0 ? baseView(t, loc) : at };
}

/** Rule 3: the base keeps the rank of the newest dropped store to its cell, at least vrn. */
export function baseView(t: Thread | Draft<Thread>, loc: Loc): View {
  return Math.max(t.base[loc] ?? 0, t.vrn);
}

/** The value of a message; `current` gives what memory holds, and is asked only if that decides. */
export function messageValue(
  lag: readonly LagEntry[],
  loc: Loc,
  at: View,
  current: () => Value | null,
): Value | null {
  for (let i = at + 1; i <= lag.length; i++) if (lag[i - 1]!.loc === loc) return lag[i - 1]!.old;
  return current();
}
