/** One task, run where we are. */
import type { CheckOptions } from '../explore/options.ts';
import type { Team } from '../explore/team.ts';
import type { Outcome } from '../outcome.ts';
import type { Result, Search } from '../report/job.ts';
import { messageWithPlace } from '../report/place-in-spec.ts';
import type { System } from '../system.ts';

type Check = (system: System, options: CheckOptions, team?: Team) => Promise<Outcome>;

/** What `check` makes of the system that `build` makes. Never throws: whatever a job throws is a fault of ours, since
 *  the user's mistakes were found before any job was run. */
export async function resultOf(
  build: () => System,
  check: (system: System) => Promise<Outcome>,
): Promise<Result> {
  try {
    const system = build();
    const outcome = await check(system);
    const witnesses = system.witnesses.map(({ name }) => name);
    // As other threads can take them: without what only this one can tell of their places.
    const statements = system.statements.map(({ id, fn, text }) => ({ id, fn, text }));
    return { kind: 'outcome', outcome, statements, witnesses };
  } catch (error) {
    return fault(error);
  }
}

/** A task's result, given what builds its system. */
export function taskResult(
  build: () => System,
  check: Check,
  search: Search,
  { signal, onProgress }: Pick<CheckOptions, 'signal' | 'onProgress'>,
): Promise<Result> {
  const options: CheckOptions = {
    ...optionsOf(search),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  return resultOf(build, (system) => check(system, options));
}

/** How the engine is told of a search. */
export function optionsOf(search: Search): CheckOptions {
  const { maxStates, memoryLimit, fingerprintSeed, random, engine, symmetry } = search;
  return {
    search: search.search,
    ...(maxStates === null ? {} : { maxStates }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(fingerprintSeed === undefined ? {} : { fingerprintSeed }),
    ...(random === undefined ? {} : { random }),
    ...(engine === undefined ? {} : { engine }),
    ...(symmetry === undefined ? {} : { symmetry }),
  };
}

export function fault(error: unknown): Result {
  if (!(error instanceof Error)) return { kind: 'fault', message: String(error), stack: '' };
  return { kind: 'fault', message: messageWithPlace(error), stack: error.stack ?? '' };
}
