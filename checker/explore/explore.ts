/** The one loop, and the hot one:
 *
 *  1. take a state from the frontier (`bfs.ts`, `dfs.ts`) and load its packed words;
 *  2. queue its successors: for each agent what it learned here before, as XORs on the words (`successors.ts`);
 *  3. sift out those that were queued a moment ago (`recent.ts`);
 *  4. when the queue holds a batch, look all of it up in the visited set at once (`visited.ts`), so that the processor
 *     waits for many cache misses together;
 *  5. judge the states that are new, by what their last step changed (`../property/judge.ts`).
 *
 *  The model's own functions are run only where a combination of values comes up for the first time. A value whose
 *  number does not fit its field makes the loop stop to give every state another layout. */
import { nextLayout, reader, relay, type Tables } from '../intern/tables.ts';
import type { Verdict } from '../outcome.ts';
import type { Break, Judge } from '../property/judge.ts';
import type { Read } from '../system.ts';
import type { Frontier } from './frontier.ts';
import { queueFor } from './queue.ts';
import { Recent } from './recent.ts';
import type { Successors } from './successors.ts';
import { Visited } from './visited.ts';

/** How many successors are looked up together, if the frontier allows. */
const BATCH = 64;

type Stopped = Extract<Verdict, { kind: 'incomplete' }>;

export interface Limits {
  readonly maxStates: number;
  readonly keepParents: boolean;
  onTerminal(read: Read): void;
}

/** Where an exploration stands. */
export interface Exploration {
  readonly visited: Visited;
  transitions: number;
  broken: Break | null;
  stuck: { readonly state: number; readonly why: string } | null;
  stopped: Stopped | null;
  /** Expands up to `states` states. False when the exploration has ended. */
  advance(states: number): boolean;
  /** Looks up what is queued. True if then every state is found, expanded or in the frontier, and nothing was lost to a
   *  limit: what is stored now is all there is to know. */
  settle(): boolean;
  /** Goes on where another exploration was settled: `fill` adds the states that it had found. */
  restore(transitions: number, stuck: Exploration['stuck'], fill: (visited: Visited) => void): void;
  /** Ends the exploration from outside. */
  stop(bound: Stopped['bound'], what: string): void;
}

/** `explain` adds the way to a state to an error that a model function threw there. */
export function explore(
  tables: Tables,
  successors: Successors,
  judge: Judge,
  frontier: Frontier,
  limits: Limits,
  explain: (error: unknown, visited: Visited, state: number) => unknown,
): Exploration {
  const visited = new Visited(tables.layout.words, limits.maxStates, limits.keepParents);
  let queue = queueFor(tables.layout.words);
  let recent = new Recent(tables.layout.words);
  const self: Exploration = {
    visited,
    transitions: 0,
    broken: null,
    stuck: null,
    stopped: null,
    advance,
    settle,
    restore,
    stop,
  };
  /** Whether successors of an expanded state were given up. */
  let lost = false;
  /** The state that a model function is being asked about. */
  let at = 0;
  /** One state, flat. */
  let flat = new Int32Array(tables.layout.words);

  // The initial state has number 0 for every component, and the queue is zero.
  queue.parents[0] = -1;
  queue.size = 1;
  return self;

  function advance(states: number): boolean {
    try {
      for (let left = states; left > 0; left--) if (!step()) return false;
      return true;
    } catch (error) {
      throw explain(error, visited, at);
    }
  }

  function settle(): boolean {
    if (queue.size > 0 && !ended()) flush();
    return queue.size === 0 && !lost && self.broken === null;
  }

  function restore(transitions: number, stuck: Exploration['stuck'], fill: (visited: Visited) => void): void {
    queue.size = 0;
    self.transitions = transitions;
    self.stuck = stuck;
    fill(visited);
  }

  /** Expands one state; false if the exploration has ended. */
  function step(): boolean {
    let id = frontier.next(queue.size);
    if (id < 0) {
      flush();
      if (ended()) return false;
      id = frontier.next(0);
      if (id < 0) return false;
    }
    at = id;
    const found = expand(id);
    if (found === 0) terminal(id);
    if (found > 0) self.transitions += found;
    if (queue.size >= BATCH) flush();
    return !ended();
  }

  function ended(): boolean {
    return self.broken !== null || self.stopped !== null;
  }

  /** Looks up what is queued, and judges what is new. */
  function flush(): void {
    const from = visited.count;
    withinMemory(() => visited.insert(queue, true));
    frontier.found(from, visited.count);
    lost ||= visited.full;
    if (visited.full) stop('max-states', `the limit of ${limits.maxStates} states was reached`);
    const { words, moves } = queue;
    const { fresh } = visited;
    const width = tables.layout.words;
    for (let state = from; state < visited.count && self.broken === null; state++) {
      at = state;
      const i = fresh[state - from]!;
      self.broken = judge.judge(words, i * width, state, moves[i]!);
    }
  }

  /** Queues the successors of `id`; how many, or -1 if memory ended. */
  function expand(id: number): number {
    for (;;) {
      visited.load(id, flat);
      const start = queue.size;
      const found = successors.expand(flat, 0, queue);
      if (found >= 0) {
        const { parents } = queue;
        for (let i = start; i < queue.size; i++) parents[i] = id;
        recent.sift(queue, start);
        return found;
      }
      widen();
      if (ended()) {
        lost = true;
        return -1;
      }
      at = id;
    }
  }

  /** Gives every field the bits that its component's values need by now. */
  function widen(): void {
    flush();
    const from = tables.layout;
    const to = nextLayout(tables);
    withinMemory(() => visited.relay(from, to));
    if (self.stopped !== null) return;
    relay(tables, to);
    successors.relaid();
    queue = queueFor(to.words);
    recent = new Recent(to.words);
    flat = new Int32Array(to.words);
  }

  function terminal(id: number): void {
    if (self.stuck === null) {
      visited.load(id, flat);
      const why = judge.stuck(flat, 0);
      if (why !== null) self.stuck = { state: id, why };
    }
    visited.load(id, flat);
    limits.onTerminal(reader(tables, flat, 0));
  }

  function stop(bound: Stopped['bound'], what: string): void {
    if (ended()) return;
    if (queue.size > 0) flush();
    if (ended()) return;
    const covered = visited.count - frontier.size();
    self.stopped = {
      kind: 'incomplete',
      bound,
      why:
        `${what}: ${visited.count} states were found and satisfy every invariant, ${covered} of them were ` +
        `expanded, ${frontier.size()} were not; the deepest is ${frontier.depth()} steps from the initial state`,
    };
  }

  function withinMemory(allocate: () => void): void {
    try {
      allocate();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      queue.size = 0;
      lost = true;
      stop('memory', `no memory for more states (${error.message})`);
    }
  }
}
