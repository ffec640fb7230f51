/** Runs jobs wherever there is room: here, or several at once in threads of their own. */
import type { Progress } from '../explore/options.ts';
import type { Result, Search } from '../report/job.ts';

/** A job as it is told to other threads: plain data. */
export interface Task {
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
  /** A change to the programs, which whoever builds the system knows how to make; JSON. */
  readonly change?: unknown;
  readonly search: Search;
}

export interface TaskOptions {
  readonly signal: AbortSignal;
  onProgress?(progress: Progress): void;
}

/** Where tasks run. */
export interface Runner {
  /** How many run at the same time. */
  readonly atOnce: number;
  /** Never throws for what a task does: a fault is a result. */
  run(task: Task, options: TaskOptions): Promise<Result>;
  /** Ends all threads. */
  close(): Promise<void>;
}
