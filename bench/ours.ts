/** Heddle's own engines, and the naive twin: each runs in a process of its own. */
import { fileURLToPath } from 'node:url';
import type { CheckOptions } from '../checker/explore/options.ts';
import type { Explored } from './explored.ts';
import type { Subject } from './subject.ts';
import { type Timed, timed } from './timed.ts';

/** The twin, or an engine by the options that choose it. */
export type How = 'naive' | (Pick<CheckOptions, 'engine' | 'symmetry'> & { readonly workers?: number });

/** Without symmetry all of them have the same states as everybody else. */
export const engines = {
  heddle: { symmetry: false },
  'heddle, two workers': { symmetry: false, workers: 2 },
  'heddle, symmetry': { symmetry: true },
  'heddle, symbolic': { symmetry: false, engine: 'symbolic' },
  'naive twin': 'naive',
} as const satisfies Readonly<Record<string, How>>;

export type EngineName = keyof typeof engines;

/** Whether it may have fewer states than the others. */
export function isReduction(name: EngineName): boolean {
  const how: How = engines[name];
  return how !== 'naive' && how.symmetry === true;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = fileURLToPath(new URL('explore.mjs', import.meta.url));

/** Explores `subject`, start-up included. */
export function explore(who: EngineName, subject: Subject): Explored & Timed {
  const command = [process.execPath, launcher, JSON.stringify(engines[who]), JSON.stringify(subject)];
  const run = timed(command, root);
  return { ...(JSON.parse(run.stdout) as Explored), ...run };
}
