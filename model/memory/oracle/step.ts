/** How a rule makes a successor. */
import { produce } from 'immer';
import type { Value } from '../../program/expression.ts';
import { latest } from './memory.ts';
import type { Guess, Source, State, Thread } from './state.ts';
import { type Id, type Known, known, type Sym, substitute, type Timestamp } from './symbolic.ts';

/** The successor in which thread `tid` did `recipe`; none if some guess has turned out wrong. */
export function vary(
  state: State,
  tid: number,
  recipe: (thread: Thread, state: State) => void,
): readonly State[] {
  const next = produce(state, (draft) => {
    const thread = draft.threads[tid]!;
    recipe(thread, draft);
    tidy(thread);
  });
  return isFeasible(next, tid) ? [next] : [];
}

/** Notes what has become known: forwarded reads, and guesses that were right. */
function tidy(thread: Thread): void {
  for (const read of thread.unknownReads)
    if (read.kind === 'known') thread.vro = Math.max(thread.vro, read.view);
  thread.unknownReads = thread.unknownReads.filter((read) => read.kind !== 'known');
  thread.guesses = thread.guesses.filter((guess) => verdictOn(guess) !== true);
}

/** Whether a guess was right; null while that is unknown. */
function verdictOn({ left, right, equal }: Guess): boolean | null {
  if (left.kind !== 'known' || right.kind !== 'known') return null;
  return (left.value === right.value) === equal;
}

/** A wrong guess, or a deferred load with nothing left to read, is no deadlock: such a run does not exist. */
function isFeasible(state: State, tid: number): boolean {
  const thread = state.threads[tid]!;
  return (
    thread.guesses.every((guess) => verdictOn(guess) !== false) &&
    thread.deferred.every(({ loc, lo, hi }) => hi === null || latest(state, loc, lo) <= hi)
  );
}

/** The effects of a read of `ts` on its thread (1.1, row load): `vpost = vpre ⊔ vmsg`, `coh[x]⊔=vpost;
 *  vro⊔=vpost; Q/A: vrn⊔=vpost`. Gives what was read. */
export function read(
  thread: Thread,
  what: {
    readonly loc: number;
    readonly ts: Timestamp;
    readonly value: Value | null;
    readonly preView: Timestamp;
    readonly messageView: { readonly view: Timestamp; readonly pick: Timestamp };
    readonly acquire: boolean;
    /** The read part of an atomic without result: no `vro`. */
    readonly noReturn: boolean;
  },
): Known {
  const post = Math.max(what.preView, what.messageView.view);
  thread.coh[what.loc] = Math.max(thread.coh[what.loc]!, post);
  if (what.noReturn) thread.vno = Math.max(thread.vno, post);
  else thread.vro = Math.max(thread.vro, post);
  if (what.acquire) thread.vrn = Math.max(thread.vrn, post);
  return known(what.value, post, Math.max(post, what.messageView.pick));
}

/** Same-location order: deferred loads that come before a read of `ts` must not read anything newer. `reader` =
 *  the window entry whose read part it is, if it is one: loads behind that come after it. */
export function boundEarlierLoads(
  thread: Thread,
  loc: number,
  ts: Timestamp,
  reader: Id | null = null,
): void {
  for (const load of thread.deferred) {
    if (load.loc === loc && (reader === null || !load.behind.includes(reader))) {
      load.hi = load.hi === null ? ts : Math.min(load.hi, ts);
    }
  }
}

/** "Substitute value/view everywhere." */
export function settle(thread: Thread, id: Id, value: Known): void {
  const inside = (sym: Sym): Sym => substitute(sym, id, value);
  for (const name of Object.keys(thread.regs)) thread.regs[name] = inside(thread.regs[name]!);
  for (const entry of thread.window) {
    entry.value = inside(entry.value);
    if (entry.old !== null) entry.old = inside(entry.old);
  }
  if (thread.monitor !== null) thread.monitor.value = inside(thread.monitor.value);
  thread.unknownReads = thread.unknownReads.map(inside);
  thread.guesses = thread.guesses.map((guess) => ({
    ...guess,
    left: inside(guess.left),
    right: inside(guess.right),
  }));
}

/** The message that an LDXR read has got its place in memory. */
export function resolveSource(thread: Thread, source: Source, ts: Timestamp): void {
  const isSame = (other: Source | undefined | null): boolean =>
    other?.kind === source.kind && 'id' in other && 'id' in source && other.id === source.id;
  if (isSame(thread.monitor?.source)) thread.monitor!.source = { kind: 'message', ts };
  for (const entry of thread.window) if (isSame(entry.after)) entry.after = { kind: 'message', ts };
}
