/** Rumur on the reference model: builds the verifier, runs it, and reads what it says. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { Explored } from './explored.ts';
import { murphi } from './murphi.ts';
import { costOf, type Peer } from './peer.ts';
import { timed } from './timed.ts';

/** On the same states: without symmetry reduction. A state without successors is no error in its model. */
const FLAGS = ['--deadlock-detection', 'off', '--symmetry-reduction', 'off', '--threads', '1'];

/** As its manual has it: compare-and-swap of 16 bytes has to be asked for on x86-64. */
const COMPILE = ['gcc', '-O3', '-march=native', '-std=c11', '-w', ...(arch() === 'x64' ? ['-mcx16'] : [])];

export const rumur: Peer = {
  name: 'Rumur',
  tools: ['rumur', 'gcc'],
  extraTransitions: 0,
  isReduction: false,
  isBreadthFirst: true,
  prepare(size, folder) {
    writeFileSync(join(folder, 'model.m'), murphi(size));
    const generate = ['rumur', ...FLAGS, '--output', 'verifier.c', 'model.m'];
    const built = costOf([generate, [...COMPILE, '-o', 'verifier', 'verifier.c', '-lpthread']], folder);
    return {
      built,
      run() {
        // It exits with 1 when it has found an error.
        const run = timed(['./verifier'], folder, [0, 1]);
        return { ...parseRumur(run.stdout), ...run };
      },
    };
  },
};

/** Reads what a verifier prints. */
export function parseRumur(text: string): Explored {
  const counts = /(\d+) states, (\d+) rules fired/.exec(text);
  const status = /^Status:\s+(.+)$/m.exec(text)?.[1];
  if (counts === null || status === undefined) throw new Error(`Rumur's summary has no counts:\n${text}`);
  const holds = status === 'No error found.';
  return {
    states: Number(counts[1]),
    transitions: Number(counts[2]),
    holds,
    why: holds ? 'holds' : (/^\s*(invariant ".*" failed)$/m.exec(text)?.[1] ?? status),
    steps: holds ? null : [...text.matchAll(/^Rule .* fired\.$/gm)].length,
    bytes: null,
    exploring: null,
    nodes: null,
    memo: null,
  };
}

/** `Rumur 2022.08.20`. */
export function rumurVersion(): string {
  const said = spawnSync('rumur', ['--version'], { encoding: 'utf8' });
  return `Rumur ${/\d+(\.\d+)+/.exec(said.stdout + said.stderr)?.[0] ?? '?'}`;
}
