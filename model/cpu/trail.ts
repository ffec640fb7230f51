/** What a step of a CPU did, one thing after the other, for whoever retells a run (../story/): which instructions it
 *  executed, and which accesses took effect. Nothing of it is known while states are explored. */
import type { Loc } from '../machine.ts';

export type Trail =
  | Effect
  /** An instruction is executed. */
  | { readonly kind: 'run'; readonly pc: number }
  /** A part of it is issued, and takes effect later. */
  | { readonly kind: 'issue'; readonly part: 'read' | 'write' };

/** An access, a fence, or something else that takes effect. */
export interface Effect {
  readonly kind: 'read' | 'write' | 'fence' | 'other';
  readonly pc: number;
  /** Null of what is no access to a cell. */
  readonly loc: Loc | null;
  /** What is read or written. */
  readonly value: string;
  /** What is written to instead of a cell: an SMMU's queue, or an object that is freed. */
  readonly to?: { readonly kind: 'queue' | 'life' | 'rcu'; readonly name: string };
  /** How many accesses of the same instruction were waiting that are older than this one; null if it did not wait. */
  readonly nth: number | null;
  /** How many stores to the cell it does not see yet. */
  readonly missed: number;
  /** Whether it reads the CPU's own store, which is not in memory yet. */
  readonly forwarded?: true;
  /** The line of the step's label that tells of it; -1 if none does. */
  readonly line: number;
}
