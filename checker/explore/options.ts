/** What may be asked of a check, and what it tells while it runs. */
import type { Keeping, Kept } from '../checkpoint/keeper.ts';
import type { Outcome, Verdict } from '../outcome.ts';
import type { Read } from '../system.ts';
import type { Search } from './frontier.ts';

/** How an exploration goes, told from time to time. */
export interface Progress {
  readonly states: number;
  readonly frontier: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  readonly statesPerSecond: number;
  /** Of diagrams, while it is not known yet how many states they stand for. */
  readonly nodes?: number;
}

/** Random walks from the initial state: which, how many, and how long. */
export interface RandomWalks {
  /** A 32-bit integer; the same seed takes the same steps. */
  readonly seed: number;
  readonly walks: number;
  /** Steps after which a walk is given up and the next one begins. */
  readonly depth: number;
}

export interface CheckOptions {
  /** By default `explicit`: states one by one. `symbolic` (symbolic/symbolic.ts) takes them in sets, and asks the
   *  explicit engine for traces. */
  readonly engine?: 'explicit' | 'symbolic';
  /** `random` never proves anything: its verdict is incomplete unless it finds something. */
  readonly search: Search | 'random';
  /** Only with the search `random`. */
  readonly random?: RandomWalks;
  /** No more states than this are kept; a verdict that needs more is incomplete. */
  readonly maxStates?: number;
  /** Bytes that the process may hold; the verdict is incomplete if it needs more. By default most of what is free. */
  readonly memoryLimit?: number;
  /** Keeps only fingerprints of states, of this seed. Breadth first only. */
  readonly fingerprintSeed?: number;
  /** Where the exploration is kept now and then, and when it is stopped. Not for random walks. */
  readonly checkpoint?: Keeping;
  /** What to go on from. */
  readonly resume?: Kept;
  /** Ends the exploration with an incomplete verdict. */
  readonly signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** Called for each state without successors; `read` is valid during the call. */
  onTerminal?(read: Read): void;
  /** Whether of states that are alike by a symmetry of the system one is explored; by default true. Not where
   *  `onTerminal` is to see every state without successors, nor by random walks. */
  readonly symmetry?: boolean;
  /** False saves 4 bytes a state, and a counterexample then has no steps. */
  readonly keepTraces?: boolean;
}

/** A search that was begun. */
export interface Run {
  /** Takes up to `steps` states from the frontier. False when there is nothing left to do. */
  advance(steps: number): boolean;
  /** Ends the search from outside. */
  stop(bound: Extract<Verdict, { kind: 'incomplete' }>['bound'], what: string): void;
  /** Whether something was found that ends it, or it was stopped. */
  ended(): boolean;
  /** Bytes by which its tables may have to grow within the next thousands of states, if that is known. */
  growth?(): number;
  progress(): Progress;
  outcome(): Outcome;
}
