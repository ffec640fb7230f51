/** Fences and what is local to a thread: the rows dmb, dsb, isb, branch and ALU of semantics.md 1.1 and 1.2. */

import { isTrue } from '../../program/expression.ts';
import type { Instruction } from '../../program/instruction.ts';
import type { Machine, State, Thread } from './state.ts';
import { vary } from './step.ts';
import { evaluate } from './symbolic.ts';

export function fence(
  machine: Machine,
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'fence' },
): readonly State[] {
  const thread = state.threads[tid]!;
  const isDrained = thread.window.length === 0;
  const pass = (effect: (t: Thread) => void): readonly State[] =>
    vary(state, tid, (t) => {
      effect(t);
      t.pc++;
    });
  if (machine.model !== 'armv8') return instruction.access !== 'full' || isDrained ? pass(() => {}) : [];
  const hasRead = thread.deferred.length === 0;
  switch (instruction.access) {
    // "dmb/dsb sy: SB,D empty; `vrn⊔=vro⊔vwo`"
    case 'full':
      return isDrained && hasRead
        ? pass((t) => {
            t.vrn = Math.max(t.vrn, t.vro, t.vno, t.vwo);
          })
        : [];
    // "dmb/dsb ld: D empty, no non-NoRet RMW in phase R; `vrn⊔=vro`". Nor a load that forwarded from a NoRet one.
    case 'load': {
      const isRead =
        thread.window.every(({ read }) => read === null || read.noReturn) && thread.unknownReads.length === 0;
      return thread.deferred.every((load) => load.noReturn) && isRead
        ? pass((t) => {
            t.vrn = Math.max(t.vrn, t.vro);
          })
        : [];
    }
    // "dmb st: `sf := ids(SB)`"; "dsb st: SB empty; `vrn⊔=vwo`"
    case 'store':
      if (instruction.kind === 'dmb')
        return pass((t) => {
          t.sf = t.window.map(({ id }) => id);
        });
      return isDrained
        ? pass((t) => {
            t.vrn = Math.max(t.vrn, t.vwo);
          })
        : [];
  }
}

/** "isb: `vrn⊔=vcap`" */
export function isb(state: State, tid: number): readonly State[] {
  return vary(state, tid, (t) => {
    t.vrn = Math.max(t.vrn, t.vcap);
    t.pc++;
  });
}

/** "branch: `vcap⊔=view(cond)`"; it waits until the condition is known, so later stores do too. */
export function branch(
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'branch' },
): readonly State[] {
  const cond = evaluate(instruction.cond, state.threads[tid]!.regs);
  if (cond.kind !== 'known') return [];
  return vary(state, tid, (t) => {
    t.vcap = Math.max(t.vcap, cond.pick);
    t.pc = cond.value !== null && isTrue(cond.value) ? t.pc + 1 : instruction.otherwise;
  });
}

export function set(
  state: State,
  tid: number,
  instruction: Instruction & { readonly op: 'set' },
): readonly State[] {
  return vary(state, tid, (t) => {
    t.regs[instruction.dst] = evaluate(instruction.value, t.regs);
    t.pc++;
  });
}
