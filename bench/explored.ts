/** What one exploration found, whoever did it. */
export interface Explored {
  /** A number where it is exact; of a symbolic engine it may be above 2^53, and then it is not. */
  readonly states: number;
  /** Null of engines that do not take them one by one. */
  readonly transitions: number | null;
  /** Whether every state was visited and nothing bad was found. */
  readonly holds: boolean;
  /** What was found instead. */
  readonly why: string;
  /** Steps of the counterexample. */
  readonly steps: number | null;
  /** Bytes held for the visited states: what grows with them, and the hash table. */
  readonly bytes: number | null;
  /** CPU seconds of the exploration alone, where start-up is not negligible. */
  readonly exploring: number | null;
  /** Of a symbolic engine: the most nodes that its diagrams had. */
  readonly nodes: number | null;
  /** Of heddle: which share of look-ups was answered without the model, and of the time was spent in the model. */
  readonly memo: { readonly hits: number; readonly slow: number } | null;
}
