/** For tests: runs that are stopped, and resumed. */
import { join } from 'node:path';
import { abortedAfter } from '../explore/aborted-after.ts';
import { checkNow } from '../explore/check.ts';
import type { Search } from '../explore/frontier.ts';
import { temporaryFolder } from '../files/temporary.ts';
import type { Outcome } from '../outcome.ts';
import type { System } from '../system.ts';
import { type Keeping, openCheckpoint } from './keeper.ts';

/** What a run comes to that is stopped when it has looked so often whether it should, and goes on from its checkpoint;
 *  null if it had ended before. */
export type Resumed = (system: System, search: Search, looks: number) => Outcome | null;

/** For as long as the test lasts. */
export function resuming(): Resumed {
  const file = join(temporaryFolder(), 'kept');
  const named = { run: { spec: 's', variant: 'v', model: 'm' }, program: { heddle: '1', sources: '1' } };
  const checkpoint: Keeping = { file, every: 1e6, ...named };
  return (system, search, looks) => {
    const { verdict } = checkNow(system, { search, signal: abortedAfter(looks), checkpoint });
    if (verdict.kind !== 'incomplete') return null;
    return checkNow(system, { search, resume: openCheckpoint(file) });
  };
}
