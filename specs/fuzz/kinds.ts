/** Everything that is fuzzed. */
import { checkpoints } from './checkpoints.ts';
import { commands } from './commands.ts';
import type { Kind } from './kind.ts';
import { litmus } from './litmus.ts';
import { processes } from './processes.ts';
import { results } from './results.ts';
import { stepping } from './stepping.ts';
import { traces } from './traces.ts';

export const kinds: readonly Kind[] = [litmus, traces, results, checkpoints, commands, stepping, processes];
