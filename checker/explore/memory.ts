/** Keeps a run within memory. States lie in typed arrays, of which the process's resident size tells; what a model
 *  makes (values, labels) lies in the JavaScript heap, which has a limit of its own and aborts the process there. */
import { freemem, totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the guard looks at, in bytes and milliseconds. */
export interface Readings {
  now(): number;
  /** What the process holds in memory. */
  resident(): number;
  /** What the machine could still give. */
  free(): number;
  heapUsed(): number;
  heapLimit(): number;
  /** Frees what is not needed any more. */
  collect(): void;
}

export interface MemoryGuard {
  /** Why a run must end now, or null. `coming`: bytes that its tables may have to grow by before the next look. */
  look(coming: number): string | null;
  /** Why so many bytes more cannot be had at all, or null. */
  refusal(bytes: number): string | null;
}

/** Milliseconds between two looks; they cost some 20 microseconds. */
const EVERY = 40;
/** Shares of a limit that are not used: what one look may not see coming, and what ending the run takes. */
const MARGIN = 1 / 16;
const HEAP_MARGIN = 1 / 4;
/** What is left of the machine's free memory to others, if the user names no limit. */
const LEFT_TO_OTHERS = 1 / 5;

/** A guard that keeps the process below `limit` bytes; without a limit, below most of what there is to have. */
export function memoryGuard(limit?: number, readings: Readings = processReadings()): MemoryGuard {
  const free = readings.free();
  const most = limit ?? Math.min(readings.resident() + free * (1 - LEFT_TO_OTHERS), MOST_OF_CONTAINER);
  let next = Number.NEGATIVE_INFINITY;

  /** Bytes until the run must end: of all memory, and of the heap. */
  function room() {
    const own = most * (1 - MARGIN) - readings.resident();
    // Without a limit, others may take what was free when the run began.
    const machines = limit === undefined ? readings.free() - free * LEFT_TO_OTHERS : own;
    const heap = readings.heapLimit() * (1 - HEAP_MARGIN) - readings.heapUsed();
    return { memory: Math.min(own, machines), heap };
  }

  function look(coming: number): string | null {
    if (readings.now() < next) return null;
    const before = room();
    next = readings.now() + EVERY;
    if (before.memory > coming && before.heap > 0) return null;
    // Much of it may be garbage: buffers that were outgrown, values that were known already.
    readings.collect();
    next = readings.now() + EVERY;
    const after = room();
    // To go on with next to no room would mean to collect again and again.
    if (after.heap < HEAP_MARGIN * MARGIN * readings.heapLimit()) return heapIsFull(readings.heapLimit());
    if (after.memory < coming + (MARGIN / 2) * most) return memoryIsFull(coming);
    return null;
  }

  function memoryIsFull(coming: number): string {
    const held = `the process holds ${size(readings.resident())}`;
    const more = coming > 0 ? ` and its tables are about to grow by ${size(coming)}` : '';
    if (limit !== undefined) return `the memory limit of ${size(limit)} was reached (${held}${more})`;
    return `memory is running out (${held}${more}, and ${size(readings.free())} are free; --memory-limit sets a bound)`;
  }

  return {
    look,
    refusal: (bytes) => {
      if (room().memory > bytes) return null;
      readings.collect();
      return room().memory > bytes ? null : memoryIsFull(bytes);
    },
  };
}

function heapIsFull(limit: number): string {
  return (
    `the JavaScript heap of ${size(limit)} is nearly full of values that the model made ` +
    `(NODE_OPTIONS=--max-old-space-size=${Math.round(limit / 2 ** 19)} doubles it)`
  );
}

/** In a container with a limit of its own: most of that. Its free memory does not tell, as the cache counts as used. */
const MOST_OF_CONTAINER = (1 - LEFT_TO_OTHERS) * containerLimit();

function containerLimit(): number {
  const limit = process.constrainedMemory();
  // Without one it is undefined, 0 or larger than any memory.
  return limit > 0 && limit < totalmem() ? limit : Number.POSITIVE_INFINITY;
}

/** What V8 counts to the limit for values that are new; those that stay have the rest. */
const YOUNG = 48 * 2 ** 20;

let gc: (() => void) | undefined;

function processReadings(): Readings {
  return {
    now: () => performance.now(),
    resident: () => process.memoryUsage.rss(),
    free: freemem,
    heapUsed: () => getHeapStatistics().used_heap_size,
    heapLimit() {
      const { heap_size_limit: all } = getHeapStatistics();
      return Math.max(all - YOUNG, all / 2);
    },
    collect() {
      if (gc === undefined) {
        setFlagsFromString('--expose-gc');
        gc = runInNewContext('gc') as () => void;
      }
      gc();
    },
  };
}

/** A number of bytes as the option takes it: `300M`, `2G`, `1.5G`, also with `iB` behind; null if it is none. */
export function sizeOf(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  const bytes = Math.round(Number(number) * 1024 ** ' KMGT'.indexOf(unit.toUpperCase() || ' '));
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : null;
}

function size(bytes: number): string {
  if (bytes >= 10 * 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  if (bytes >= 2 ** 20) return `${Math.round(bytes / 2 ** 20)} MiB`;
  return bytes >= 2 ** 10 ? `${Math.round(bytes / 2 ** 10)} KiB` : `${bytes} bytes`;
}
