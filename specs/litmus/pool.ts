/** Examines many files, on several threads if there is enough to do. */
import { Worker } from 'node:worker_threads';
import type { Report } from '../../model/litmus/examine.ts';
import { type Job, work } from './work.ts';

/** Fewer files than this for each thread are done sooner than a thread is started. */
const WORTH_A_THREAD = 25;

/** Reports in the order of the jobs. `onReport` is told of each when it is there. */
export async function examineAll(
  jobs: readonly Job[],
  threads: number,
  onReport: (index: number, report: Report) => void = () => {},
): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const keep = (index: number, report: Report): void => {
    reports[index] = report;
    onReport(index, report);
  };
  const useful = Math.min(threads, Math.floor(jobs.length / WORTH_A_THREAD));
  if (useful > 1) await onThreads(jobs, useful, keep);
  else jobs.forEach((job, index) => void keep(index, work(job)));
  return reports;
}

async function onThreads(
  jobs: readonly Job[],
  threads: number,
  keep: (index: number, report: Report) => void,
): Promise<void> {
  let next = 0;
  const oneThread = async (): Promise<void> => {
    let worker: Worker | null = null;
    while (next < jobs.length) {
      const index = next++;
      worker ??= new Worker(new URL('./worker.mjs', import.meta.url));
      const report = await ask(worker, jobs[index]!);
      if (report.lost) worker = null;
      keep(index, report.report);
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: threads }, oneThread));
}

/** A worker that ran out of memory is lost, and so is only what it was doing. */
function ask(worker: Worker, job: Job): Promise<{ readonly report: Report; readonly lost: boolean }> {
  return new Promise((resolve, reject) => {
    const onMessage = (report: Report): void => {
      worker.off('error', onError);
      resolve({ report, lost: false });
    };
    const onError = (error: NodeJS.ErrnoException): void => {
      worker.off('message', onMessage);
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') reject(new Error(`in ${job.path}`, { cause: error }));
      else resolve({ report: { kind: 'incomplete', why: 'memory ran out', seconds: 0 }, lost: true });
    };
    worker.once('message', onMessage);
    worker.once('error', onError);
    worker.postMessage(job);
  });
}
