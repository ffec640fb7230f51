/** `heddle check --profile`: where the states of each job come from, printed after it. */
import type { Command } from 'commander';
import { UsageError } from '../system.ts';
import type { SearchArguments } from './search-options.ts';

export interface ProfileArguments {
  readonly profile: boolean;
}

export function addProfileOption(command: Command): Command {
  return command.option(
    '--profile',
    'also print what multiplies the states, where time goes, and what usually helps',
    false,
  );
}

/** Whether profiles are asked for; a UsageError if what is asked for besides leaves nothing to look at. */
export function isProfiled({ profile, ...search }: ProfileArguments & Partial<SearchArguments>): boolean {
  if (!profile) return false;
  const others = [
    [(search.workers ?? 1) > 1, '--workers'],
    [search.search === 'random', '--search random'],
    [search.engine === 'symbolic', '--engine symbolic'],
  ] as const;
  const other = others.find(([isAsked]) => isAsked);
  if (other === undefined) return true;
  throw new UsageError(
    `--profile looks at states that one thread visited one by one: leave out ${other[1]}.`,
  );
}
