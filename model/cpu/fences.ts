/** Fences (semantics.md 1.2, rows dmb, dsb, isb): wait for what they order before, then move the floor of what they
 *  order after. */
import type { View } from '../machine.ts';
import type { Instruction } from '../program/instruction.ts';
import { count, instructionAt, next, type Rule, say, took, type Work } from './work.ts';

export function fenceRules(w: Work, i: Instruction & { readonly op: 'fence' }): readonly Rule[] {
  const { t } = w;
  const stored = t.window.length === 0;
  const drained = stored && t.deferred.length === 0;
  const raise = (when: boolean, view: View): readonly Rule[] =>
    when ? [next((v, pc) => raiseFloor(v, pc, view))] : [];
  if (w.cpu.model !== 'armv8') return i.access === 'full' ? raise(drained, 0) : [next(count)];
  if (i.access === 'full') return raise(drained, Math.max(t.vro, t.vwo));
  // A void atomic's read is not waited for, but a load that forwarded what depends on it is.
  if (i.access === 'load') return raise(t.deferred.every((d) => d.noReturn) && t.unknown.length === 0, t.vro);
  if (i.kind === 'dsb') return raise(stored, t.vwo);
  return [
    next((v, pc) => {
      count(v, pc);
      took(v, pc, { kind: 'fence', value: i.at.text });
      v.t.sf = v.t.window.map((_, k) => k);
    }),
  ];
}

/** Loads after this one are ordered after whatever `view` covers. */
export function raiseFloor(w: Work, pc: number, view: View): void {
  say(w, pc);
  took(w, pc, { kind: 'fence', value: instructionAt(w.cpu, pc).at.text });
  w.t.vrn = Math.max(w.t.vrn, view);
}
