/** The options of `heddle check` that make it a gate. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { baselineFile } from '../gate/baseline.ts';
import { type Shard, shardOf } from '../gate/shard.ts';

/** What is printed in place of the table. */
export const printed = ['table', 'ktap', 'markdown', 'sarif', 'junit'] as const;
export type Printed = (typeof printed)[number];

/** What commander makes of them. */
export interface CiArguments {
  readonly ci?: true;
  readonly format: Printed;
  readonly coverage?: true;
  readonly shard?: Shard;
  /** False: --no-baseline. */
  readonly baseline?: string | false;
}

/** What they come to. */
export interface CiRequest {
  readonly ci: boolean;
  readonly format: Printed;
  readonly coverage: boolean;
  readonly shard: Shard | null;
  /** The file to compare with, or null. */
  readonly baseline: string | null;
}

export function addCiOptions(command: Command): Command {
  return command
    .option('--ci', 'as a gate: heddle.sarif, heddle.ktap and summary.md too, compared with the baseline')
    .option('--baseline <file>', `what to compare with (--ci: ${baselineFile})`)
    .option('--no-baseline', '--ci: compare with nothing')
    .addOption(
      new Option('--format <name>', 'what to print when all is done').choices(printed).default('table'),
    )
    .option('--coverage', 'print of each job which statements were executed, and what was reordered')
    .addOption(
      new Option('--shard <i/n>', 'one of n parts of the jobs; heddle merge puts them together').argParser(
        shard,
      ),
    );
}

export function ciOf({ ci, format, coverage, shard: part, baseline }: CiArguments): CiRequest {
  const implied = ci === true ? baselineFile : null;
  return {
    ci: ci === true,
    format,
    coverage: coverage === true,
    shard: part ?? null,
    baseline: baseline === false ? null : (baseline ?? implied),
  };
}

function shard(text: string): Shard {
  const found = shardOf(text);
  if (found !== null) return found;
  throw new InvalidArgumentError('It must be a part and how many there are, such as 2/4.');
}
