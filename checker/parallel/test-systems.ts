/** Systems for the tests of this folder, told to workers by name. */
import { isMainThread } from 'node:worker_threads';
import { type Case, systemOf } from '../explore/random-toy.ts';
import { type ToyStep, toy } from '../explore/toy.ts';
import { ModelBug, type System } from '../system.ts';

export type Source = Counters | { readonly kind: 'random'; readonly random: Case };

/** `agents` agents that each fill `length` counters of their own up to `top`, one after the other. */
export interface Counters {
  readonly kind: 'counters';
  readonly agents: number;
  readonly length: number;
  readonly top: number;
  readonly then?: Then;
}

/** What comes when all counters are full. */
export type Then =
  | 'breaks'
  | 'stops'
  | 'throws'
  | 'throws in a worker'
  | 'exits in a worker'
  | 'cannot be built';

export function build(source: Source): System {
  return source.kind === 'random' ? systemOf(source.random) : counters(source);
}

type Values = Record<string, number>;

/** (length * top + 1) ** agents states. */
function counters({ agents, length, top, then }: Counters): System {
  if (then === 'cannot be built' && !isMainThread) throw new Error('no system here');
  const name = (a: number, i: number) => `n${a}_${i}`;
  const all = Array.from({ length: agents }, (_, a) => Array.from({ length }, (_, i) => name(a, i)));
  const isFull = (s: Values) => all.every((mine) => s[mine.at(-1)!] === top);

  function steps(s: Values, mine: readonly string[]): readonly ToyStep<Values>[] {
    const next = mine.find((it) => s[it]! < top);
    if (next !== undefined) return [{ text: `${next}++`, statement: next, set: { [next]: s[next]! + 1 } }];
    if (isFull(s)) atTheEnd(then);
    return [];
  }

  return toy<Values>({
    name: 'counters',
    start: Object.fromEntries(all.flat().map((it) => [it, 0])),
    agents: Object.fromEntries(all.map((mine, a) => [`A${a}`, (s: Values) => steps(s, mine)])),
    never: { full: (s) => (then === 'breaks' && isFull(s) ? 'all counters are full' : null) },
    when: { full: (s) => s[name(0, 0)] === 1 },
    reach: {
      'one counter is full': (s) => s[name(0, 0)] === top,
      'the last one is full': (s) => s[all.at(-1)!.at(-1)!] === top,
      never: () => false,
    },
    statements: [...all.flat(), 'never'],
    stuck: () => (then === 'stops' ? 'nobody counts on' : null),
  });
}

function atTheEnd(then: Then | undefined): void {
  if (then === 'throws' || (then === 'throws in a worker' && !isMainThread)) {
    throw new ModelBug('it counts no further');
  }
  if (then === 'exits in a worker' && !isMainThread) process.exit(3);
}
