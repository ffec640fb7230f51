/** The parts of the checker that the commands call; tests put others in their place. */
import { check } from '../explore/check.ts';
import { replay } from '../trace/replay.ts';

export interface Engine {
  readonly check: typeof check;
  readonly replay: typeof replay;
}

/** The real ones. */
export const engine: Engine = { check, replay };
