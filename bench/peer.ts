/** Another checker: from the reference model's size to a program that explores it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explored } from './explored.ts';
import type { Size } from './reference-model.ts';
import { type Cost, missing, type Timed, timed } from './timed.ts';

export type PeerName = 'SPIN, all interleavings' | 'SPIN, partial-order reduction' | 'Rumur';

export interface Peer {
  readonly name: PeerName;
  /** The commands that it needs; those of Debian packages of the same names. */
  readonly tools: readonly string[];
  /** Transitions that it counts besides those of the model. */
  readonly extraTransitions: number;
  /** May leave out states that its property does not need. */
  readonly isReduction: boolean;
  /** Its counterexamples are shortest ones. */
  readonly isBreadthFirst: boolean;
  /** Writes and compiles its verifier in `folder`; about so many states are to be expected. */
  prepare(size: Size, folder: string, states: number): Verifier;
}

export interface Verifier {
  /** What generating and compiling it cost. */
  readonly built: Cost;
  run(): Explored & Timed;
}

/** Prepares `peers` and uses them; their files are removed whatever happens. */
export function withVerifiers<T>(
  peers: readonly Peer[],
  size: Size,
  states: number,
  use: (verifiers: readonly Verifier[]) => T,
): T {
  const folders: string[] = [];
  try {
    const verifiers = peers.map((peer) => {
      const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
      folders.push(folder);
      return peer.prepare(size, folder, states);
    });
    return use(verifiers);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** What several commands cost one after the other. */
export function costOf(commands: readonly (readonly string[])[], folder: string): Cost {
  const costs = commands.map((command) => timed(command, folder));
  const sum = (of: (cost: Cost) => number): number => costs.reduce((all, cost) => all + of(cost), 0);
  return { cpu: sum(({ cpu }) => cpu), wall: sum(({ wall }) => wall), peak: null };
}

/** Those whose tools are all there. */
export function installed(peers: readonly Peer[], path?: string): readonly Peer[] {
  return peers.filter(({ tools }) => missing(tools, path).length === 0);
}

/** A sentence for each of `peers` that has no rows because something is not installed. */
export function skipped(peers: readonly Peer[], path?: string): string {
  return peers
    .flatMap(({ name, tools }) => {
      const absent = missing(tools, path);
      if (absent.length === 0) return [];
      const [are, packages] = absent.length === 1 ? ['is', 'Debian package'] : ['are', 'Debian packages'];
      return [`${name}: skipped, ${absent.join(' and ')} ${are} not installed (${packages} of that name).\n`];
    })
    .join('');
}
