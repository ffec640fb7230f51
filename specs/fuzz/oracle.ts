/** What every run of heddle owes its user, whatever it was given. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, engine as realEngine } from '../../checker/cli/engine.ts';
import { type Extension, run } from '../../checker/cli/run.ts';
import { exitCode } from '../../checker/report/exit-code.ts';
import type { Spec } from '../../checker/spec.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds after which a case is ended by what stands for Ctrl-C: it may have been told to go on for days. */
const ENOUGH = 1000;

/** Runs a command in this process. */
export async function ranHere(
  specs: readonly Spec[],
  argv: readonly string[],
  extensions: readonly Extension[] = [],
  engine: Engine = realEngine,
): Promise<Ran> {
  const printed = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    columns: 80,
    write: (text: string) => {
      printed[name] += text;
    },
  });
  const onInterrupt = (interrupt: () => void) => {
    const timer = setTimeout(interrupt, ENOUGH);
    return () => clearTimeout(timer);
  };
  const io = { stdout: sink('stdout'), stderr: sink('stderr'), env: {}, onInterrupt, now: () => 0 };
  const code = await run(specs, argv, io, engine, extensions);
  return { code, ...printed };
}

const documented = new Set<number | null>(Object.values(exitCode));

/** What is wrong with a run whatever was asked for: it must not be our fault, must not show a stack, and must tell
 *  what cannot be used. Null if nothing is. */
export function complaintAbout({ code, stdout, stderr }: Ran): string | null {
  const tail = (stderr || stdout).slice(-1500);
  if (!documented.has(code)) return `exit code ${code}: ${tail}`;
  if (code === exitCode.fault) return `called a bug of ours: ${tail}`;
  if (/^\s+at .*(:\d+:\d+|<anonymous>|native)\)?$/m.test(stderr + stdout)) return `a stack trace: ${tail}`;
  if (/\b(TypeError|RangeError|ReferenceError|SyntaxError|AssertionError)\b/.test(stderr))
    return `an error of the language: ${tail}`;
  if (code === exitCode.usage && !/^(heddle|error): ./m.test(stderr) && !/^Usage:/m.test(stderr))
    return `nothing said: ${tail}`;
  if (stderr.length > 20_000) return `${stderr.length} characters on stderr: ${stderr.slice(0, 300)}`;
  return null;
}

/** What is wrong with the files of an output folder that no run is writing to: each must be whole, and nothing may be
 *  left of what was not. `killed`: a run that was killed may leave what it had not finished. `named`: files, from the
 *  folder, that hold whatever was asked for. */
export function complaintAboutFiles(
  folder: string,
  { killed = false, named = [] }: { readonly killed?: boolean; readonly named?: readonly string[] } = {},
): string | null {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (named.some((file) => join(folder, file) === path)) continue;
    if (/^\.heddle/.test(entry.name)) {
      if (!killed) return `${path} was left behind`;
    } else if (entry.name.endsWith('.json')) {
      try {
        JSON.parse(readFileSync(path, 'utf8'));
      } catch (error) {
        return `${path} is not whole: ${error}`;
      }
    } else if (entry.name.endsWith('.xml')) {
      if (!readFileSync(path, 'utf8').endsWith('</testsuites>\n')) return `${path} is not whole`;
    }
  }
  return null;
}
