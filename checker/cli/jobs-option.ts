/** `heddle check --jobs`: how many jobs run at once. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { UsageError } from '../system.ts';
import type { ProfileArguments } from './profile-option.ts';
import { type SearchArguments, threads } from './search-options.ts';

export interface JobsArguments {
  readonly jobs?: number;
}

export function addJobsOption(command: Command): Command {
  return command.addOption(
    new Option('--jobs <n>', 'jobs that run at once (default: one for each core)').argParser(threads),
  );
}

/** How many jobs are to run at once: one, if what is asked for is about the process as a whole. */
export function jobsAtOnce({
  jobs,
  ...others
}: JobsArguments & Partial<SearchArguments & ProfileArguments>): number {
  const { workers = 1, memoryLimit, checkpoint, resume, profile = false } = others;
  const alone = [
    [workers > 1, '--workers'],
    [memoryLimit !== undefined, '--memory-limit'],
    [checkpoint !== undefined, '--checkpoint'],
    [resume !== undefined, '--resume'],
    [profile, '--profile'],
  ] as const;
  const [, other] = alone.find(([isAsked]) => isAsked) ?? [];
  if (other === undefined) return jobs ?? availableParallelism();
  if (jobs === undefined || jobs === 1) return 1;
  throw new UsageError(`${other} is for one job at a time: leave out --jobs ${jobs}.`);
}
