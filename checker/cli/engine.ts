/** The parts of the checker that the commands call; tests put others in their place. */
import { check } from '../explore/check.ts';
import type { Team } from '../explore/team.ts';
import type { Exporter } from '../export/formats.ts';
import type { Locate } from '../gate/locate.ts';
import type { Runner } from '../jobs/runner.ts';
import type { Programs } from '../matrix/changes.ts';
import { replay } from '../trace/replay.ts';

export interface Engine {
  readonly check: typeof check;
  readonly replay: typeof replay;
  /** So many workers that build the job's system by themselves; absent where no other thread knows the specs. */
  team?(job: JobSource, workers: number): Team;
  /** Threads that take whole jobs, so many at once; absent where no other thread knows the specs. */
  runner?(atOnce: number): Runner;
  /** What can be changed in the specs' programs; absent where nothing is known of programs. */
  readonly programs?: Programs;
  /** Where in the sources variants and functions are written down. */
  locate?(): Locate;
  /** A hash of the sources that this process runs, for checkpoints. */
  sources?(): string;
  /** Formats of traces that only whoever knows the model can make, by their names. */
  readonly exporters?: Readonly<Record<string, Exporter>>;
}

/** A job as it is told to other threads. */
export interface JobSource {
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
}

/** The real ones. */
export const engine: Engine = { check, replay };
