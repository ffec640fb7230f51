/** START HERE for what a worker does: level after level, it expands states, until nobody finds any more. All workers are
 *  at the same distance from the initial state. */
import { effortOf } from '../explore/effort.ts';
import { relay, type Tables, tablesOf } from '../intern/tables.ts';
import type { Effort } from '../outcome.ts';
import { type ToldCoverage, told } from '../property/coverage.ts';
import type { System } from '../system.ts';
import { Explorer, wish } from './explorer.ts';
import type { Handover } from './handover.ts';
import { Log } from './log.ts';
import { Rounds } from './rounds.ts';
import { lineOf, own, type Shared } from './shared.ts';

/** How it ended for all workers. `again`: an exploration with traces has to tell. */
export type Ending = 'explored' | 'again' | 'abort' | 'memory';

/** What one worker has to tell at the end. */
export interface Share {
  readonly ending: Ending;
  /** How memory ended, if here. */
  readonly why: string;
  /** The largest distance from the initial state at which any worker has found a state. */
  readonly depth: number;
  /** How many states the worker has expanded, or taken over as expanded. */
  readonly expanded: number;
  /** Of the states that the worker has found first, or taken over; without what is shared. */
  readonly effort: Effort;
  readonly witnessesMissed: readonly string[];
  readonly untested: readonly string[];
  readonly coverage: ToldCoverage;
}

/** Explores together with the other workers; this is worker `me`. */
export function exploreShare(system: System, shared: Shared, me: number, handover: Handover): Share {
  const started = performance.now();
  const log = new Log(shared, system.components.length);
  const tables = tablesWith(system, log, handover);
  const rounds = new Rounds(shared, me);
  const explorer = new Explorer(tables, shared, me, rounds, handover);
  let level = handover.level - 1;
  for (;;) {
    const { wishes: mine, lists, states: found } = explorer;
    const reports = rounds.end([mine, lists.found, found, log.end()]);
    const told = (i: number): readonly number[] => reports.map((report) => report[i]!);
    const wishes = told(0).reduce((all, bits) => all | bits);
    const next = sum(told(1));
    const ending = endingOf(wishes, next);
    if (ending !== null) return shareOf(explorer, tables, ending, next > 0 ? level + 1 : level, started);
    if (wishes === 0) {
      level += 1;
      shared.control[lineOf(me) + own.level] = level;
      explorer.nextLevel(told(1));
    } else {
      // Whoever had no room has successors left to look up, so room comes first.
      const isWider = wishes === wish.relay;
      // Nobody appends between the rounds: this is where the log ends for everybody.
      if (isWider) log.catchUp(Math.max(...told(3)));
      explorer.rebuild(sum(told(2)), isWider);
    }
    explorer.expandLevel();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, it) => all + it, 0);
}

function endingOf(wishes: number, found: number): Ending | null {
  if ((wishes & wish.again) !== 0) return 'again';
  if ((wishes & wish.memory) !== 0) return 'memory';
  if ((wishes & wish.abort) !== 0) return 'abort';
  return wishes === 0 && found === 0 ? 'explored' : null;
}

/** Tables whose values are those of the log, which begins with the values of the main thread. */
function tablesWith(system: System, log: Log, { layout, counts, heat }: Handover): Tables {
  log.catchUp(log.end());
  const values = system.components.map(({ ref }, c) => log.interner(c, `a value of ${ref.name}`));
  for (const [c, { ref, initial }] of system.components.entries()) {
    if (values[c]!.find(initial) !== 0) throw new Error(`a worker built another system: see ${ref.name}`);
  }
  const tables = { ...tablesOf(system), values, counts, heat };
  relay(tables, layout);
  return tables;
}

function shareOf(
  { successors, judge, states, expanded, transitions, why }: Explorer,
  tables: Tables,
  ending: Ending,
  depth: number,
  started: number,
): Share {
  const seconds = (performance.now() - started) / 1000;
  const frontier = states - expanded;
  const progress = { states, frontier, transitions, depth, seconds, statesPerSecond: states / seconds };
  return {
    ending,
    why,
    depth,
    expanded,
    effort: effortOf(tables, progress, successors.bytes()),
    witnessesMissed: judge.witnessesMissed(),
    untested: judge.untested(),
    coverage: told(successors.covered()),
  };
}
