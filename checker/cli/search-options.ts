/** The options of `heddle check` that say how a state space is searched. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { sizeOf } from '../explore/memory.ts';
import { defaultWalks } from '../explore/random.ts';
import type { Search } from '../report/job.ts';
import { UsageError } from '../system.ts';
import type { KeepRequest } from './keep.ts';

/** What commander makes of them. */
export interface SearchArguments {
  readonly engine: 'explicit' | 'symbolic';
  readonly search: Search['search'];
  readonly maxStates?: number;
  readonly memoryLimit?: number;
  readonly seed?: number;
  readonly walks?: number;
  readonly depth?: number;
  readonly symmetry: boolean;
  readonly workers: number;
  readonly fingerprint?: true;
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
  readonly resume?: string;
}

/** Adds the options to the command. */
export function addSearchOptions(command: Command): Command {
  const { seed, walks, depth } = defaultWalks;
  return command
    .addOption(
      new Option('--engine <name>', 'symbolic: sets of states in place of states, then explicit for traces')
        .choices(['explicit', 'symbolic'])
        .default('explicit'),
    )
    .addOption(
      new Option('--search <order>', 'bfs finds shortest counterexamples; random walks prove nothing')
        .choices(['bfs', 'dfs', 'random'])
        .default('bfs'),
    )
    .addOption(new Option('--max-states <n>', 'give up a job after so many states').argParser(positive))
    .addOption(
      new Option(
        '--memory-limit <size>',
        'give up a job before the process holds more; default: most of what is free',
      ).argParser(size),
    )
    .addOption(new Option('--no-symmetry', 'explore every state, also those that are alike'))
    .addOption(
      new Option('--workers <n>', 'threads that share a large job (bfs)').argParser(threads).default(1),
    )
    .option(
      '--checkpoint <file>',
      'keep the work there, now and then and on Ctrl-C, to go on from later (one job)',
    )
    .addOption(
      new Option(
        '--checkpoint-every <seconds>',
        `how often (default: ${EVERY}), and no more than a tenth of the time`,
      ).argParser(seconds),
    )
    .option('--resume <file>', 'go on from a checkpoint, and keep the work there')
    .addOption(
      new Option(
        '--fingerprint',
        'keep 8 bytes of each state (bfs); the verdict then says how likely it is wrong',
      ),
    )
    .addOption(
      new Option(
        '--seed <n>',
        `random, fingerprint: which walks or fingerprints (default: ${seed})`,
      ).argParser(seedOf),
    )
    .addOption(new Option('--walks <n>', `random: how many (default: ${walks})`).argParser(positive))
    .addOption(
      new Option('--depth <n>', `random: steps of the longest walk (default: ${depth})`).argParser(positive),
    );
}

/** Seconds between two checkpoints. */
const EVERY = 300;

/** Where the work is to be kept; a UsageError if that does not go together with the search. */
export function keepingOf(options: SearchArguments): KeepRequest {
  const { engine, search, workers, fingerprint, checkpoint, checkpointEvery, resume } = options;
  const keeping = { checkpointEvery: checkpointEvery ?? EVERY };
  if (checkpoint === undefined && resume === undefined) {
    if (checkpointEvery !== undefined)
      throw new UsageError('--checkpoint-every says how often, and --checkpoint where.');
    return keeping;
  }
  if (search === 'random')
    throw new UsageError('Random walks are not kept: their seed takes the same steps again.');
  const stray = Object.entries({
    '--workers': workers > 1,
    '--engine symbolic': engine === 'symbolic',
    '--fingerprint': fingerprint === true,
  }).find(([, isGiven]) => isGiven);
  if (stray !== undefined) throw new UsageError(`--checkpoint and --resume do not go with ${stray[0]}.`);
  return {
    ...keeping,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(resume === undefined ? {} : { resume }),
  };
}

/** The search that the options ask for; a UsageError if they do not go together. */
export function searchOf(options: SearchArguments): Search {
  const { engine, search, maxStates = null, memoryLimit, seed, walks, depth, symmetry, workers } = options;
  const limits = {
    maxStates,
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(symmetry === false ? { symmetry } : {}),
    ...(workers > 1 ? { workers } : {}),
    ...(engine === 'symbolic' ? { engine } : {}),
  };
  if (engine === 'symbolic') refuseBesideSymbolic(options);
  if (options.fingerprint && search !== 'bfs') throw new UsageError('--fingerprint is for --search bfs.');
  if (options.fingerprint && workers > 1)
    throw new UsageError('--fingerprint is for one thread: leave out --workers.');
  if (workers > 1 && search !== 'bfs') throw new UsageError('--workers is for --search bfs.');
  if (search === 'random') {
    if (maxStates !== null)
      throw new UsageError(
        '--max-states is for bfs and dfs; random walks are bounded by --walks and --depth.',
      );
    const random = {
      seed: seed ?? defaultWalks.seed,
      walks: walks ?? defaultWalks.walks,
      depth: depth ?? defaultWalks.depth,
    };
    return { search, ...limits, random };
  }
  const fingerprints = options.fingerprint ? { fingerprintSeed: seed ?? defaultWalks.seed } : {};
  const stray = Object.entries({ ...(options.fingerprint ? {} : { seed }), walks, depth }).find(
    ([, value]) => value !== undefined,
  );
  if (stray !== undefined) throw new UsageError(`--${stray[0]} is for random walks: add --search random.`);
  return { search, ...limits, ...fingerprints };
}

function refuseBesideSymbolic({ search, maxStates, workers, fingerprint }: SearchArguments): void {
  const stray = Object.entries({
    '--search random': search === 'random',
    '--max-states': maxStates !== undefined,
    '--workers': workers > 1,
    '--fingerprint': fingerprint === true,
  }).find(([, isGiven]) => isGiven);
  if (stray === undefined) return;
  throw new UsageError(`${stray[0]} is for --engine explicit; --memory-limit bounds the symbolic engine.`);
}

export function positive(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number, at least 1.');
}

/** Each takes memory of its own, and no machine that this is for has more cores. */
const MOST_THREADS = 256;

export function threads(text: string): number {
  const value = positive(text);
  if (value <= MOST_THREADS) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_THREADS}.`);
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number of seconds.');
}

function size(text: string): number {
  const bytes = sizeOf(text);
  if (bytes !== null) return bytes;
  throw new InvalidArgumentError('It must be a size such as 512M, 2G or 1.5G.');
}

function seedOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 0x7fffffff) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 to 2147483647.');
}
