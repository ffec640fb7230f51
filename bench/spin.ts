/** SPIN on the reference model: builds the verifier, runs it, and reads what it says. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Explored } from './explored.ts';
import { costOf, type Peer } from './peer.ts';
import { promela } from './promela.ts';
import { timed } from './timed.ts';

/** Every interleaving. */
export const spin: Peer = peer('SPIN, all interleavings', ['-DNOREDUCE'], false);
/** Leaves out interleavings that lead to the same. */
export const spinReduced: Peer = peer('SPIN, partial-order reduction', [], true);

function peer(name: Peer['name'], flags: readonly string[], isReduction: boolean): Peer {
  return {
    name,
    tools: ['spin', 'gcc'],
    // The entry into the initial state.
    extraTransitions: 1,
    isReduction,
    isBreadthFirst: false,
    prepare(size, folder, states) {
      writeFileSync(join(folder, 'model.pml'), promela(size));
      const compile = ['gcc', '-O2', '-w', '-DSAFETY', '-DMEMLIM=16000', ...flags, '-o', 'pan', 'pan.c'];
      const built = costOf([['spin', '-a', 'model.pml'], compile], folder);
      const command = ['./pan', `-w${slotBits(states)}`, '-m100000'];
      return {
        built,
        run() {
          const run = timed(command, folder);
          return { ...parsePan(run.stdout), ...run };
        },
      };
    },
  };
}

/** The hash table has about a slot for each state: 2^20 was the fastest of 2^20 to 2^26 at 10^6 states, and 2^24 of
 *  2^20 (which grows twice on the way), 2^24 and 2^26 at 10^7. States that share a slot are chained: none is lost. */
export function slotBits(states: number): number {
  return Math.min(28, Math.max(20, Math.ceil(Math.log2(states))));
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
    exploring: null,
    nodes: null,
    memo: null,
  };
}

/** `SPIN 6.5.2` and `gcc 12.2.0`. */
export function spinVersions(): readonly string[] {
  const said = (command: string, argument: string): string =>
    /\d+(\.\d+)+/.exec(spawnSync(command, [argument], { encoding: 'utf8' }).stdout)?.[0] ?? '?';
  return [`SPIN ${said('spin', '-V')}`, `gcc ${said('gcc', '-dumpfullversion')}`];
}
