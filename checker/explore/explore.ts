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
import { Fingerprinted } from './fingerprinted.ts';
import type { Frontier } from './frontier.ts';
import { queueFor, reserve } from './queue.ts';
import { Recent } from './recent.ts';
import type { Successors } from './successors.ts';
import { Visited } from './visited.ts';

/** How many successors are looked up together, if the frontier allows. */
const BATCH = 64;

type Stopped = Extract<Verdict, { kind: 'incomplete' }>;

export interface Limits {
  readonly maxStates: number;
  readonly keepParents: boolean;
  /** Given if only fingerprints of states are to be kept: which. */
  readonly fingerprintSeed?: number | undefined;
  onTerminal(read: Read): void;
  /** Why there is no memory for so many bytes more, or null. */
  refusal(bytes: number): string | null;
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
  /** What is queued and what was queued lately, which with the visited set and the frontier is all there is to know;
   *  null if successors were given up to a limit. */
  save(): readonly Int32Array[] | null;
  /** Goes on, in a new exploration, where another one was saved. Its states are in the visited set by now. */
  restore(transitions: number, stuck: Exploration['stuck'], queued: readonly Int32Array[]): void;
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
  const { maxStates, keepParents, fingerprintSeed } = limits;
  const visited =
    fingerprintSeed === undefined
      ? new Visited(tables.layout.words, maxStates, keepParents)
      : new Fingerprinted(tables, maxStates, fingerprintSeed);
  let queue = queueFor(tables.layout.words);
  let recent = new Recent(tables.layout.words);
  const self: Exploration = {
    visited,
    transitions: 0,
    broken: null,
    stuck: null,
    stopped: null,
    advance,
    save,
    restore,
    stop,
  };
  /** Whether successors of an expanded state were given up. */
  let lost = false;
  /** The state that a model function is being asked about. */
  let at = 0;
  /** The state that is being expanded, flat. */
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

  function save(): readonly Int32Array[] | null {
    if (lost) return null;
    const { words, parents, hashes, size } = queue;
    const width = tables.layout.words;
    return [words.slice(0, size * width), parents.slice(0, size), hashes.slice(0, size), recent.save()];
  }

  function restore(
    transitions: number,
    stuck: Exploration['stuck'],
    [words, parents, hashes, lately]: readonly Int32Array[],
  ): void {
    self.transitions = transitions;
    self.stuck = stuck;
    queue = queueFor(tables.layout.words);
    reserve(queue, parents!.length, tables.layout.words);
    queue.words.set(words!);
    queue.parents.set(parents!);
    queue.hashes.set(hashes!);
    queue.size = parents!.length;
    recent.restore(lately!);
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
    const refusal = limits.refusal(visited.relayBytes(to));
    if (refusal !== null) {
      stop('memory', refusal);
      return;
    }
    withinMemory(() => visited.relay(from, to));
    if (self.stopped !== null) return;
    relay(tables, to);
    successors.relaid();
    queue = queueFor(to.words);
    recent = new Recent(to.words);
    flat = new Int32Array(to.words);
  }

  /** State `id`, which was expanded just now, has no successors. */
  function terminal(id: number): void {
    if (self.stuck === null) {
      const why = judge.stuck(flat, 0);
      if (why !== null) self.stuck = { state: id, why };
    }
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
