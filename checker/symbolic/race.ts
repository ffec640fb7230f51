/** Saturation with several orders of the components at once. How long it takes hangs on the order, by factors of a
 *  hundred, and nobody can tell beforehand. So the most promising order is given a start, and if that was not enough,
 *  others run beside it, by turns, each with half the work of the one before it. The first to end wins: it takes not
 *  twice the work of the most promising order alone, and if another one is the better, not more than 2 to the number of
 *  orders times the work of that. */
import type { Space } from './domain.ts';
import { LevelLists, MOST_LEVELS } from './levels.ts';
import { OutOfNodes } from './nodes.ts';
import { Diagrams } from './relations.ts';
import type { Rules } from './rules.ts';
import { type Collecting, type Saturation, saturation } from './saturate.ts';
import { type Steps, stepsOf } from './steps.ts';

/** Work that an order may do before another one is tried. */
const START = 1_000_000;
/** Work of one turn. */
const TURN = 100_000;

/** All reachable states, in the order that won. */
export interface Saturated {
  readonly space: Space;
  readonly steps: Steps;
  readonly set: number;
  readonly tidy: Saturation['tidy'];
}

/** What is looked at from outside. */
export interface Usage {
  nodes: number;
  bytes: number;
  peakBytes: number;
  peakNodes: number;
}

interface Runner extends Pick<Saturated, 'space' | 'steps' | 'tidy'> {
  readonly run: Generator<void, number>;
  /** What its work is counted with. */
  readonly handicap: number;
}

/** `limit`: bytes for all of them. */
export function* race(
  rules: Rules,
  orders: readonly (readonly number[])[],
  limit: number,
  usage: Usage,
  collecting?: Collecting,
): Generator<void, Saturated> {
  const waiting = [...orders];
  const runners: Runner[] = [];
  /** Gives each as much of the memory as it gets of the time. */
  const share = () => {
    const all = runners.reduce((sum, { handicap }) => sum + 1 / handicap, 0);
    for (const { space, handicap } of runners) space.diagrams.limit = limit / handicap / all;
  };
  for (;;) {
    const least = idlest(runners);
    if (waiting.length > 0 && (least === undefined || workOf(least) > START)) {
      const handicap = 2 ** (orders.length - waiting.length);
      runners.push({ ...runnerFor(rules, waiting.shift()!, limit, collecting), handicap });
      share();
      continue;
    }
    const until = workOf(least!) + TURN;
    try {
      while (workOf(least!) < until) {
        const { done, value } = least!.run.next();
        if (done) return { ...least!, set: value };
        observe(runners, usage);
        yield;
      }
    } catch (error) {
      if (!(error instanceof OutOfNodes) || runners.length + waiting.length === 1) throw error;
      runners.splice(runners.indexOf(least!), 1);
      share();
    }
  }
}

function idlest(runners: readonly Runner[]): Runner | undefined {
  return runners.reduce<Runner | undefined>(
    (least, it) => (least === undefined || workOf(it) < workOf(least) ? it : least),
    undefined,
  );
}

function workOf({ space, handicap }: Runner): number {
  return space.diagrams.work * handicap;
}

function observe(runners: readonly Runner[], usage: Usage): void {
  usage.nodes = runners.reduce((sum, { space }) => sum + space.diagrams.count, 0);
  usage.bytes = runners.reduce((sum, { space }) => sum + space.diagrams.bytes(), 0);
  usage.peakNodes = Math.max(usage.peakNodes, usage.nodes);
  usage.peakBytes = Math.max(usage.peakBytes, usage.bytes);
}

function runnerFor(
  rules: Rules,
  order: readonly number[],
  limit: number,
  collecting: Collecting | undefined,
): Omit<Runner, 'handicap'> {
  if (order.length > MOST_LEVELS) throw new RangeError(`more than ${MOST_LEVELS} components`);
  const levelOf = new Int32Array(order.length);
  for (const [level, c] of order.entries()) levelOf[c] = level;
  const space: Space = { diagrams: new Diagrams(limit), lists: new LevelLists(), levelOf, order };
  const steps = stepsOf(space, rules);
  const { run, tidy } = saturation(space, steps, collecting);
  return { space, steps, tidy, run: run(space.diagrams.single(order.map(() => 0))) };
}
