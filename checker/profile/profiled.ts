/** A check with a profile: watches the model's functions, and looks at what the exploration left. */
import type { check } from '../explore/check.ts';
import type { CheckOptions } from '../explore/options.ts';
import type { Standing } from '../explore/team.ts';
import type { Outcome } from '../outcome.ts';
import type { System } from '../system.ts';
import { type Profile, profileOf } from './profile.ts';
import { watch } from './watch.ts';

/** Checks `system` by `checked`, in one thread and state by state, and tells the profile. */
export async function checkProfiled(
  system: System,
  options: CheckOptions,
  checked: typeof check,
  tell: (profile: Profile) => void,
): Promise<Outcome> {
  const watched = watch(system);
  const left: Standing[] = [];
  // Of a team that leaves all the work to the exploration itself.
  const onlooker = {
    takeOver: async () => null,
    dismiss: () => {},
    ended: (standing: Standing) => void left.push(standing),
  };
  const outcome = await checked(watched.system, options, onlooker);
  const isBreadthFirst = options.search === 'bfs';
  for (const standing of left)
    tell(profileOf({ standing, watch: watched, effort: outcome.effort, isBreadthFirst }));
  return outcome;
}
