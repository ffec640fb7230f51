/** START HERE for several cores: worker threads that take over what the exploration in the main thread has begun, once
 *  it has turned out to be worth it. They prove and count. Whatever needs a trace is left to the main thread's
 *  exploration, which goes on from where it was: what it finds does not depend on who else was looking. */
import { setImmediate as aMoment } from 'node:timers/promises';
import type { CheckOptions } from '../explore/options.ts';
import type { Standing, Team } from '../explore/team.ts';
import { type Crew, crewOf } from './crew.ts';
import { handoverOf } from './handover.ts';
import type { Pool } from './pool.ts';
import { outcomeOf } from './together.ts';

/** Finding so many states takes less time than starting workers does. */
const PILOT = 30_000;
/** Workers run each of the model's functions again that the main thread has run. They pay once this share of the time is
 *  spent there, looked at over so many milliseconds. */
const LEARNING = 0.2;
const WHILE = 50;
/** States between two turns of signals and timers. */
const SLICE = 1000;

export interface TeamOptions {
  /** States that the main thread finds alone before it calls for workers. */
  readonly pilot?: number;
  /** Whether it calls for them then in any case, and waits for them. If not, it goes on as long as they would not pay,
   *  and while they get ready, and they may come too late. */
  readonly waits?: boolean;
}

/** A team that is called for when a system turns out to be large. Its workers build the system from `source`, a JSON
 *  value. */
export function teamOf(
  pool: Pool,
  source: unknown,
  { pilot = PILOT, waits = false }: TeamOptions = {},
): Team {
  let crew: Crew | null = null;
  let isOver = false;
  const hasLearned = waits ? () => true : learningOf();
  const dismiss = (): void => {
    isOver = true;
    crew?.leave();
  };
  return {
    async takeOver(standing, options) {
      if (isOver || standing.exploration.visited.count < pilot || !hasLearned(standing)) return null;
      if (!isForTeams(standing, options)) {
        dismiss();
        return null;
      }
      crew ??= crewOf(pool, source);
      while (waits && !crew.isReady()) await crew.gettingReady();
      if (!crew.isReady() || !(await isAtLevelEnd(standing, options))) return null;
      const explored = await crew.explore(handoverOf(standing, options, crew.shared), standing, options);
      dismiss();
      standing.frontier.pause?.(false);
      return explored === null ? null : outcomeOf(standing, explored, crew.shared);
    },
    dismiss,
  };
}

/** Tells whether the model's functions have been run on nearly all that they will be asked. */
function learningOf(): (standing: Standing) => boolean {
  let at = performance.now();
  let slow = 0;
  let isPast = false;
  return ({ tables: { slowSeconds } }) => {
    const now = performance.now();
    if (isPast || now - at < WHILE) return isPast;
    isPast = (1000 * (slowSeconds - slow)) / (now - at) < LEARNING;
    at = now;
    slow = slowSeconds;
    return isPast;
  };
}

/** What depends on the order in which states are found, or needs the graph of all of them, is for one thread; so is what
 *  shall be kept in checkpoints. */
function isForTeams(
  { system, exploration }: Standing,
  { search, onTerminal, checkpoint }: CheckOptions,
): boolean {
  const isOrdered = search !== 'bfs' || onTerminal !== undefined || checkpoint !== undefined;
  return !isOrdered && system.mustEnd !== true && exploration.stuck === null;
}

/** Goes on to the end of a level; false if that ended the exploration, or somebody wants it to end. */
async function isAtLevelEnd({ frontier, exploration }: Standing, { signal }: CheckOptions): Promise<boolean> {
  frontier.pause?.(true);
  while (signal?.aborted !== true && exploration.advance(SLICE)) await aMoment();
  const { broken, stuck, stopped } = exploration;
  const canHandOver = broken === null && stuck === null && stopped === null && frontier.size() > 0;
  if (canHandOver && signal?.aborted !== true) return true;
  frontier.pause?.(false);
  return false;
}
