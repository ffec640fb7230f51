/** The line on stderr that says how a run goes; nothing if stderr is not a terminal. */
import type { Progress } from '../explore/options.ts';
import { type Job, jobName } from '../report/job.ts';
import { count, rate } from '../report/numbers.ts';
import type { Io, Sink } from './io.ts';

export interface ProgressLine {
  show(job: Job, at: string, progress: Progress | null): void;
  /** Takes the line away, before anything else is printed. */
  clear(): void;
}

/** Shows nothing. */
export const noProgress: ProgressLine = { show: () => {}, clear: () => {} };

/** Milliseconds between two plain lines. */
const SELDOM = 10_000;

/** Progress in plain lines, for logs: to be called whenever a job is done. */
export function plainProgress({ stderr, now }: Pick<Io, 'stderr' | 'now'>, jobs: number): () => void {
  const started = now();
  let done = 0;
  let told = started;
  return () => {
    done += 1;
    if (now() - told < SELDOM || done === jobs) return;
    told = now();
    stderr.write(`heddle: ${done} of ${jobs} jobs done after ${((told - started) / 1000).toFixed(0)} s\n`);
  };
}

/** A progress line on `sink`. `at` says which job of how many. */
export function progressLine(sink: Sink): ProgressLine {
  if (!sink.isTerminal) return noProgress;
  return {
    show: (job, at, progress) => {
      const text = [`[${at}] ${jobName(job)}`, ...(progress ? [numbers(progress)] : [])].join(': ');
      sink.write(`\r\x1b[K${text.slice(0, sink.columns - 1)}`);
    },
    clear: () => sink.write('\r\x1b[K'),
  };
}

function numbers({ states, frontier, depth, seconds, nodes }: Progress): string {
  if (nodes !== undefined) return `${count(nodes)} nodes, ${seconds.toFixed(0)} s`;
  return `${count(states)} states, ${rate(states, seconds)}/s, frontier ${count(frontier)}, depth ${depth}`;
}
