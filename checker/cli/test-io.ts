/** A stand-in for the process, for tests: collects what is printed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExitCode } from '../report/exit-code.ts';
import type { Spec } from '../spec.ts';
import type { Engine } from './engine.ts';
import type { Io } from './io.ts';
import { type Extension, run } from './run.ts';

export { temporaryFolder } from '../files/temporary.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly engine?: Engine;
  readonly extensions?: readonly Extension[];
  /** The clock; it stands still otherwise. */
  now?(): number;
  /** Presses Ctrl-C when called. */
  onListening?(interrupt: () => void): void;
}

/** The text of a file that was written. */
export const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

/** Runs a command line in this process. */
export async function ranWith(
  specs: readonly Spec[],
  argv: readonly string[],
  { terminal = false, env = {}, engine, extensions, onListening, now = () => 0 }: Circumstances = {},
): Promise<Ran> {
  const printed = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: terminal,
    columns: 100,
    write: (text: string) => {
      printed[name] += text;
    },
  });
  const io: Io = {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env,
    onInterrupt: (interrupt) => {
      onListening?.(interrupt);
      return () => {};
    },
    now,
  };
  const code = await run(specs, argv, io, engine, extensions);
  return { code, ...printed };
}
