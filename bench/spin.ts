/** SPIN on the reference model: builds the verifier, runs it, and reads what it says. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explored } from './explored.ts';
import { promela } from './promela.ts';
import type { Size } from './reference-model.ts';
import { type Cost, type Timed, timed } from './timed.ts';

export const tools = ['spin', 'gcc'] as const;

/** Every interleaving, or partial-order reduction. */
export const kinds = { full: ['-DNOREDUCE'], reduced: [] } as const;
export type Kind = keyof typeof kinds;

/** A verifier: a program that explores one model. */
export interface Pan {
  readonly folder: string;
  /** What `spin -a` and gcc cost. */
  readonly built: Cost;
}

/** Uses `build`'s result, and removes its files whatever happens. */
export function withPan<T>(size: Size, kind: Kind, use: (pan: Pan) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  try {
    return use(buildPan(size, kind, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildPan(size: Size, kind: Kind, folder: string): Pan {
  writeFileSync(join(folder, 'model.pml'), promela(size));
  const generated = timed(['spin', '-a', 'model.pml'], folder);
  const flags = ['-O2', '-w', '-DSAFETY', '-DMEMLIM=8000', ...kinds[kind]];
  const compiled = timed(['gcc', ...flags, '-o', 'pan', 'pan.c'], folder);
  return { folder, built: { cpu: generated.cpu + compiled.cpu, wall: generated.wall + compiled.wall } };
}

/** Starts with a hash table of 2^20 slots, which was the fastest of 2^20 to 2^26 at 10^6 states. */
export function runPan({ folder }: Pan): Explored & Timed {
  const run = timed(['./pan', '-w20'], folder);
  return { ...parsePan(run.stdout), ...run };
}

/** Reads the summary that a verifier prints. */
export function parsePan(text: string): Explored {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(text);
    if (found === null) throw new Error(`SPIN's summary has no ${pattern}:\n${text}`);
    return Number(found[1]);
  };
  const mebibytes = (pattern: RegExp): number => number(pattern) * 2 ** 20;
  const complaint = /^(?:pan:\d+:|error:)\s*(.*)$/m.exec(text)?.[1];
  const isComplete = !text.includes('Search not completed');
  const holds = number(/errors: (\d+)/) === 0 && isComplete && complaint === undefined;
  return {
    states: number(/^\s*(\d+) states, stored/m),
    transitions: number(/^\s*(\d+) transitions/m),
    holds,
    why: holds ? 'holds' : (complaint ?? 'search not completed'),
    steps: null,
    bytes:
      mebibytes(/([\d.]+)\s+actual memory usage for states/) +
      mebibytes(/([\d.]+)\s+memory used for hash table/),
    peak: mebibytes(/([\d.]+)\s+total actual memory usage/),
    exploring: null,
    memo: null,
  };
}

/** Why there are no rows of SPIN when `absent` of its tools are not installed; nothing if all are. */
export function skipped(absent: readonly string[]): string {
  if (absent.length === 0) return '';
  const [are, packages] = absent.length === 1 ? ['is', 'Debian package'] : ['are', 'Debian packages'];
  return `SPIN is skipped: ${absent.join(' and ')} ${are} not installed (${packages} of that name).\n`;
}

/** `SPIN 6.5.2` and `gcc 12.2.0`. */
export function versions(): readonly string[] {
  const said = (command: string, argument: string): string =>
    /\d+(\.\d+)+/.exec(spawnSync(command, [argument], { encoding: 'utf8' }).stdout)?.[0] ?? '?';
  return [`SPIN ${said('spin', '-V')}`, `gcc ${said('gcc', '-dumpfullversion')}`];
}
