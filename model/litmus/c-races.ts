/** Data races on plain C accesses. The compiler may do with a plain access what the hardware never would, so a test
 *  in which one may race has no meaningful verdict (tools/memory-model/Documentation/explanation.txt, "Plain accesses
 *  and data races"). The check is conservative: only accesses under a common lock are known not to race. */
import type { Address } from '../program/instruction.ts';
import { type Position, Unsupported } from './unsupported.ts';

export interface Access {
  readonly thread: number;
  /** Null: through a pointer in a register, so it may be any variable but a lock. */
  readonly variable: string | null;
  readonly write: boolean;
  readonly plain: boolean;
  /** Locks that are certainly held. */
  readonly locks: ReadonlySet<string>;
  readonly at: Position;
}

/** Throws Unsupported if a plain access and one of another thread to the same variable, one of them a write, have no
 *  lock in common. */
export function refuseRaces(accesses: readonly Access[]): void {
  for (const plain of accesses) {
    if (!plain.plain) continue;
    const other = accesses.find((a) => a.thread !== plain.thread && conflict(plain, a));
    if (other === undefined) continue;
    const variable = plain.variable ?? other.variable ?? 'what a pointer leads to';
    throw new Unsupported(`possible data race on ${variable}`, plain.at);
  }
}

function conflict(a: Access, b: Access): boolean {
  if (!a.write && !b.write) return false;
  if (a.variable !== null && b.variable !== null && a.variable !== b.variable) return false;
  return ![...a.locks].some((lock) => b.locks.has(lock));
}

/** Follows a thread's locks through its code, and notes each access with those that are held. */
export function lockSet() {
  let held: ReadonlySet<string> = new Set();
  let steady = true;
  const noted: Omit<Access, 'thread'>[] = [];
  const common = (a: ReadonlySet<string>, b: ReadonlySet<string>) => new Set([...a].filter((x) => b.has(x)));
  return {
    take(lock: Address): void {
      const name = variableOf(lock);
      if (name !== null) held = new Set([...held, name]);
    },
    /** A lock that cannot be told may be any. */
    give(lock: Address): void {
      const name = variableOf(lock);
      held = new Set(name === null ? [] : [...held].filter((x) => x !== name));
    },
    access(
      to: Address,
      what: { readonly write: boolean; readonly plain: boolean; readonly at: Position },
    ): void {
      noted.push({ ...what, variable: variableOf(to), locks: held });
    },
    /** Two ways, of which one is taken. */
    either<T>(first: () => T, second: () => T): readonly [T, T] {
      const before = held;
      const a = first();
      const after = held;
      held = before;
      const b = second();
      held = common(after, held);
      return [a, b];
    },
    /** A body that is executed any number of times; if it changes the locks, nothing is known of them. */
    repeated<T>(body: () => T): T {
      const before = held;
      const result = body();
      steady &&= before.size === held.size && common(before, held).size === held.size;
      return result;
    },
    accesses: (): readonly Omit<Access, 'thread'>[] =>
      steady ? noted : noted.map((access) => ({ ...access, locks: new Set<string>() })),
  };
}

function variableOf({ base }: Address): string | null {
  return base.kind === 'const' && typeof base.value === 'string' ? base.value.slice(1) : null;
}
