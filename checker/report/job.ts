/** A job is one (spec, variant, memory model): what was run, what was expected, and what came of it. */
import type { RandomWalks } from '../explore/options.ts';
import type { Outcome } from '../outcome.ts';
import type { Expectation, Spec, Variant } from '../spec.ts';
import type { Statement } from '../system.ts';

export interface Job {
  readonly spec: Spec;
  readonly variant: Variant;
  readonly model: string;
  readonly expected: Expectation;
}

/** How the state space was searched: what a reader needs in order to get the same numbers again. */
export interface Search {
  /** Absent: explicit. */
  readonly engine?: 'symbolic';
  readonly search: 'bfs' | 'dfs' | 'random';
  /** Null if there was no bound. */
  readonly maxStates: number | null;
  /** Bytes that the process was allowed; absent if the user named no limit. */
  readonly memoryLimit?: number;
  /** False if every state was to be explored, whatever symmetries the system declares. */
  readonly symmetry?: false;
  /** Given if only fingerprints of states were kept: of which seed. */
  readonly fingerprintSeed?: number;
  /** Threads that were to share the work, if more than one; what they find does not depend on it. */
  readonly workers?: number;
  /** Which walks, if they were random. */
  readonly random?: RandomWalks;
}

/** What came of a job: an outcome, a fault of ours (a model bug), or nothing because the run was interrupted. */
export type Result =
  | {
      readonly kind: 'outcome';
      readonly outcome: Outcome;
      /** All statements and witnesses of the system, so that a reader learns what was *not* covered. */
      readonly statements: readonly Statement[];
      readonly witnesses: readonly string[];
    }
  | { readonly kind: 'fault'; readonly message: string; readonly stack: string }
  | { readonly kind: 'not run' };

export interface FinishedJob extends Job {
  readonly result: Result;
}

/** How messages call a job: `spec/variant (model)`. */
export function jobName(job: Job): string {
  return `${job.spec.name}/${job.variant.name} (${job.model})`;
}

/** Whether the user stopped the job before it had a verdict. */
export function wasInterrupted({ result }: FinishedJob): boolean {
  if (result.kind === 'not run') return true;
  if (result.kind === 'fault') return false;
  const { verdict } = result.outcome;
  return verdict.kind === 'incomplete' && verdict.bound === 'interrupted';
}
