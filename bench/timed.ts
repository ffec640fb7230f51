/** Runs a command and says what it cost, start-up included: the same clock for every contender. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Cost {
  /** Seconds of user and system time of the whole process and of those that it waited for. */
  readonly cpu: number;
  readonly wall: number;
  /** The most bytes that a process of it had in memory; null if GNU time is not there to tell. */
  readonly peak: number | null;
}

export interface Timed extends Cost {
  readonly stdout: string;
}

/** bash's own `time` sees every process that the command waited for, and counts milliseconds. */
const script = 'TIMEFORMAT="%R %U %S"; time "$@"';

/** GNU time (Debian package time) sees what bash's does not: the peak of memory, in KiB. */
const gnuTime = '/usr/bin/time';
const withPeak = isExecutable(gnuTime) ? [gnuTime, '-f', 'peak %M'] : [];

/** Runs `command` in `folder`; throws with what it wrote on stderr when its exit code is none of `expected`. */
export function timed(command: readonly string[], folder: string, expected: readonly number[] = [0]): Timed {
  const words = [...withPeak, ...command];
  const { status, stdout, stderr, error } = spawnSync('bash', ['-c', script, 'bash', ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 28,
  });
  if (error) throw new Error(`cannot run bash, whose time the bench uses: ${error.message}`);
  if (status === null || !expected.includes(status))
    throw new Error(`${command.join(' ')} ended with exit code ${status}\n${stderr}`);
  return { stdout, ...costIn(stderr) };
}

/** The cost in the last line of `stderr`, as `wall user system`, and the peak in the one before. */
export function costIn(stderr: string): Cost {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  const [wall, user, system] = last.split(' ').map(Number);
  if (!Number.isFinite(wall) || !Number.isFinite(user) || !Number.isFinite(system)) {
    throw new Error(
      `expected "wall user system" in seconds as the last line of stderr, not ${JSON.stringify(last)}`,
    );
  }
  const peak = /^peak (\d+)$/m.exec(stderr)?.[1];
  return { wall: wall!, cpu: user! + system!, peak: peak === undefined ? null : Number(peak) * 1024 };
}

/** Those of `tools` that no folder of `path` has. */
export function missing(tools: readonly string[], path: string = process.env.PATH ?? ''): readonly string[] {
  return tools.filter((tool) => !path.split(delimiter).some((folder) => isExecutable(join(folder, tool))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
