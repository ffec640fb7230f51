/** The memory that the threads of a team share: a few words of control, a log of values, the set of visited states, and
 *  the states to be expanded. */

/** Made by the main thread, and handed to every worker as it is. All but the control can grow in place. */
export interface Shared {
  readonly workers: number;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly log: SharedArrayBuffer;
  /** The visited set is in one of them, and moves to the other when it has to grow. */
  readonly tables: readonly SharedArrayBuffer[];
  /** For each worker: the states that it found in levels of even numbers, and those of odd ones. */
  readonly lists: readonly SharedArrayBuffer[];
}

/** Words of two cache lines, which processors fetch together: what different threads write lies so far apart. */
const LINE = 32;

/** Words of control that belong to nobody. */
export const common = {
  /** Not 0: the main thread wants the workers to end. */
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
  /** The last round whose end the worker has reached. */
  arrived: 2,
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
  /** How many states were taken from the worker's lists, of even and of odd levels; others write them too. */
  taken: 32,
} as const;

/** Words of a report. */
export const reportWords = 4;

/** Where the words of control of worker `w` begin. */
export function lineOf(w: number): number {
  return LINE + 2 * LINE * w;
}

/** The 64-bit float of worker `w` that begins at word `at` of its own. */
export function floatOf({ control }: Shared, w: number, at: number): Float64Array {
  return new Float64Array(control.buffer, 4 * (lineOf(w) + at), 1);
}

/** New shared memory for so many workers. */
export function sharedFor(workers: number): Shared {
  return {
    workers,
    control: new Int32Array(new SharedArrayBuffer(4 * LINE * (1 + 2 * workers))),
    log: growable(),
    tables: [growable(), growable()],
    lists: Array.from({ length: 2 * workers }, growable),
  };
}

/** Bytes that shared memory may grow to: addresses are set aside for them, and no memory. */
const MOST = 2 ** 33;

// The types of ES2023 do not know yet that shared memory can grow; Node 20 does.
interface Growable extends SharedArrayBuffer {
  readonly maxByteLength: number;
  grow(length: number): void;
}

function growable(): SharedArrayBuffer {
  const Buffer = SharedArrayBuffer as unknown as new (length: number, most: object) => Growable;
  for (let most = MOST; ; most /= 2) {
    try {
      return new Buffer(0, { maxByteLength: most });
    } catch (error) {
      // A process may be allowed few addresses.
      if (!(error instanceof RangeError) || most < 2 ** 24) throw error;
    }
  }
}

/** Gives `buffer` room for `bytes`, and more if it has to grow. A RangeError if there is no room. */
export function makeRoom(buffer: SharedArrayBuffer, bytes: number): void {
  if (bytes <= buffer.byteLength) return;
  const { maxByteLength } = buffer as Growable;
  (buffer as Growable).grow(Math.max(bytes, Math.min(2 * buffer.byteLength, maxByteLength)));
}
