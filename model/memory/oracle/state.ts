/** The whole state of the list machine (semantics.md 1.1 and 1.2): one global append-only list of messages, views
 *  are positions in it. This is the test oracle: literal and slow. The machine that checks drivers is another. */
import type { Loc, MemoryModel, Scenario } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import type { Address } from '../../program/instruction.ts';
import { evaluate, type Id, type Known, known, type Sym, type Timestamp } from './symbolic.ts';

export interface Message {
  readonly loc: Loc;
  readonly value: Value | null;
  readonly thread: number;
}

/** A store or an atomic that was issued and has not reached memory yet. */
export interface WindowEntry {
  id: Id;
  loc: Loc;
  value: Sym;
  addressView: Timestamp;
  release: boolean;
  /** What its read part reads, of an atomic or STXR; null of a plain store. An acquire that forwards from it is
   *  ordered after that read (aarch64.cat: `rmw; lrs; [A|Q]`). */
  old: Sym | null;
  /** Window entries, and deferred loads, that must go first. */
  pre: Id[];
  prl: Id[];
  /** The read part, if it is still to be performed (phase R). */
  read: { view: Timestamp; noReturn: boolean } | null;
  /** Its read part was performed in memory: until it leaves, nobody else writes `loc`. */
  owns: boolean;
  /** Its read part forwarded from this own entry: it owns `loc` from the moment when that one leaves. */
  follows: Id | null;
  /** STXR: where its LDXR read from. */
  after: Source | null;
  /** Issued before the end of a read-side section (semantics.md 2). */
  cs: boolean;
}

/** Where a read gets its value from: a message, an own store that is still pending, or it is deferred itself. */
export type Source =
  | { readonly kind: 'message'; readonly ts: Timestamp }
  | { readonly kind: 'entry'; readonly id: Id }
  | { readonly kind: 'deferred'; readonly id: Id };

/** The last own store to a cell that reached memory. */
export interface Forward {
  readonly ts: Timestamp;
  /** View of its address and data, and what a control dependency on it carries. */
  readonly view: Timestamp;
  readonly pick: Timestamp;
  /** View of the read part of an atomic or STXR, else 0. */
  readonly readView: Timestamp;
}

/** A load that was issued but not satisfied yet. */
export interface DeferredLoad {
  id: Id;
  loc: Loc;
  /** The instruction that it comes from. */
  pc: number;
  /** Its pre-view, without coherence. */
  view: Timestamp;
  lo: Timestamp;
  /** null = no upper bound. */
  hi: Timestamp | null;
  /** Own earlier stores to `loc` that have not left yet. */
  behind: Id[];
  noReturn: boolean;
  cs: boolean;
}

/** How a CAS was guessed to end. */
export interface Guess {
  left: Sym;
  right: Sym;
  equal: boolean;
}

/** What a thread knows of RCU. */
export interface Rcu {
  depth: number;
  /** Floor for the next section. */
  rf: Timestamp;
  /** What its finished sections have seen. */
  csv: Timestamp;
  /** Its own grace period, between BEGIN and END. */
  gp: GracePeriod | null;
}

/** For whom it waits: 'in' = until the section ends; names = until these entries of the section are complete. */
export interface GracePeriod {
  wait: { readonly thread: number; for: 'in' | Id[] }[];
  acc: Timestamp;
}

export interface Thread {
  pc: number;
  regs: Record<string, Sym>;
  /** By location. */
  coh: Timestamp[];
  fwd: (Forward | null)[];
  vrn: Timestamp;
  vro: Timestamp;
  /** As vro, of reads whose result goes nowhere: only full fences look at it. */
  vno: Timestamp;
  vwo: Timestamp;
  vcap: Timestamp;
  vrel: Timestamp;
  window: WindowEntry[];
  deferred: DeferredLoad[];
  /** Window entries that the last DMB ST keeps before later stores. */
  sf: Id[];
  /** Loads that forwarded a value which is unknown as yet; they join `vro` when it is known. */
  unknownReads: Sym[];
  guesses: Guess[];
  monitor: { loc: Loc; source: Source; value: Sym } | null;
  rcu: Rcu;
}

export interface State {
  memory: Message[];
  /** By location: the thread with a half-done atomic on it. */
  owner: (number | null)[];
  threads: Thread[];
}

/** What does not change in a run. */
export interface Machine {
  readonly model: MemoryModel;
  readonly scenario: Scenario;
  readonly initial: readonly (Value | null)[];
  readonly locate: ReadonlyMap<string, Loc>;
  /** By program, by pc: whether the read there may be deferred. */
  readonly mayDefer: readonly (readonly boolean[])[];
}

export function initialState(machine: Machine): State {
  const perLocation = <T>(value: T): T[] => machine.initial.map(() => value);
  return {
    memory: [],
    owner: perLocation(null),
    threads: machine.scenario.programs.map((program) => ({
      pc: 0,
      regs: Object.fromEntries(
        Object.entries(program.initial).map(([name, value]) => [name, known(value, 0)]),
      ),
      coh: perLocation(0),
      fwd: perLocation(null),
      vrn: 0,
      vro: 0,
      vno: 0,
      vwo: 0,
      vcap: 0,
      vrel: 0,
      window: [],
      deferred: [],
      sf: [],
      unknownReads: [],
      guesses: [],
      monitor: null,
      rcu: { depth: 0, rf: 0, csv: 0, gp: null },
    })),
  };
}

/** A cell and the view of its address; null while the address is unknown. */
export function resolveAddress(
  machine: Machine,
  thread: Thread,
  address: Address,
): { loc: Loc; at: Known } | null {
  const base = evaluate(address.base, thread.regs);
  const index = evaluate(address.index, thread.regs);
  if (base.kind !== 'known' || index.kind !== 'known') return null;
  const loc = machine.locate.get(`${base.value}.${address.field}[${index.value}]`);
  if (loc === undefined) throw new InvalidAddress(`no cell ${base.value}.${address.field}[${index.value}]`);
  return {
    loc,
    at: known(base.value, Math.max(base.view, index.view), Math.max(base.pick, index.pick)),
  };
}

/** A program computed an address outside every object. */
export class InvalidAddress extends Error {
  override name = 'InvalidAddress';
}

export const windowAt = (thread: Thread, loc: Loc): readonly WindowEntry[] =>
  thread.window.filter((entry) => entry.loc === loc);

/** The smallest name that is free; names of what has gone are forgotten everywhere. */
export function freshId(thread: Thread): Id {
  const used = new Set([...thread.window, ...thread.deferred].map(({ id }) => id));
  let id = 0;
  while (used.has(id)) id++;
  return id;
}
