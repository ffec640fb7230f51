/** What a thread of a runner does: it builds the system of a task and checks it. */
import type { MessagePort } from 'node:worker_threads';
import { check } from '../explore/check.ts';
import type { Progress } from '../explore/options.ts';
import type { Result } from '../report/job.ts';
import type { System } from '../system.ts';
import type { Task } from './runner.ts';
import { taskResult } from './task.ts';

/** A task, and where to tell of its progress; whatever comes from there means that it shall stop. */
export interface Wanted {
  readonly task: Task;
  readonly port: MessagePort;
}

export type Told = Progress;

/** Serves tasks whose systems `build` builds. */
export function taskServer(build: (task: Task) => System): (wanted: Wanted) => Promise<Result> {
  return async ({ task, port }) => {
    const controller = new AbortController();
    port.on('message', () => controller.abort());
    const onProgress = (progress: Told): void => port.postMessage(progress);
    try {
      return await taskResult(() => build(task), check, task.search, {
        signal: controller.signal,
        onProgress,
      });
    } finally {
      port.close();
    }
  };
}
