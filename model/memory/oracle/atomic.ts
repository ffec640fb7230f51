/** Atomics: row RMW of semantics.md 1.2, and its CAS. */
import type { Loc } from '../../machine.ts';
import type { AtomicFn, Instruction } from '../../program/instruction.ts';
import { canForward, forwardView, issueRead, waitsForRelease } from './load.ts';
import { latest, messageView, valueAt } from './memory.ts';
import { type Machine, resolveAddress, type State, type Thread, windowAt } from './state.ts';
import { boundEarlierLoads, read, settle, vary } from './step.ts';
import { append, newEntry } from './store.ts';
import { compared, evaluate, forwarded, type Known, type Sym, storedIfEqual, symBinary } from './symbolic.ts';

interface AtomicRequest {
  readonly loc: Loc;
  readonly address: Known;
  readonly acquire: boolean;
  readonly release: boolean;
  readonly noReturn: boolean;
  readonly mayDefer: boolean;
  /** What to store, given the old value. */
  readonly compute: (old: Sym) => Sym;
  /** What the instruction does with the old value. */
  readonly finish: (thread: Thread, old: Sym) => void;
}

export function issueRmw(
  machine: Machine,
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'rmw' },
): readonly State[] {
  const thread = state.threads[tid]!;
  const target = resolveAddress(machine, thread, instruction.addr);
  if (target === null) return [];
  const operand = evaluate(instruction.operand, thread.regs);
  const { acquire, release, noReturn, fn, dst } = instruction;
  return issueAtomic(machine, state, tid, {
    loc: target.loc,
    address: target.at,
    acquire,
    release,
    noReturn,
    mayDefer: machine.mayDefer[tid]![thread.pc]!,
    compute: (old) => combine(fn, old, operand),
    finish: (t, old) => {
      if (dst !== null) t.regs[dst] = old;
    },
  });
}

function combine(fn: AtomicFn, old: Sym, operand: Sym): Sym {
  if (fn === 'swap') return operand;
  if (fn === 'andnot') return symBinary('sub', old, symBinary('and', old, operand));
  return symBinary(fn, old, operand);
}

/** A CAS guesses its end. Success: an RMW whose result carries no address dependency. "CAS-fail = load part only",
 *  of "any readable message ≠ expected". Its store, not its read, waits until the guess is known to be right. */
export function issueCas(
  machine: Machine,
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'cas' },
): readonly State[] {
  const thread = state.threads[tid]!;
  const target = resolveAddress(machine, thread, instruction.addr);
  if (target === null) return [];
  const expected = evaluate(instruction.expected, thread.regs);
  const desired = evaluate(instruction.desired, thread.regs);
  const { dst, acquire, release } = instruction;
  const mayDefer = machine.mayDefer[tid]![thread.pc]!;
  const common = { loc: target.loc, address: target.at, mayDefer };
  const success = issueAtomic(machine, state, tid, {
    ...common,
    acquire,
    release,
    noReturn: dst === null,
    compute: (old) => storedIfEqual(old, expected, desired),
    finish: (t, old) => {
      if (dst !== null) t.regs[dst] = compared(old);
      t.guesses.push({ left: old, right: expected, equal: true });
    },
  });
  if (machine.model !== 'armv8' && thread.window.length > 0) return success;
  const failure = issueRead(machine, state, tid, {
    ...common,
    order: acquire ? 'acquire' : 'plain',
    noReturn: dst === null,
    finish: (t, value) => {
      if (dst !== null) t.regs[dst] = value;
      t.guesses.push({ left: value, right: expected, equal: false });
    },
  });
  return [...success, ...failure];
}

function issueAtomic(machine: Machine, state: State, tid: number, request: AtomicRequest): readonly State[] {
  if (machine.model !== 'armv8' || (request.acquire && request.release)) {
    return atomicInOneStep(machine, state, tid, request);
  }
  const thread = state.threads[tid]!;
  if (waitsForRelease(thread, request.acquire ? 'acquire' : 'plain')) return [];
  const own = windowAt(thread, request.loc).at(-1);
  const now =
    own === undefined
      ? readPartNow(machine, state, tid, request)
      : readPartForwards(machine, state, tid, request);
  return [...now, ...readPartLater(machine, state, tid, request)];
}

/** "AL: SB,D empty, then read-latest+append in one step, `acq: vrn⊔=ts`". SC and TSO: every RMW drains. */
function atomicInOneStep(
  machine: Machine,
  state: State,
  tid: number,
  request: AtomicRequest,
): readonly State[] {
  const { loc, address } = request;
  const thread = state.threads[tid]!;
  if (thread.window.length > 0 || thread.deferred.length > 0 || state.owner[loc] !== null) return [];
  return vary(state, tid, (t, next) => {
    const old = readLatest(machine, state, t, tid, request);
    request.finish(t, old);
    const value = request.compute(old);
    // A CAS that expected something else: the guess is wrong, and `vary` drops it.
    if (value.kind !== 'known') return;
    const ts = append(next, tid, {
      id: null,
      loc,
      value,
      addressView: address.view,
      release: true,
      readView: old.view,
    });
    t.vrn = Math.max(t.vrn, ts);
    t.pc++;
  });
}

