/** The trace of a finished job and what stands above it. */
import type { Trace } from '../outcome.ts';
import type { FinishedJob } from '../report/job.ts';

/** The job's trace, or null if its verdict has none. */
export function traceOf({ result }: FinishedJob): Trace | null {
  if (result.kind !== 'outcome') return null;
  const { verdict } = result.outcome;
  return 'trace' in verdict ? verdict.trace : null;
}

interface Named {
  readonly name: string;
}

/** The lines above a trace: what was checked, and what was changed in the programs for that, if anything. */
export function traceTitle(
  { spec, variant, model }: { readonly spec: Named; readonly variant: Named; readonly model: string },
  change?: string,
): readonly string[] {
  const what = `${spec.name}, "${variant.name}", memory model ${model}`;
  return change === undefined ? [`${what}:`] : [`${what}, with a change:`, change];
}
