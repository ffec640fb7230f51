/** Random walks, for spaces too large to explore: from the initial state, always on to one of the successors, until
 *  there is none or the walk is long enough. All successors are judged on the way, not only the one taken.
 *
 *  They find what many runs would show. What they do not find may still be there, so they never say `holds`. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { repack } from '../intern/layout.ts';
import { nextLayout, reader, relay, tablesOf } from '../intern/tables.ts';
import type { Outcome, Verdict } from '../outcome.ts';
import { told } from '../property/coverage.ts';
import { judgeOf } from '../property/judge.ts';
import { verdictOf } from '../property/verdict.ts';
import { type System, UsageError } from '../system.ts';
import { after } from '../trace/counterexample.ts';
import { retold } from '../trace/replay.ts';
import { stepsOfWalk, traceOfWalk } from '../trace/walk.ts';
import { effortOf } from './effort.ts';
import { Fingerprints } from './fingerprints.ts';
import { grown } from './leaves.ts';
import type { CheckOptions, Progress, RandomWalks, Run } from './options.ts';
import { queueFor } from './queue.ts';
import { successorsOf } from './successors.ts';

export const defaultWalks: RandomWalks = { seed: 1, walks: 1000, depth: 1000 };

type Stopped = Extract<Verdict, { kind: 'incomplete' }>;

/** So many states are told apart; beyond that they are only judged. 64 MiB. */
const MOST_COUNTED = 5_000_000;

/** Starts the walks that `options.random` asks for. */
export function randomRun(system: System, options: CheckOptions): Run {
  const random = options.random ?? defaultWalks;
  refuseNonsense(random);
  const generator = xoroshiro128plus(random.seed);
  const tables = tablesOf(system);
  const successors = successorsOf(tables);
  const judge = judgeOf(tables);
  const seen = new Fingerprints(0, MOST_COUNTED);
  const started = performance.now();

  /** The state that the walk is at, and by which of the successors, one after the other, it came there. */
  let state = new Int32Array(tables.layout.words);
  let queue = queueFor(tables.layout.words);
  let choices = new Int32Array(64);
  let length = 0;
  let walks = 0;
  let cut = 0;
  let steps = 0;
  let transitions = 0;
  let deepest = 0;
  /** How many steps away the state is that a model function is being asked about. */
  let asked = 0;
  let broken: { readonly state: number; readonly invariant: string; readonly why: string } | null = null;
  let stuck: { readonly state: number; readonly why: string } | null = null;
  let stopped: Stopped | null = null;

  return { advance, stop, ended, progress, outcome };

  function ended(): boolean {
    return broken !== null || stuck !== null || stopped !== null;
  }

  function advance(most: number): boolean {
    for (let left = most; left > 0 && !ended(); left--) {
      try {
        if (seen.count === 0) look(state, 0, 0);
        step();
      } catch (error) {
        throw after(stepsOfWalk(tables, successors, taken(asked)), error);
      }
    }
    return !ended();
  }

  /** One step of the walk, or the end of it. */
  function step(): void {
    if (length === random.depth) {
      cut += 1;
      restart();
      return;
    }
    const found = expand();
    for (let i = 0; i < found && broken === null; i++) {
      choices[length] = i;
      look(queue.words, i * state.length, length + 1);
    }
    if (broken !== null) return;
    if (found === 0) {
      terminal();
      return;
    }
    const chosen = uniformInt(generator, 0, found - 1);
    state.set(queue.words.subarray(chosen * state.length, (chosen + 1) * state.length));
    choices[length] = chosen;
    length += 1;
    steps += 1;
  }

  /** Judges a state that is `depth` steps away, unless it was judged before. */
  function look(words: Int32Array, base: number, depth: number): void {
    if (!seen.add(tables.layout, words, base)) return;
    deepest = Math.max(deepest, depth);
    asked = depth;
    broken = judge.judge(words, base, depth);
  }

  /** Queues the successors of the state; how many. */
  function expand(): number {
    if (length === choices.length) choices = grown(choices, length + 1);
    asked = length;
    for (;;) {
      queue.size = 0;
      const found = successors.expand(state, 0, queue);
      transitions += Math.max(0, found);
      if (found >= 0) return found;
      widen();
    }
  }

  /** Gives every field the bits that it needs by now. */
  function widen(): void {
    const from = tables.layout;
    const to = nextLayout(tables);
    state = repack(state, 1, from, to, 1);
    relay(tables, to);
    successors.relaid();
    queue = queueFor(to.words);
  }

  function terminal(): void {
    options.onTerminal?.(reader(tables, state, 0));
    const why = judge.stuck(state, 0);
    if (why !== null) stuck = { state: length, why };
    else restart();
  }

  function restart(): void {
    walks += 1;
    length = 0;
    state.fill(0);
    if (walks === random.walks) stop('random', 'random walks prove nothing');
  }

  function stop(bound: Stopped['bound'], what: string): void {
    if (ended()) return;
    const walked = `${count(walks)} ${walks === 1 ? 'walk' : 'walks'} of up to ${count(random.depth)} steps`;
    const long = cut === 0 ? '' : `; ${count(cut)} of the walks had not come to an end by then`;
    stopped = {
      kind: 'incomplete',
      bound,
      why:
        `${what}: ${walked} (seed ${random.seed}) took ${count(steps)} steps and looked at ` +
        `${seen.full ? 'more than ' : ''}${count(seen.count)} distinct states, which satisfy every invariant${long}`,
    };
  }

  function taken(steps: number): readonly number[] {
    return [...choices.subarray(0, steps)];
  }

  function progress(): Progress {
    const seconds = (performance.now() - started) / 1000;
    const states = seen.count;
    return { states, frontier: 0, transitions, depth: deepest, seconds, statesPerSecond: states / seconds };
  }

  function outcome(): Outcome {
    const covered = successors.covered();
    const found = `walk ${walks + 1} of --search random --seed ${random.seed} --depth ${random.depth}; a shorter way may exist`;
    const verdict = verdictOf(
      system,
      {
        broken,
        stuck,
        stopped,
        lasso: null,
        covered,
        witnessesMissed: judge.witnessesMissed(),
        untested: judge.untested(),
      },
      {
        to: (steps, ending) => retold(system, traceOfWalk(tables, successors, taken(steps), found, ending)),
        of: () => {
          throw new Error('random walks look for no run that never ends');
        },
      },
    );
    const effort = effortOf(tables, progress(), seen.bytes() + successors.bytes());
    return { verdict, effort, witnessesReached: judge.witnessesReached(), ...told(covered) };
  }
}

function refuseNonsense({ seed, walks, depth }: RandomWalks): void {
  if (!Number.isInteger(seed) || seed !== (seed | 0))
    throw new UsageError(`the seed is ${seed}; it must be a 32-bit integer`);
  if (!(walks >= 1)) throw new UsageError(`the number of walks is ${walks}; it must be at least 1`);
  if (!(depth >= 1)) throw new UsageError(`the depth of walks is ${depth}; it must be at least 1`);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
