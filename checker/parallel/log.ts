/** The values that any thread of a team has met, in one order for all: the number of a value of a component is how
 *  many of that component stand before it. Whoever meets a value that it does not know looks at what others have
 *  appended, and appends it if nobody has. */
import { Buffer } from 'node:buffer';
import { keyOf, sealed } from '../intern/canonical.ts';
import type { Interner } from '../intern/interner.ts';
import { ModelBug } from '../system.ts';
import { common, makeRoom, type Shared } from './shared.ts';

/** An entry: the component and the length of the text, then the value as JSON, and nothing up to a multiple of 4. */
const HEAD = 8;

/** One thread's knowledge of the log. */
export class Log {
  private readonly shared: Shared;
  /** For each component: the numbers of its values by their keys, and its values by number. */
  private readonly ids: Map<string, number>[];
  private readonly values: unknown[][];
  private read = 0;

  constructor(shared: Shared, components: number) {
    this.shared = shared;
    this.ids = Array.from({ length: components }, () => new Map());
    this.values = Array.from({ length: components }, () => []);
  }

  /** How long the log is now. */
  end(): number {
    return Atomics.load(this.shared.control, common.logEnd);
  }

  /** Learns what was appended before `end`. */
  catchUp(end: number): void {
    if (this.read === end) return;
    const { log } = this.shared;
    const text = Buffer.from(log, 0, end);
    while (this.read < end) {
      const component = text.readInt32LE(this.read);
      const length = text.readInt32LE(this.read + 4);
      const json = text.toString('utf8', this.read + HEAD, this.read + HEAD + length);
      this.note(component, sealed(JSON.parse(json)));
      this.read += sizeOf(length);
    }
  }

  /** The values of component `c`, for tables. `what` names them in an error. */
  interner(c: number, what: string): Interner<unknown> {
    const ids = this.ids[c]!;
    const values = this.values[c]!;
    const keyed = (value: unknown): string => {
      try {
        return keyOf(value);
      } catch (error) {
        throw new ModelBug(`${what}: ${(error as Error).message}`, { cause: error });
      }
    };
    return {
      idOf: (value) => {
        const key = keyed(value);
        return ids.get(key) ?? this.append(c, key, value);
      },
      find: (value) => ids.get(keyOf(value)) ?? -1,
      valueOf: (id) => {
        // A state that somebody sent may hold a number that is new here; it was appended before the state was sent.
        if (id >= values.length) this.catchUp(this.end());
        return values[id];
      },
      count: () => values.length,
    };
  }

  private note(component: number, value: unknown): void {
    const values = this.values[component]!;
    this.ids[component]!.set(keyOf(value), values.length);
    values.push(value);
  }

  private append(c: number, key: string, value: unknown): number {
    const { control, log } = this.shared;
    while (Atomics.compareExchange(control, common.lock, 0, 1) !== 0) Atomics.wait(control, common.lock, 1);
    try {
      this.catchUp(this.end());
      const known = this.ids[c]!.get(key);
      if (known !== undefined) return known;
      const json = JSON.stringify(value);
      const length = Buffer.byteLength(json);
      const end = this.read + sizeOf(length);
      makeRoom(log, end);
      const text = Buffer.from(log, 0, end);
      text.writeInt32LE(c, this.read);
      text.writeInt32LE(length, this.read + 4);
      text.write(json, this.read + HEAD);
      // Only now can others see the entry, and it is whole.
      Atomics.store(control, common.logEnd, end);
      this.catchUp(end);
      return this.ids[c]!.get(key)!;
    } finally {
      Atomics.store(control, common.lock, 0);
      Atomics.notify(control, common.lock, 1);
    }
  }
}

function sizeOf(length: number): number {
  return (HEAD + length + 3) & ~3;
}
