/** What may be said of a system of whose states only fingerprints were kept: what was found is so, but something may
 *  have been missed; and a trace is found by exploring again, exactly, up to the same place. */
import type { Outcome } from '../outcome.ts';
import { type System, UsageError } from '../system.ts';
import type { Exploration } from './explore.ts';
import { collisionOdds } from './fingerprints.ts';
import { memoryGuard } from './memory.ts';
import type { CheckOptions, Run } from './options.ts';

/** An explicit run. */
type Explicit = Run & { readonly standing: { readonly exploration: Exploration } };

/** Refuses what needs the states themselves. */
export function refuseBesideFingerprints({ search, checkpoint, resume }: CheckOptions): void {
  if (search !== 'bfs') throw new UsageError('Fingerprints are for the search bfs.');
  if (checkpoint ?? resume) throw new UsageError('Fingerprints cannot be kept in a checkpoint.');
}

/** The outcome of `run`, which kept fingerprints. `exactly` begins a run that keeps states. */
export function byFingerprints(
  { mustEnd }: System,
  run: Explicit,
  options: CheckOptions,
  exactly: () => Explicit,
): Outcome {
  const { exploration } = run.standing;
  if (mustEnd && exploration.stuck === null) {
    exploration.stop('fingerprint', 'fingerprints do not tell whether there are runs that never end');
  }
  const outcome = run.outcome();
  const { verdict } = outcome;
  const odds = collisionOdds(outcome.effort.states);
  switch (verdict.kind) {
    case 'holds':
      return { ...outcome, verdict: { ...verdict, odds } };
    case 'vacuous':
      return { ...outcome, verdict: { ...verdict, reasons: [...verdict.reasons, oddsSentence(odds)] } };
    case 'violated':
    case 'deadlock': {
      const again = repeated(exactly(), verdict.kind === 'deadlock', options).verdict;
      if ('trace' in again) return { ...outcome, verdict: again };
      const why = 'why' in again ? again.why : 'it was not found again';
      const ending = `${verdict.why} (no steps, as looking for them needs the states themselves: ${why})`;
      return { ...outcome, verdict: { ...verdict, trace: { ...verdict.trace, ending } } };
    }
    default:
      return outcome;
  }
}

/** The outcome of an exact run up to what was found. */
function repeated(run: Explicit, deadlock: boolean, { memoryLimit, signal }: CheckOptions): Outcome {
  const guard = memoryGuard(memoryLimit);
  const { exploration } = run.standing;
  while (run.advance(1024) && !run.ended()) {
    const full = guard.look(run.growth?.() ?? 0);
    if (full !== null) run.stop('memory', full);
    if (signal?.aborted || (deadlock && exploration.stuck !== null)) run.stop('interrupted', 'interrupted');
    if (run.ended()) break;
  }
  return run.outcome();
}

/** What the odds are about. */
export function oddsSentence(odds: number): string {
  return (
    `Of states only 64-bit fingerprints were kept: at odds of at most ${odds.toExponential(1)}, one was taken for ` +
    'another, and it and what follows it were missed.'
  );
}
