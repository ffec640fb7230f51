/** Stores: rows "store issue" and "propagate" of semantics.md 1.2. */
import type { Instruction } from '../../program/instruction.ts';
import { complete } from './rcu.ts';
import { freshId, type Machine, resolveAddress, type State, type Thread, type WindowEntry } from './state.ts';
import { resolveSource, vary } from './step.ts';
import { evaluate, type Id, type Known, known, type Timestamp } from './symbolic.ts';

/** Row store issue: "address known: append to SB; `vcap⊔=va`". STXR guesses whether it succeeds; its status
 *  carries no dependency. */
export function issueStore(
  machine: Machine,
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'store' },
): readonly State[] {
  const thread = state.threads[tid]!;
  const target = resolveAddress(machine, thread, instruction.addr);
  if (target === null) return [];
  const { loc, at } = target;
  const { status } = instruction;
  const release = instruction.order === 'release';
  const monitor = status !== null && thread.monitor?.loc === loc ? thread.monitor : null;
  const succeed = () =>
    vary(state, tid, (t) => {
      t.window.push({
        ...newEntry(machine, t, loc, at.view, release),
        value: evaluate(instruction.value, t.regs),
        old: monitor?.value ?? null,
        after: monitor?.source ?? null,
      });
      t.vcap = Math.max(t.vcap, at.pick);
      if (status !== null) [t.regs[status], t.monitor] = [known(0, 0), null];
      t.pc++;
    });
  if (status === null) return succeed();
  const fail = vary(state, tid, (t) => {
    t.vcap = Math.max(t.vcap, at.pick);
    [t.regs[status], t.monitor] = [known(1, 0), null];
    t.pc++;
  });
  return monitor === null ? fail : [...succeed(), ...fail];
}

/** A window entry that waits as it must: "`pre` = pending same-x ∪ `sf` ∪ (rel: all pending); `prl` = (rel: all
 *  D)". TSO: all pending. */
export function newEntry(
  machine: Machine,
  thread: Thread,
  loc: number,
  addressView: Timestamp,
  release: boolean,
): WindowEntry {
  const waitsForAll = machine.model === 'tso' || (release && machine.model === 'armv8');
  const pre = thread.window.filter(
    (entry) => waitsForAll || entry.loc === loc || thread.sf.includes(entry.id),
  );
  return {
    id: freshId(thread),
    loc,
    value: known(0, 0),
    addressView,
    release: release && machine.model === 'armv8',
    old: null,
    pre: pre.map(({ id }) => id),
    prl: release ? thread.deferred.map(({ id }) => id) : [],
    read: null,
    owns: false,
    follows: null,
    after: null,
    cs: false,
  };
}

/** Row propagate: "`pre`,`prl` gone, value known, `own[x]∈{∅,me}`"; STXR: "no foreign x-msg in (exb.ts,ts)". */
export function propagate(_machine: Machine, state: State, tid: number): readonly State[] {
  const thread = state.threads[tid]!;
  return thread.window.flatMap((entry) => {
    if (!mayLeave(state, tid, entry) || entry.value.kind !== 'known') return [];
    const { value } = entry;
    return vary(state, tid, (t, next) => {
      const readView = entry.old?.kind === 'known' ? entry.old.view : 0;
      const ts = append(next, tid, { ...entry, value, readView });
      resolveSource(t, { kind: 'entry', id: entry.id }, ts);
      leaveWindow(t, next, tid, entry);
      complete(next, tid, entry, ts);
    });
  });
}

function mayLeave(state: State, tid: number, entry: WindowEntry): boolean {
  const owner = state.owner[entry.loc];
  return (
    entry.pre.length === 0 &&
    entry.prl.length === 0 &&
    entry.read === null &&
    (owner === null || owner === tid) &&
    (entry.after === null ||
      (entry.after.kind === 'message' && !hasForeign(state, tid, entry.loc, entry.after.ts)))
  );
}

function hasForeign(state: State, tid: number, loc: number, after: Timestamp): boolean {
  return state.memory.some(
    (message, index) => index + 1 > after && message.loc === loc && message.thread !== tid,
  );
}

/** "append `⟨x,v⟩` at ts; `coh[x],vwo⊔=ts`; rel: `vrel⊔=ts`; `fwd[x]=(ts,va⊔vd,ex)`; deferred earlier loads of x:
 *  `hi:=min(hi,ts-1)`"; later ones that waited for it: `lo:=max(lo,ts)`. */
export function append(
  state: State,
  tid: number,
  store: Pick<WindowEntry, 'loc' | 'addressView' | 'release'> & {
    readonly id: Id | null;
    readonly value: Known;
    readonly readView: Timestamp;
  },
): Timestamp {
  const thread = state.threads[tid]!;
  const { loc, value, addressView, readView } = store;
  state.memory.push({ loc, value: value.value, thread: tid });
  const ts = state.memory.length;
  thread.coh[loc] = Math.max(thread.coh[loc]!, ts);
  thread.vwo = Math.max(thread.vwo, ts);
  if (store.release) thread.vrel = Math.max(thread.vrel, ts);
  thread.fwd[loc] = {
    ts,
    view: Math.max(addressView, value.view),
    pick: Math.max(addressView, value.pick),
    readView,
  };
  for (const load of thread.deferred) {
    if (load.loc !== loc) continue;
    if (store.id !== null && load.behind.includes(store.id)) load.lo = Math.max(load.lo, ts);
    else load.hi = load.hi === null ? ts - 1 : Math.min(load.hi, ts - 1);
  }
  return ts;
}

/** "release `own`": unless another atomic of ours still needs it, or one that forwarded from this store begins to. */
function leaveWindow(thread: Thread, state: State, tid: number, gone: WindowEntry): void {
  thread.window = thread.window.filter((entry) => entry.id !== gone.id);
  const without = (ids: readonly Id[]): Id[] => ids.filter((id) => id !== gone.id);
  for (const entry of thread.window) {
    entry.pre = without(entry.pre);
    if (entry.follows === gone.id) [entry.follows, entry.owns] = [null, true];
  }
  for (const load of thread.deferred) load.behind = without(load.behind);
  thread.sf = without(thread.sf);
  const owns = thread.window.some((entry) => entry.loc === gone.loc && entry.owns);
  if (owns) state.owner[gone.loc] = tid;
  else if (state.owner[gone.loc] === tid) state.owner[gone.loc] = null;
}
