/** The memory that the threads of a team share: a few words of control, mailboxes for states, and a log of values. */

/** Made by the main thread, and handed to every worker as it is. */
export interface Shared {
  readonly workers: number;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly mail: Int32Array<SharedArrayBuffer>;
  /** Chunks of states that can be under way from one worker to another: a power of 2. */
  readonly chunks: number;
  /** Grows. */
  readonly log: SharedArrayBuffer;
}

/** Words of two cache lines, which processors fetch together: what different threads write lies so far apart. */
export const LINE = 32;

/** Words of control that belong to nobody. */
export const common = {
  /** Not 0: whoever started the team wants it to end. */
  abort: 0,
  /** The number of the round that somebody wants to end early. */
  hurry: 1,
  /** Not 0: somebody is appending to the log. */
  lock: 2,
  /** Bytes of the log that are written. */
  logEnd: 3,
} as const;

/** Words of control that one worker writes, counted from the beginning of its own. */
export const own = {
  /** Goes up when the worker may have something to do; whoever waits, waits for this. */
  bell: 0,
  asleep: 1,
  /** The last round in which the worker has sent all that it had to send. */
  sent: 2,
  /** The last round whose end the worker has reached. */
  arrived: 3,
  states: 4,
  expanded: 5,
  /** A 64-bit float. */
  transitions: 6,
  /** What the worker has to say at the end of a round; rounds take turns between two places, so that a fast worker
   *  does not write what a slow one has yet to read. */
  report: 8,
  /** The distance from the initial state at which the worker expands. */
  level: 16,
  /** A 64-bit float: bytes that the worker will ask for soon. */
  growth: 18,
} as const;

/** Words of a report. */
export const reportWords = 4;

/** Where the words of control of worker `w` begin. */
export function lineOf(w: number): number {
  return (1 + w) * LINE;
}

/** The 64-bit float of worker `w` that begins at word `at` of its own. */
export function floatOf({ control }: Shared, w: number, at: number): Float64Array {
  return new Float64Array(control.buffer, 4 * (lineOf(w) + at), 1);
}

const FIRST_LOG = 1 << 16;
const MOST_LOG = 2 ** 30;

export const CHUNKS = 32;
/** The size of a chunk: as many states as are well looked up together. */
export const CHUNK_WORDS = 512;

/** A mailbox has a line with how many chunks were ever sent, one with how many were ever taken, and then each chunk,
 *  with a line before it that says how many of its words are filled. */
export function mailboxWords(chunks: number): number {
  return 2 * LINE + chunks * (LINE + CHUNK_WORDS);
}

/** New shared memory for so many workers. */
export function sharedFor(workers: number, chunks = CHUNKS): Shared {
  return {
    workers,
    chunks,
    control: new Int32Array(new SharedArrayBuffer(4 * LINE * (workers + 1))),
    mail: new Int32Array(new SharedArrayBuffer(4 * mailboxWords(chunks) * workers * workers)),
    // The types of ES2023 do not know yet that shared memory can grow; Node 20 does.
    log: new (SharedArrayBuffer as unknown as new (length: number, max: object) => SharedArrayBuffer)(
      FIRST_LOG,
      { maxByteLength: MOST_LOG },
    ),
  };
}

/** Gives `log` room for `bytes`. A RangeError if there is no room. */
export function growLog(log: SharedArrayBuffer, bytes: number): void {
  if (bytes <= log.byteLength) return;
  const length = Math.max(bytes, Math.min(2 * log.byteLength, MOST_LOG));
  (log as unknown as { grow(length: number): void }).grow(length);
}
