/** Every rule of the memory model (semantics.md 1.2, 2, 7), and how to break it. */
import type { Mutant } from './mutant.ts';
import { atomicMutants } from './mutants-atomics.ts';
import { deferralMutants } from './mutants-deferral.ts';
import { lagMutants } from './mutants-lag.ts';
import { lateMutants } from './mutants-late.ts';
import { orderMutants } from './mutants-order.ts';
import { rcuMutants } from './mutants-rcu.ts';

export const mutants: readonly Mutant[] = [
  ...orderMutants,
  ...atomicMutants,
  ...deferralMutants,
  ...lagMutants,
  ...rcuMutants,
  ...lateMutants,
];
