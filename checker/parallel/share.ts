/** START HERE for what a worker does: level after level, it expands the states that it holds, until nobody finds any
 *  more. All workers are at the same distance from the initial state. */
import { effortOf } from '../explore/effort.ts';
import { relay, type Tables, tablesOf } from '../intern/tables.ts';
import type { Effort } from '../outcome.ts';
import type { System } from '../system.ts';
import type { Handover } from './handover.ts';
import { Holdings, wish } from './holdings.ts';
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
  /** How many of the worker's states were expanded since the handover, or before that. */
  readonly expanded: number;
  /** Without the initial state, which every worker holds. */
  readonly effort: Effort;
  readonly witnessesMissed: readonly string[];
  readonly untested: readonly string[];
  readonly covered: readonly string[];
}

/** Explores the share of worker `me`. */
export function exploreShare(system: System, shared: Shared, me: number, handover: Handover): Share {
  const started = performance.now();
  const log = new Log(shared, system.components.length);
  const tables = tablesWith(system, log, handover);
  const rounds = new Rounds(shared, me);
  const holdings = new Holdings(tables, shared, me, rounds, handover);
  const { visited } = holdings;
  let level = handover.level;
  let levelEnd = visited.count;
  for (;;) {
    shared.control[lineOf(me) + own.level] = level;
    holdings.expandTo(levelEnd);
    const reports = rounds.end(
      () => holdings.receive(),
      () => [holdings.wishes, visited.count - levelEnd, log.end()],
    );
    const wishes = reports.reduce((all, [bits]) => all | bits!, 0);
    const found = reports.reduce((all, [, states]) => all + states!, 0);
    const ending = endingOf(wishes, found);
    if (ending !== null) return told(holdings, tables, ending, found > 0 ? level + 1 : level, started);
    if ((wishes & wish.relay) !== 0) {
      // Nobody appends between the rounds: this is where the log ends for everybody.
      log.catchUp(Math.max(...reports.map(([, , end]) => end!)));
      holdings.widen();
    } else {
      level += 1;
      levelEnd = visited.count;
    }
  }
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

function told(holdings: Holdings, tables: Tables, ending: Ending, depth: number, started: number): Share {
  const { visited, successors, judge, transitions, cursor } = holdings;
  const states = visited.count - 1;
  const seconds = (performance.now() - started) / 1000;
  const frontier = visited.count - cursor;
  const progress = { states, frontier, transitions, depth, seconds, statesPerSecond: states / seconds };
  return {
    ending,
    why: holdings.why,
    depth,
    expanded: cursor - 1,
    effort: effortOf(tables, progress, visited.bytes() + successors.bytes()),
    witnessesMissed: judge.witnessesMissed(),
    untested: judge.untested(),
    covered: [...successors.covered()],
  };
}
