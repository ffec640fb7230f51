/** Worker threads that wait for jobs. They are started at once, as that takes longer than many a job, and again when one
 *  broke down. */
import { Worker } from 'node:worker_threads';
import { type Shared, sharedFor } from './shared.ts';
import type { Answer, Task } from './worker.ts';

/** A job that all threads of a pool work on. */
export interface Job {
  readonly shared: Shared;
  readonly answers: Answer[];
  /** Why a thread broke down, if one did. */
  failure: Error | null;
  /** Waits for the next answer or failure, but no longer than so many milliseconds. */
  news(atMost: number): Promise<void>;
  tell(task: (job: number) => Task): void;
  /** Leaves the threads to other jobs, if they are idle; ends them otherwise. */
  leave(areIdle: boolean): void;
}

export interface Pool {
  readonly workers: number;
  /** A new job; there is one at a time. */
  job(): Job;
  /** Ends all threads. */
  close(): void;
}

/** Threads that run the module `entry`, which calls `work`. */
export function poolOf(entry: URL, workers: number): Pool {
  let threads: readonly Worker[] = [];
  let jobs = 0;
  let current: Job | null = null;
  /** Called when there are news of the job. */
  let heard = (): void => {};

  function close(): void {
    for (const thread of threads) void thread.terminate();
    threads = [];
  }

  function start(me: number): Worker {
    const thread = new Worker(entry, { workerData: me });
    const fail = (error: unknown): void => {
      // Those that were told to end are not missed.
      if (!threads.includes(thread)) return;
      if (current !== null) current.failure ??= error instanceof Error ? error : new Error(String(error));
      close();
      heard();
    };
    thread.on('message', (answer: Answer) => {
      if (answer.job === jobs) current?.answers.push(answer);
      heard();
    });
    thread.on('error', fail);
    thread.on('messageerror', fail);
    thread.on('exit', (code) => fail(`a worker thread ended by itself, with exit code ${code}`));
    return thread;
  }

  function startAll(): void {
    threads = Array.from({ length: workers }, (_, me) => start(me));
  }

  function job(): Job {
    if (threads.length === 0) startAll();
    for (const thread of threads) thread.ref();
    const number = ++jobs;
    const it: Job = {
      shared: sharedFor(workers),
      answers: [],
      failure: null,
      news: (atMost) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, atMost);
          heard = () => {
            clearTimeout(timer);
            resolve();
          };
        }),
      tell: (task) => {
        for (const thread of threads) thread.postMessage(task(number));
      },
      leave: (areIdle) => {
        if (current !== it) return;
        current = null;
        if (!areIdle) close();
        for (const thread of threads) thread.unref();
      },
    };
    current = it;
    return it;
  }

  startAll();
  // Idle threads do not keep the process.
  for (const thread of threads) thread.unref();
  return { workers, job, close };
}
