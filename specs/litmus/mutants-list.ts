/** Every rule of the memory model (semantics.md 1.2, 2, 7), and how to break it. */
import { atomicMutants } from './mutants-atomics.ts';
import { deferralMutants } from './mutants-deferral.ts';
import type { Family } from './mutants-families.ts';
import { lagMutants } from './mutants-lag.ts';
import { orderMutants } from './mutants-order.ts';
import { rcuMutants } from './mutants-rcu.ts';

export interface Mutant {
  /** Section and row, and what becomes of it. */
  readonly rule: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly family: Family;
  /** Why no test can tell, if none can. */
  readonly equivalent?: string;
}

export const mutants: readonly Mutant[] = [
  ...orderMutants,
  ...atomicMutants,
  ...deferralMutants,
  ...lagMutants,
  ...rcuMutants,
];
