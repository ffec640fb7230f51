/** The message list. */
import type { Loc } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import type { Machine, State, Thread } from './state.ts';
import type { Timestamp } from './symbolic.ts';

/** The newest message of `loc` at or below `bound`; 0 = the initial value. */
export function latest(state: State, loc: Loc, bound: Timestamp = state.memory.length): Timestamp {
  for (let ts = bound; ts > 0; ts--) if (state.memory[ts - 1]!.loc === loc) return ts;
  return 0;
}

export function valueAt(machine: Machine, state: State, loc: Loc, ts: Timestamp): Value | null {
  return ts === 0 ? machine.initial[loc]! : state.memory[ts - 1]!.value;
}

/** Messages that a read with this lower bound may read, oldest first: "no x-message in (ts, bound]". SC and TSO
 *  read the latest only. */
export function readable(
  machine: Machine,
  state: State,
  loc: Loc,
  bound: Timestamp,
  hi: Timestamp | null = null,
): readonly Timestamp[] {
  if (machine.model !== 'armv8') return [latest(state, loc)];
  const first = latest(state, loc, bound);
  const all = first === 0 ? [0] : [];
  for (let ts = Math.max(first, 1); ts <= state.memory.length; ts++) {
    if (state.memory[ts - 1]!.loc === loc) all.push(ts);
  }
  return hi === null ? all : all.filter((ts) => ts <= hi);
}

/** `vmsg`: reading one's own last store gives the view of its address and data only; an acquire also gets that of
 *  its read part, if it has one. `pick` = what a control dependency on it carries. */
export function messageView(
  thread: Thread,
  loc: Loc,
  ts: Timestamp,
  acquire: boolean,
): { readonly view: Timestamp; readonly pick: Timestamp } {
  const own = thread.fwd[loc];
  if (!own || own.ts !== ts) return { view: ts, pick: ts };
  const view = acquire ? Math.max(own.view, own.readView) : own.view;
  return { view, pick: Math.max(view, own.pick) };
}
