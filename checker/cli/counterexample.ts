/** The trace of a finished job and what stands above it. */
import type { Trace } from '../outcome.ts';
import type { FinishedJob } from '../report/job.ts';

/** The job's trace, or null if its verdict has none. */
export function traceOf({ result }: FinishedJob): Trace | null {
  if (result.kind !== 'outcome') return null;
  const { verdict } = result.outcome;
  return 'trace' in verdict ? verdict.trace : null;
}

interface Described {
  readonly spec: { readonly name: string; readonly title?: string };
  readonly variant: { readonly name: string; readonly about?: string };
  readonly model: string;
}

/** The lines above a trace: what was checked, and what was changed in the programs for that, if anything. */
export function traceTitle({ spec, variant, model }: Described, change?: string): readonly string[] {
  const what = `${spec.name}, variant "${variant.name}", memory model ${model}`;
  const about = [spec.title, variant.about].filter((text) => text !== undefined && text !== '').join('; ');
  return [
    change === undefined ? `${what}:` : `${what}, with a change:`,
    ...(about === '' ? [] : [about]),
    ...(change === undefined ? [] : [change]),
  ];
}
