/** Heddle's own engines, and the naive twin: each runs in a process of its own. */
import { fileURLToPath } from 'node:url';
import type { CheckOptions } from '../checker/explore/options.ts';
import type { Explored } from './explored.ts';
import type { Subject } from './subject.ts';
import { type Timed, timed } from './timed.ts';

/** The twin, or an engine by the options that choose it. */
export type How = 'naive' | Partial<CheckOptions>;

export const engines = {
  heddle: {},
  'naive twin': 'naive',
} as const satisfies Readonly<Record<string, How>>;

export type EngineName = keyof typeof engines;

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = fileURLToPath(new URL('explore.mjs', import.meta.url));

/** Explores `subject`, start-up included. */
export function explore(who: EngineName, subject: Subject): Explored & Timed {
  const command = [process.execPath, launcher, JSON.stringify(engines[who]), JSON.stringify(subject)];
  const run = timed(command, root);
  return { ...(JSON.parse(run.stdout) as Explored), ...run };
}
