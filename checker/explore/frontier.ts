/** In which order the states that were found are expanded: the plug that makes the one loop a search strategy. */
export interface Frontier {
  /** Whether all states at one distance from the initial state are found before any that are further away. */
  readonly inLayers: boolean;
  /** Takes note that the states `from` to `to - 1` were found. */
  found(from: number, to: number): void;
  /** The state to expand next; -1 if there is none, or if that depends on the `pending` successors that were not
   *  looked up yet. A frontier that does not mind them lets the loop look up many at a time, which is faster. */
  next(pending: number): number;
  /** Found but not taken yet. */
  size(): number;
  /** The largest distance from the initial state at which a state was found. */
  depth(): number;
  /** Whether to end at the end of a level, as if it were the last; only breadth first has levels. */
  pause?(wanted: boolean): void;
  /** Where it stands, for another one of its kind to go on from. */
  save(): FrontierRecord;
  /** `states`: how many were found. Throws if that cannot be where one stood. */
  restore(record: FrontierRecord, states: number): void;
}

/** A frontier as it is kept: numbers, and states in an order. */
export interface FrontierRecord {
  readonly numbers: readonly number[];
  readonly lists: readonly Int32Array[];
}

export type Search = 'bfs' | 'dfs';
