/** The workers on one job, as the main thread sees them. */
import { memoryGuard } from '../explore/memory.ts';
import type { CheckOptions, Progress } from '../explore/options.ts';
import type { Standing } from '../explore/team.ts';
import type { Handover } from './handover.ts';
import type { Pool } from './pool.ts';
import type { Share } from './share.ts';
import { common, floatOf, lineOf, own, type Shared } from './shared.ts';

/** Milliseconds between two looks at how far they are. */
const LOOK_EVERY = 20;
/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 200;
/** Milliseconds in which they must have stopped when they are told to: a model function may take for ever. */
const PATIENCE = 5000;

/** Why the main thread wanted them to end. */
export interface Stop {
  readonly bound: 'interrupted' | 'memory';
  readonly what: string;
}

export interface Explored {
  readonly shares: readonly Share[];
  readonly stop: Stop | null;
}

export interface Crew {
  readonly shared: Shared;
  /** Whether all of them have built the system. An error if one could not. */
  isReady(): boolean;
  /** Waits until they may be ready. */
  gettingReady(): Promise<void>;
  /** Lets them finish the exploration. Null if they cannot tell how it ends: there is something to make a trace to, or
   *  one of them broke down. */
  explore(handover: Handover, standing: Standing, options: CheckOptions): Promise<Explored | null>;
  /** They are no longer needed. */
  leave(): void;
}

/** Calls the threads of `pool` to work on the system that they build from `source`. */
export function crewOf(pool: Pool, source: unknown): Crew {
  const job = pool.job();
  const { shared, answers } = job;
  job.tell((number) => ({ kind: 'build', job: number, source, shared }));
  let isExploring = false;
  const count = (kind: 'ready' | 'explored'): number =>
    answers.filter((answer) => answer.kind === kind).length;

  async function explore(handover: Handover, standing: Standing, options: CheckOptions) {
    const { signal, onProgress, memoryLimit } = options;
    const guard = memoryGuard(memoryLimit);
    job.tell((number) => ({ kind: 'explore', job: number, handover }));
    isExploring = true;
    let reported = performance.now();
    let stop: Stop | null = null;
    let patience = Number.POSITIVE_INFINITY;
    while (job.failure === null && count('explored') < pool.workers) {
      await job.news(LOOK_EVERY);
      const now = performance.now();
      if (now > patience) return null;
      if (stop === null) {
        const full = guard.look(sumOf(shared, own.growth));
        if (signal?.aborted) stop = { bound: 'interrupted', what: 'interrupted' };
        else if (full !== null) stop = { bound: 'memory', what: full };
        if (stop !== null) {
          Atomics.store(shared.control, common.abort, 1);
          patience = now + PATIENCE;
        }
      }
      if (now - reported < REPORT_EVERY) continue;
      reported = now;
      onProgress?.(progressOf(shared, standing));
    }
    if (job.failure !== null) return null;
    isExploring = false;
    const shares = answers.flatMap((answer) => (answer.kind === 'explored' ? [answer.share] : []));
    return shares.some(({ ending }) => ending === 'again') ? null : { shares, stop };
  }

  return {
    shared,
    isReady: () => {
      if (job.failure !== null) throw job.failure;
      return count('ready') === pool.workers;
    },
    gettingReady: () => job.news(LOOK_EVERY),
    explore,
    leave: () => job.leave(count('ready') === pool.workers && !isExploring),
  };
}

/** How far they are, by what they last said. */
function progressOf(shared: Shared, { exploration, started }: Standing): Progress {
  const { control, workers } = shared;
  const lines = Array.from({ length: workers }, (_, w) => lineOf(w));
  const sum = (what: number): number => lines.reduce((all, line) => all + control[line + what]!, 0);
  const states = sum(own.states);
  const seconds = (performance.now() - started) / 1000;
  return {
    states,
    frontier: states - sum(own.expanded),
    transitions: exploration.transitions + sumOf(shared, own.transitions),
    depth: Math.max(...lines.map((line) => control[line + own.level]!)) + 1,
    seconds,
    statesPerSecond: states / seconds,
  };
}

/** The sum of a float over all workers. */
function sumOf(shared: Shared, at: number): number {
  return Array.from({ length: shared.workers }, (_, w) => floatOf(shared, w, at)[0]!).reduce(
    (a, b) => a + b,
    0,
  );
}
