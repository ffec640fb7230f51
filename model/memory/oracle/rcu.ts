/** RCU: the table of semantics.md 2, row by row. */
import type { Instruction } from '../../program/instruction.ts';
import type { GracePeriod, State, Thread } from './state.ts';
import { vary } from './step.ts';
import type { Id, Timestamp } from './symbolic.ts';

export function rcu(
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'rcu' },
): readonly State[] {
  switch (instruction.what) {
    case 'lock':
      return lock(state, tid);
    case 'unlock':
      return unlock(state, tid);
    case 'synchronize':
      return synchronize(state, tid);
  }
}

/** "0→1: `vrn⊔=rf`" */
function lock(state: State, tid: number): readonly State[] {
  return vary(state, tid, (t) => {
    t.rcu.depth++;
    if (t.rcu.depth === 1) t.vrn = Math.max(t.vrn, t.rcu.rf);
    t.pc++;
  });
}

/** "1→0: `csv⊔=vro⊔vwo`; mark all pending SB/D entries `cs`"; progress: "u leaves "in" at unlock → its cs ids". */
function unlock(state: State, tid: number): readonly State[] {
  if (state.threads[tid]!.rcu.depth === 0) return [];
  return vary(state, tid, (t, next) => {
    t.rcu.depth--;
    t.pc++;
    if (t.rcu.depth > 0) return;
    t.rcu.csv = Math.max(t.rcu.csv, t.vro, t.vno, t.vwo);
    for (const entry of [...t.window, ...t.deferred]) entry.cs = true;
    for (const { gp } of next.threads.map((u) => u.rcu)) {
      for (const one of gp?.wait ?? []) if (one.thread === tid && one.for === 'in') one.for = marked(t);
    }
    release(next, tid);
  });
}

/** "When a cs entry completes, `csv⊔=` its ts/view"; progress. */
export function complete(state: State, tid: number, entry: { id: Id; cs: boolean }, view: Timestamp): void {
  if (!entry.cs) return;
  const { rcu } = state.threads[tid]!;
  rcu.csv = Math.max(rcu.csv, view);
  for (const { gp } of state.threads.map((u) => u.rcu)) {
    for (const one of gp?.wait ?? []) {
      if (one.thread === tid && one.for !== 'in') one.for = one.for.filter((id) => id !== entry.id);
    }
  }
  release(state, tid);
}

/** "ids drained → remove u, `acc⊔=csv_u`" */
function release(state: State, tid: number): void {
  for (const { gp } of state.threads.map((u) => u.rcu)) {
    const drained = gp?.wait.some((one) => one.thread === tid && one.for.length === 0);
    if (!gp || !drained) continue;
    gp.wait = gp.wait.filter((one) => one.thread !== tid);
    gp.acc = Math.max(gp.acc, state.threads[tid]!.rcu.csv);
  }
}

const marked = (t: Thread): Id[] => [...t.window, ...t.deferred].flatMap(({ id, cs }) => (cs ? [id] : []));

/** "own SB,D empty, `rd=0`", else it waits, for ever in a section. "END: `W=∅`: `vrn⊔=acc`" */
function synchronize(state: State, tid: number): readonly State[] {
  const thread = state.threads[tid]!;
  const { gp, depth } = thread.rcu;
  if (gp === null) {
    if (depth > 0 || thread.window.length > 0 || thread.deferred.length > 0) return [];
    return vary(state, tid, (t, next) => begin(t, next, tid));
  }
  if (gp.wait.length > 0) return [];
  return vary(state, tid, (t) => {
    t.vrn = Math.max(t.vrn, gp.acc);
    t.rcu.gp = null;
    t.pc++;
  });
}

/** "BEGIN: `vrn⊔=vro⊔vwo`; for all u≠t: `rf_u⊔=vrn_t`; W={u: in section → "in"; else its pending cs ids if any};
 *  acc=max{csv_u: u∉W}" */
function begin(t: Thread, state: State, tid: number): void {
  t.vrn = Math.max(t.vrn, t.vro, t.vno, t.vwo);
  const gp: GracePeriod = { wait: [], acc: 0 };
  for (const [thread, u] of state.threads.entries()) {
    if (thread === tid) continue;
    u.rcu.rf = Math.max(u.rcu.rf, t.vrn);
    const pending = u.rcu.depth > 0 ? 'in' : marked(u);
    if (pending.length > 0) gp.wait.push({ thread, for: pending });
    else gp.acc = Math.max(gp.acc, u.rcu.csv);
  }
  t.rcu.gp = gp;
}
