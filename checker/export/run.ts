/** What is exported: a counterexample, replayed, with every state that it goes through. */
import type { Trace } from '../outcome.ts';
import { ModelBug, type System } from '../system.ts';
import { follow } from '../trace/replay.ts';
import { initialValues, type Values } from '../trace/take.ts';

export interface ExportedRun {
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
  readonly system: System;
  readonly trace: Trace;
  /** The state before step `i`, from 0; one more than there are steps. */
  readonly states: readonly Values[];
}

/** The states of a trace that can be replayed. */
export function statesOf(system: System, { steps }: Pick<Trace, 'steps'>): readonly Values[] {
  const states = [initialValues(system)];
  const done = follow(system, steps, (_, values) => states.push(values));
  if ('enabled' in done) throw new ModelBug(`step ${done.at + 1} was taken before and cannot be taken now`);
  return states;
}

/** One line that says what was checked. */
export const titleOf = ({ spec, variant, model }: Pick<ExportedRun, 'spec' | 'variant' | 'model'>): string =>
  `${spec}, "${variant}", memory model ${model}`;
