/** The line on stderr that says how a run goes; nothing if stderr is not a terminal. */
import type { Progress } from '../explore/options.ts';
import { type Job, jobName } from '../report/job.ts';
import { count, rate } from '../report/numbers.ts';
import type { Sink } from './io.ts';

export interface ProgressLine {
  show(job: Job, at: string, progress: Progress | null): void;
  /** Takes the line away, before anything else is printed. */
  clear(): void;
}

/** A progress line on `sink`. `at` says which job of how many. */
export function progressLine(sink: Sink): ProgressLine {
  if (!sink.isTerminal) return { show: () => {}, clear: () => {} };
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
