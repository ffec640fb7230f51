/** Rewriting programs instruction by instruction: the same program under other rules. */
import type { Scenario } from '../machine.ts';
import type { Expr } from '../program/expression.ts';
import type { Instruction, Operation, Program } from '../program/instruction.ts';
import type { FinalState } from './outcomes.ts';

/** A scenario whose final states count if they pass. */
export interface Variant {
  readonly scenario: Scenario;
  passes(final: FinalState): boolean;
}

/** Every instruction replaced by some, or by itself (null); branches lead where they led. */
export function rewrite(
  program: Program,
  of: (i: Instruction, pc: number) => readonly Operation[] | null,
): Program {
  const pieces = program.code.map((i, pc): readonly Instruction[] => {
    const others = of(i, pc);
    return others === null ? [i] : others.map((o) => ({ ...o, at: i.at }));
  });
  const starts = [0];
  for (const piece of pieces) starts.push(starts.at(-1)! + piece.length);
  const code = pieces.flat().map((i): Instruction => {
    if (i.op === 'jump') return { ...i, to: starts[i.to]! };
    return i.op === 'branch' ? { ...i, otherwise: starts[i.otherwise]! } : i;
  });
  return { ...program, code };
}

/** More guesses than this would be too many variants. */
const MOST_GUESSES = 5;

/** A yes or no that is guessed, and holds in the final states that count: what an instruction becomes with each
 *  guess, `claim` = the register that must not hold 0 at the end. */
export type Guessed = (i: Instruction, claim: string) => ((yes: boolean) => readonly Operation[]) | null;

/** One variant for each way to guess; null if there is nothing to guess, or too much. */
export function guessing(scenario: Scenario, of: Guessed): readonly Variant[] | null {
  const sites = scenario.programs.flatMap((p, thread) =>
    p.code.flatMap((i, pc) => (of(i, claimAt(pc)) === null ? [] : [{ thread, pc }])),
  );
  if (sites.length === 0 || sites.length > MOST_GUESSES || scenario.programs.some(hasLoop)) return null;
  return Array.from({ length: 2 ** sites.length }, (_, n): Variant => {
    const guess = (thread: number, pc: number): boolean =>
      ((n >> sites.findIndex((s) => s.thread === thread && s.pc === pc)) & 1) === 1;
    const programs = scenario.programs.map((p, thread) => {
      const claims = sites.filter((s) => s.thread === thread).map((s) => claimAt(s.pc));
      const guessed = rewrite(p, (i, pc) => of(i, claimAt(pc))?.(guess(thread, pc)) ?? null);
      return {
        ...guessed,
        initial: { ...p.initial, ...Object.fromEntries(claims.map((name) => [name, 1])) },
        observed: [...p.observed, ...claims],
      };
    });
    return {
      scenario: { ...scenario, programs },
      passes: ({ registers }) => sites.every((s) => registers[s.thread]![claimAt(s.pc)] !== 0),
    };
  });
}

const claimAt = (pc: number): string => `%claim ${pc}`;

const hasLoop = (p: Program): boolean =>
  p.code.some((i, pc) => (i.op === 'jump' && i.to <= pc) || (i.op === 'branch' && i.otherwise <= pc));

export const claiming = (claim: string, value: Expr): Operation => ({ op: 'set', dst: claim, value });
