/** A worker thread's life: for each job, it builds the system by itself, is given what was found so far, and explores
 *  its share. */
import { parentPort, workerData } from 'node:worker_threads';
import type { System } from '../system.ts';
import type { Handover } from './handover.ts';
import { exploreShare, type Share } from './share.ts';
import type { Shared } from './shared.ts';

/** What a worker is told. */
export type Task =
  /** `source` says what to build: a JSON value. */
  | { readonly kind: 'build'; readonly job: number; readonly source: unknown; readonly shared: Shared }
  | { readonly kind: 'explore'; readonly job: number; readonly handover: Handover };

/** What it answers. */
export type Answer =
  | { readonly kind: 'ready'; readonly job: number }
  | { readonly kind: 'explored'; readonly job: number; readonly share: Share };

/** To be called by the entry of a worker; `build` makes the system that the main thread has. */
export function work(build: (source: unknown) => System): void {
  const port = parentPort;
  if (port === null) throw new Error('this is for worker threads');
  const me = workerData as number;
  let explore: ((handover: Handover) => Share) | null = null;
  port.on('message', (task: Task) => {
    const { job } = task;
    if (task.kind === 'build') {
      const { source, shared } = task;
      const system = build(source);
      explore = (handover) => exploreShare(system, shared, me, handover);
      port.postMessage({ kind: 'ready', job } satisfies Answer);
    } else if (explore !== null) {
      const share = explore(task.handover);
      explore = null;
      port.postMessage({ kind: 'explored', job, share } satisfies Answer);
    }
  });
}
