/** Instructions that wait for a value (semantics.md 1.4): polling loops and lock acquisition. */
import { isTrue } from '../../program/expression.ts';
import type { Instruction } from '../../program/instruction.ts';
import { issueRead, waitsForRelease } from './load.ts';
import { latest, messageView, valueAt } from './memory.ts';
import { type Machine, resolveAddress, type State, windowAt } from './state.ts';
import { boundEarlierLoads, read, vary } from './step.ts';
import { append } from './store.ts';
import { evaluate, known } from './symbolic.ts';

/** "`await`: pick any readable message satisfying the condition; control dependency only". */
export function awaitValue(
  machine: Machine,
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'await' },
): readonly State[] {
  const target = resolveAddress(machine, state.threads[tid]!, instruction.addr);
  if (target === null) return [];
  const reads = issueRead(machine, state, tid, {
    loc: target.loc,
    address: target.at,
    order: instruction.order,
    mayDefer: false,
    finish: (t, value) => {
      t.regs[instruction.dst] = value;
    },
  });
  return reads.flatMap((next) => {
    const holds = evaluate(instruction.until, next.threads[tid]!.regs);
    if (holds.kind !== 'known' || holds.value === null || !isTrue(holds.value)) return [];
    return vary(next, tid, (t) => {
      t.vcap = Math.max(t.vcap, holds.pick);
    });
  });
}

/** "blocking RMW on the lock word in one step": as an RMW, but only when its guard holds of the latest value, and
 *  its store part leaves at once, so whatever must go first has to be gone. */
export function blockingRmw(
  machine: Machine,
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'blockingRmw' },
): readonly State[] {
  const thread = state.threads[tid]!;
  const target = resolveAddress(machine, thread, instruction.addr);
  if (target === null || state.owner[target.loc] !== null) return [];
  const { loc, at } = target;
  const { acquire, release } = instruction;
  const mustDrain = release || machine.model !== 'armv8';
  if (mustDrain && (thread.window.length > 0 || thread.deferred.length > 0)) return [];
  if (waitsForRelease(thread, acquire ? 'acquire' : 'plain')) return [];
  if (windowAt(thread, loc).length > 0 || thread.sf.length > 0) return [];
  const ts = latest(state, loc);
  const old = known(valueAt(machine, state, loc, ts), 0);
  const guard = evaluate(instruction.guard, { ...thread.regs, old });
  if (guard.kind !== 'known' || guard.value === null || !isTrue(guard.value)) return [];
  return vary(state, tid, (t, next) => {
    const seen = read(t, {
      loc,
      ts,
      value: old.value,
      acquire,
      noReturn: false,
      preView: Math.max(at.view, thread.vrn, acquire ? thread.vrel : 0),
      messageView: messageView(thread, loc, ts, acquire),
    });
    boundEarlierLoads(t, loc, ts);
    t.vcap = Math.max(t.vcap, at.pick, seen.view);
    const value = evaluate(instruction.next, { ...thread.regs, old: seen });
    if (value.kind !== 'known')
      throw new Error('a blocking RMW whose new value depends on an unresolved load');
    const written = append(next, tid, {
      id: null,
      loc,
      value,
      addressView: at.view,
      release,
      readView: seen.view,
    });
    if (acquire && release) t.vrn = Math.max(t.vrn, written);
    t.pc++;
  });
}
