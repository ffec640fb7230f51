/** What the next instruction of a thread can do now: one row of semantics.md 1.2 per kind of instruction. */
import { match } from 'ts-pattern';
import { isTrue } from '../program/expression.ts';
import type { Address, Instruction } from '../program/instruction.ts';
import { awaitRules, loadRules, storeRules } from './accesses.ts';
import { blockingRules } from './at-once.ts';
import { casRules, rmwRules } from './atomics.ts';
import { content, known } from './content.ts';
import { allocate, freeRules, pushRules } from './effects.ts';
import { evaluate } from './evaluate.ts';
import { fenceRules, raiseFloor } from './fences.ts';
import type { Target } from './loads.ts';
import { enterSection, exitSection, synchronizeRules } from './sections.ts';
import { targetOf } from './target.ts';
import { fault, next, type Rule, say, type Work } from './work.ts';

type Op<K extends Instruction['op']> = Instruction & { readonly op: K };

/** Ways to execute the instruction at the thread's pc now; [] while it has to wait. */
export function rulesFor(w: Work, i: Instruction): readonly Rule[] {
  return match<Instruction, readonly Rule[]>(i)
    .with({ op: 'load' }, (l) => withTarget(w, l, (target) => loadRules(w, l, target)))
    .with({ op: 'store' }, (s) => withTarget(w, s, (target) => storeRules(w, s, target)))
    .with({ op: 'rmw' }, (r) => withTarget(w, r, (target) => rmwRules(w, r, target)))
    .with({ op: 'cas' }, (c) => withTarget(w, c, (target) => casRules(w, c, target)))
    .with({ op: 'blockingRmw' }, (b) => withTarget(w, b, (target) => blockingRules(w, b, target)))
    .with({ op: 'await' }, (a) => withTarget(w, a, (target) => awaitRules(w, a, target)))
    .with({ op: 'fence' }, (f) => fenceRules(w, f))
    .with({ op: 'isb' }, () => [next((v, pc) => raiseFloor(v, pc, v.t.vcap))])
    .with({ op: 'branch' }, (b) => branchRules(w, b))
    .with({ op: 'assert' }, (a) => assertRules(w, a))
    .with({ op: 'free' }, { op: 'kfree_rcu' }, (f) => freeRules(w, f))
    .with({ op: 'push' }, (p) => pushRules(w, p))
    .with({ op: 'rcu', what: 'lock' }, () => [next(enterSection)])
    .with({ op: 'rcu', what: 'unlock' }, () => [next(exitSection)])
    .with({ op: 'rcu', what: 'synchronize' }, () => synchronizeRules(w))
    .with({ op: 'alloc' }, (a) => [(v) => allocate(v, a)])
    .with({ op: 'choose' }, (c) =>
      c.options.map((value) =>
        next((v, pc) => {
          say(v, pc, `${c.at.text} == ${value}`);
          v.t.regs[c.dst] = content(value);
        }),
      ),
    )
    .with({ op: 'irq' }, ({ enabled }) => [
      next((v, pc) => {
        say(v, pc);
        v.t.irqsOff = Math.max(0, v.t.irqsOff + (enabled ? -1 : 1));
      }),
    ])
    .with({ op: 'wfi' }, () => [])
    .with({ op: 'jump' }, ({ to }) => [
      (v) => {
        v.t.pc = to;
      },
    ])
    .with({ op: 'set', guessed: true }, (s) => guessRules(w, s))
    .with({ op: 'set' }, (s) => [
      next((v) => {
        v.t.regs[s.dst] = evaluate(v.t, s.value, s);
      }),
    ])
    .exhaustive();
}

/** Resolves the address; a bad pointer is a fault of the program, an unresolved one has to wait. */
function withTarget(
  w: Work,
  i: Instruction & { readonly addr: Address },
  then: (t: Target) => readonly Rule[],
): readonly Rule[] {
  const target = targetOf(w, i);
  if (target === null) return [];
  if ('bad' in target) {
    const { bad } = target;
    return [
      next((v, pc) => {
        fault(
          v,
          'bad pointer',
          bad === 0 ? 'dereferences NULL' : `dereferences ${bad}, which is no pointer`,
          pc,
        );
        say(v, pc, undefined, [v.t.fault!.why]);
      }),
    ];
  }
  return then(target);
}

/** A branch waits until its condition is known, so whatever is stored behind it does too. */
function branchRules(w: Work, i: Op<'branch'>): readonly Rule[] {
  const cond = evaluate(w.t, i.cond, i);
  const value = known(cond);
  if (value === null) return [];
  return [
    (v) => {
      v.t.vcap = Math.max(v.t.vcap, cond.pick);
      v.t.pc = isTrue(value) ? v.t.pc + 1 : i.otherwise;
    },
  ];
}

/** A chain of branches, each of which compares the value with a constant and goes on with that. */
function guessRules(w: Work, i: Op<'set'>): readonly Rule[] {
  const read = evaluate(w.t, i.value, i);
  const value = known(read);
  if (value === null) return [];
  return [
    next((v) => {
      v.t.vcap = Math.max(v.t.vcap, read.pick);
      v.t.regs[i.dst] = content(value);
    }),
  ];
}

function assertRules(w: Work, i: Op<'assert'>): readonly Rule[] {
  const value = known(evaluate(w.t, i.cond, i));
  if (value === null) return [];
  return [
    next((v, pc) => {
      say(v, pc);
      if (!isTrue(value)) fault(v, 'assertion', i.message, pc);
    }),
  ];
}