/** "R-phase now: must read latest of x, sets `own[x]`". */
function readPartNow(machine: Machine, state: State, tid: number, request: AtomicRequest): readonly State[] {
  const { loc, address, release } = request;
  if (state.owner[loc] !== null) return [];
  return vary(state, tid, (t, next) => {
    const entry = newEntry(machine, t, loc, address.view, release);
    const old = readLatest(machine, state, t, tid, request);
    t.window.push({ ...entry, value: request.compute(old), old, owns: true });
    next.owner[loc] = tid;
    request.finish(t, old);
    t.pc++;
  });
}

function readLatest(machine: Machine, state: State, t: Thread, tid: number, request: AtomicRequest): Known {
  const { loc, address, acquire, noReturn } = request;
  const thread = state.threads[tid]!;
  const ts = latest(state, loc);
  const old = read(t, {
    loc,
    ts,
    value: valueAt(machine, state, loc, ts),
    acquire,
    noReturn,
    preView: Math.max(address.view, thread.vrn, acquire ? thread.vrel : 0),
    messageView: messageView(thread, loc, ts, acquire),
  });
  boundEarlierLoads(t, loc, ts);
  t.vcap = Math.max(t.vcap, address.pick);
  return old;
}

/** "R-phase … (or forward)": from the newest own entry. It owns x once that entry has left, not yet now. */
function readPartForwards(
  machine: Machine,
  state: State,
  tid: number,
  request: AtomicRequest,
): readonly State[] {
  const { loc, address, acquire, release, noReturn } = request;
  const thread = state.threads[tid]!;
  const own = windowAt(thread, loc).at(-1)!;
  if (!canForward(thread, own, acquire)) return [];
  return vary(state, tid, (t) => {
    const preView = Math.max(address.view, thread.vrn, acquire ? thread.vrel : 0, forwardView(own, acquire));
    const old = forwarded(preView, own.value);
    const post = old.kind === 'known' ? old.view : preView;
    t.coh[loc] = Math.max(t.coh[loc]!, post);
    if (!noReturn) t.vro = Math.max(t.vro, post);
    if (!noReturn && old.kind !== 'known') t.unknownReads.push(old);
    if (acquire) t.vrn = Math.max(t.vrn, post);
    t.vcap = Math.max(t.vcap, address.pick);
    const entry = newEntry(machine, t, loc, address.view, release);
    t.window.push({ ...entry, value: request.compute(old), old, follows: own.id });
    request.finish(t, old);
    t.pc++;
  });
}

/** "R-phase later only if NoRet or `mayDefer`"; "acq: R-phase at issue". */
function readPartLater(
  machine: Machine,
  state: State,
  tid: number,
  request: AtomicRequest,
): readonly State[] {
  const { loc, address, acquire, release, noReturn } = request;
  if (acquire || !(noReturn || request.mayDefer)) return [];
  return vary(state, tid, (t) => {
    const entry = newEntry(machine, t, loc, address.view, release);
    const old: Sym = { kind: 'pending', id: entry.id };
    const view = Math.max(address.view, t.vrn);
    t.window.push({ ...entry, value: request.compute(old), old, read: { view, noReturn } });
    t.vcap = Math.max(t.vcap, address.pick);
    request.finish(t, old);
    t.pc++;
  });
}

/** The late R-phase: reads the latest message once no own earlier store to x is pending. */
export function performReadParts(machine: Machine, state: State, tid: number): readonly State[] {
  const thread = state.threads[tid]!;
  return thread.window.flatMap((entry) => {
    const { loc, read: part } = entry;
    const isOldest = windowAt(thread, loc)[0] === entry;
    if (part === null || !isOldest || state.owner[loc] !== null) return [];
    return vary(state, tid, (t, next) => {
      const ts = latest(state, loc);
      const old = read(t, {
        loc,
        ts,
        value: valueAt(machine, state, loc, ts),
        preView: part.view,
        messageView: messageView(thread, loc, ts, false),
        acquire: false,
        noReturn: part.noReturn,
      });
      boundEarlierLoads(t, loc, ts, entry.id);
      const mine = t.window.find(({ id }) => id === entry.id)!;
      [mine.read, mine.owns, next.owner[loc]] = [null, true, tid];
      settle(t, entry.id, old);
    });
  });
}
