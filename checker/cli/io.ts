/** What the commands need of the outside, so that tests can stand in for it. */
import process from 'node:process';
import { reason } from '../files/reason.ts';
import { type ExitCode, exitCode, mostSerious } from '../report/exit-code.ts';

/** Where text goes. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Characters per line, as far as it is known. */
  readonly columns: number;
}

export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back when the user presses Ctrl-C; returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
}

/** The process's own streams, signals and clock. */
export function processIo(): Io {
  const stdout = sink(process.stdout, (error) => {
    process.stderr.write(`heddle: cannot write to the standard output: ${reason(error)}\n`);
    process.on('exit', (code) => {
      process.exitCode = mostSerious([code as ExitCode, exitCode.usage]);
    });
  });
  // Nobody can be told that nobody can be told.
  const stderr = sink(process.stderr, () => {});
  return { stdout, stderr, env: process.env, onInterrupt, now: () => performance.now() };
}

/** The first Ctrl-C asks politely; the second one ends the process, should the polite way take too long. */
function onInterrupt(callback: () => void): () => void {
  let asked = false;
  const listener = () => {
    if (asked) process.exit(130);
    asked = true;
    callback();
  };
  process.on('SIGINT', listener);
  return () => process.off('SIGINT', listener);
}

/** Does some work, whose signal is aborted when the user presses Ctrl-C. */
export async function untilInterrupted<T>(io: Io, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = io.onInterrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}

/** A stream to which nothing more is written once it has failed: what was asked for goes on for the sake of its files.
 *  `lost` is told why, unless its reader has seen enough (`heddle list | head -1`), which is no fault. */
function sink(stream: NodeJS.WriteStream, lost: (error: Error) => void): Sink {
  let isOpen = true;
  const close = (error: NodeJS.ErrnoException): void => {
    if (!isOpen) return;
    isOpen = false;
    if (error.code !== 'EPIPE') lost(error);
  };
  stream.on('error', close);
  return {
    write: (text) => {
      if (isOpen) stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 80,
  };
}
