/** What a checkpoint says beside its sections of states and values. */
import type { Exploration } from '../explore/explore.ts';
import type { Layout } from '../intern/layout.ts';
import type { ToldCoverage } from '../property/coverage.ts';
import type { JudgeRecord } from '../property/judge.ts';
import type { About } from './about.ts';

export interface Summary extends About {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly stuck: Exploration['stuck'];
  readonly layout: { readonly [K in keyof Layout]: Layout[K] extends number ? number : readonly number[] };
  /** How many values each component had. */
  readonly values: readonly number[];
  /** What the next layout will hang on. */
  readonly growth: { readonly counts: readonly number[]; readonly heat: readonly number[] };
  readonly judge: JudgeRecord;
  readonly coverage: ToldCoverage;
  readonly frontier: { readonly numbers: readonly number[]; readonly lists: number };
  /** How many lists the queue makes. */
  readonly queued: number;
  readonly cost: { readonly slowCalls: number; readonly lookups: number; readonly slowSeconds: number };
}
