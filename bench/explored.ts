/** What one exploration found, whoever did it. */
export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** Whether every state was visited and nothing bad was found. */
  readonly holds: boolean;
  /** What was found instead. */
  readonly why: string;
  /** Steps to the bad state, where that is known to be the least. */
  readonly steps: number | null;
  /** Bytes held for the visited states: what grows with them, and the hash table. */
  readonly bytes: number | null;
  /** The most bytes that the process had. */
  readonly peak: number;
  /** CPU seconds of the exploration alone, where start-up is not negligible. */
  readonly exploring: number | null;
  /** Of heddle: which share of look-ups was answered without the model, and of the time was spent in the model. */
  readonly memo: { readonly hits: number; readonly slow: number } | null;
}
