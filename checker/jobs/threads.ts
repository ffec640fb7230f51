/** Tasks in threads of their own, several at once. The threads start with their first tasks. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import type { Result } from '../report/job.ts';
import type { Runner, Task } from './runner.ts';
import { fault } from './task.ts';
import type { Told, Wanted } from './thread.ts';

/** A runner of `atOnce` threads, each of which runs the module `entry`, whose default export is a `taskServer`. */
export function threadRunner(entry: URL, atOnce: number): Runner {
  let pool: Promise<Pool> | null = null;

  async function run(task: Task, signal: AbortSignal, told: (progress: Told) => void): Promise<Result> {
    pool ??= poolOf(entry, atOnce);
    const { port1: here, port2: there } = new MessageChannel();
    const stop = (): void => here.postMessage('stop');
    here.on('message', told);
    signal.addEventListener('abort', stop);
    try {
      const wanted: Wanted = { task, port: there };
      return (await (await pool).run(wanted, { transferList: [there] })) as Result;
    } catch (error) {
      return lost(error);
    } finally {
      signal.removeEventListener('abort', stop);
      here.close();
    }
  }

  return {
    atOnce,
    run: async (task, { signal, onProgress }) =>
      signal.aborted ? { kind: 'not run' } : run(task, signal, (progress) => onProgress?.(progress)),
    close: async () => {
      if (pool === null) return;
      const open = pool;
      pool = null;
      await (await open).destroy();
    },
  };
}

type Pool = InstanceType<typeof import('tinypool').Tinypool>;

/** tinypool starts its threads from a file beside itself, so that it cannot be part of a bundle. */
async function poolOf(entry: URL, threads: number): Promise<Pool> {
  const path = createRequire(import.meta.url).resolve('tinypool');
  const { Tinypool } = (await import(pathToFileURL(path).href)) as typeof import('tinypool');
  return new Tinypool({ filename: entry.href, minThreads: 0, maxThreads: threads, idleTimeout: 10_000 });
}

/** What became of a task whose thread broke down. */
function lost(error: unknown): Result {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY') return fault(error);
  const why =
    'the JavaScript heap of its thread is full; run it alone (--jobs 1), or with NODE_OPTIONS=--max-old-space-size';
  return { kind: 'fault', message: why, stack: '' };
}
