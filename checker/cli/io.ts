/** What the commands need of the outside, so that tests can stand in for it. */
import process from 'node:process';

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
  // A reader that has seen enough (`heddle list | head -1`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  return {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    env: process.env,
    onInterrupt,
    now: () => performance.now(),
  };
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

function sink(stream: NodeJS.WriteStream): Sink {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 80,
  };
}
