/** Others who may finish what an exploration has begun. */
import type { Tables } from '../intern/tables.ts';
import type { Outcome } from '../outcome.ts';
import type { Judge } from '../property/judge.ts';
import type { Reduced } from '../symmetry/reduction.ts';
import type { System } from '../system.ts';
import type { Exploration } from './explore.ts';
import type { Frontier } from './frontier.ts';
import type { CheckOptions } from './options.ts';
import type { Successors } from './successors.ts';

/** An exploration under way, with all that belongs to it. */
export interface Standing {
  readonly system: System;
  readonly tables: Tables;
  /** Null if every state stands for itself. */
  readonly reduced: Reduced | null;
  readonly successors: Successors;
  readonly judge: Judge;
  readonly frontier: Frontier;
  readonly exploration: Exploration;
  /** By the clock of `performance`. */
  readonly started: number;
}

export interface Team {
  /** Asked between the slices of an exploration: whether to finish it, and how it ended. Null: it shall go on by
   *  itself, for now or for ever. An error is for whoever began the exploration. */
  takeOver(standing: Standing, options: CheckOptions): Promise<Outcome | null>;
  /** Told what is left of an exploration that ended without them. */
  ended?(standing: Standing): void;
  /** They are no longer needed. */
  dismiss(): void;
}
