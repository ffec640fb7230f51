/** What Armv8 orders and the kernel's memory model does not, each as a way to run a test without it. A test that Armv8
 *  forbids, and that it allows without one of these, is forbidden because of that. */
import type { Scenario } from '../machine.ts';
import { binary, not, reg } from '../program/expression.ts';
import { ahead, readsMemory, writesMemory } from '../program/flow.ts';
import type { Instruction, Operation, Program } from '../program/instruction.ts';
import { withCopies } from './copies.ts';
import { claiming, type Guessed, guessing, rewrite, type Variant } from './rewrite.ts';

export interface Armv8Property {
  /** As a clause after "because". */
  readonly name: string;
  /** The scenario without it, in as many variants as it takes; null if it makes no difference, or cannot be told. */
  without(scenario: Scenario): readonly Variant[] | null;
}

export const armv8Properties: readonly Armv8Property[] = [
  {
    name: 'a store reaches all other CPUs at once (other-multi-copy atomicity)',
    without: withCopies,
  },
  {
    name: 'smp_rmb(), a DMB ISHLD, also orders loads before stores',
    without: (scenario) => rewritten(scenario, dropUselessLoadFence),
  },
  {
    name: 'a control dependency reaches beyond the end of its if',
    without: (scenario) => guessing(scenario, guessBranchIn(scenario)),
  },
  {
    name: 'a cmpxchg() that fails has acquired',
    without: (scenario) => guessing(scenario, guessCas),
  },
  {
    name: 'a store-release is ordered before a later load-acquire (RCsc)',
    without: (scenario) =>
      rewritten(
        scenario,
        () => (i) => (i.op === 'load' && i.order === 'acquire' ? [{ ...i, order: 'acquirePC' }] : null),
      ),
  },
];

/** All variants of all properties that make a difference, one after the other; null if none does. */
export function withoutAll(scenario: Scenario): readonly Variant[] | null {
  let variants: readonly Variant[] = [{ scenario, passes: () => true }];
  let changed = false;
  // Copies last: they change what the others look at.
  for (const property of [...armv8Properties].reverse()) {
    variants = variants.flatMap((before) => {
      const after = property.without(before.scenario);
      if (after === null) return [before];
      changed = true;
      return after.map((v) => ({ ...v, passes: (final) => before.passes(final) && v.passes(final) }));
    });
  }
  return changed ? variants : null;
}

type Replace = (program: Program) => (i: Instruction, pc: number) => readonly Operation[] | null;

function rewritten(scenario: Scenario, replace: Replace): readonly Variant[] | null {
  let changed = false;
  const programs = scenario.programs.map((p) => {
    const of = replace(p);
    return rewrite(p, (i, pc) => {
      const others = of(i, pc);
      changed ||= others !== null;
      return others;
    });
  });
  return changed ? [{ scenario: { ...scenario, programs }, passes: () => true }] : null;
}

/** A load fence that no load follows orders only stores after it. */
const dropUselessLoadFence: Replace = (program) => {
  const loads = ahead<'load'>(program, (i) => (readsMemory(i) ? ['load'] : []));
  return (i, pc) => (i.op === 'fence' && i.access === 'load' && loads[pc]!.size === 0 ? [] : null);
};

/** Guesses which way an if goes instead of waiting for its condition, if no store is inside: those after its end do
 *  not depend on it then. */
function guessBranchIn(scenario: Scenario): Guessed {
  const free = new Set(
    scenario.programs.flatMap(({ code }) =>
      code.filter((i, pc) => i.op === 'branch' && !inside(code, pc, i.otherwise).some(effective)),
    ),
  );
  return (i, claim) => {
    if (i.op !== 'branch' || !free.has(i)) return null;
    return (yes) =>
      yes ? [claiming(claim, i.cond)] : [claiming(claim, not(i.cond)), { op: 'jump', to: i.otherwise }];
  };
}

/** The code of both arms. */
function inside(code: readonly Instruction[], pc: number, otherwise: number): readonly Instruction[] {
  const last = code[otherwise - 1];
  return code.slice(pc + 1, last?.op === 'jump' ? Math.max(otherwise, last.to) : otherwise);
}

const effective = (i: Instruction): boolean => writesMemory(i) || i.op === 'fence' || i.op === 'rcu';

/** Guesses how a cmpxchg() ends: as before, or as a load. */
const guessCas: Guessed = (i, claim) => {
  if (i.op !== 'cas' || i.dst === null || !i.acquire) return null;
  const { dst, addr } = i;
  const kept = `${claim} expected`;
  const expected = reg(kept);
  return (yes) => [
    { op: 'set', dst: kept, value: i.expected },
    yes ? { ...i, expected } : { op: 'load', dst, addr, order: 'plain', exclusive: false },
    claiming(claim, binary(yes ? 'eq' : 'ne', reg(dst), expected)),
  ];
};
