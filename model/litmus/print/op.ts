import type { Loc } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import type { Instruction } from '../../program/instruction.ts';

/** What a CPU does that matters in a litmus test: an access, or what orders accesses. */
export interface Op {
  readonly what:
    | 'load'
    | 'store'
    | 'rmw'
    | 'cas'
    | 'fence'
    | 'lock'
    | 'unlock'
    | 'rcu'
    | 'synchronize'
    /** A store that stands for a free, and the call that has RCU free later. */
    | 'free'
    | 'call';
  readonly i: Instruction;
  readonly loc: Loc | null;
  /** Of calls and frees: the object. */
  readonly object?: string;
  readonly read?: Value | undefined;
  readonly written?: Value | undefined;
  readonly operand?: Value | undefined;
  /** The load whose value is the address, and the one whose value is stored. */
  readonly base: Op | null;
  readonly from: Op | null;
  /** Loads that branches before it depend on, and no branch before those. */
  readonly tests: readonly Op[];
  /** It depends on a load in a way that is lost. */
  readonly lost: boolean;
}
