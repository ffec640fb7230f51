/**
 * START HERE. Every component of the state and every kind of agent. If it is not here, it cannot influence a
 * step. A scenario (what there is) is fixed; the components (how it is) change.
 *
 * Agents: a CPU for each program, the grace-period machinery (RCU), an SMMU for each `SmmuDecl`.
 */
import type { Expr, Value } from './program/expression.ts';
import type { AtomicFn, Program } from './program/instruction.ts';

export type MemoryModel = 'sc' | 'tso' | 'armv8';

/** A field of an object: its name and the initial value of each of its cells; null = uninitialised. */
export interface FieldDecl {
  readonly name: string;
  readonly cells: readonly (Value | null)[];
}

/** Something in memory: a struct, an array, a page, a plain variable (one field, `v`). */
export interface ObjectDecl {
  readonly name: string;
  readonly fields: readonly FieldDecl[];
  /** 'unallocated' objects come to life through an `alloc`. */
  readonly life: Life;
  /** 'object': one component for all its cells; 'cell': one for each, where different agents write them. */
  readonly cut: 'object' | 'cell';
  /** Whether devices read it (page tables, STEs): then no store to it is private to a CPU. */
  readonly device: boolean;
}

export type Life = 'unallocated' | 'live' | 'freed';

/** What is fixed in a run. */
export interface Scenario {
  readonly model: MemoryModel;
  readonly objects: readonly ObjectDecl[];
  readonly programs: readonly Program[];
}

/** A memory cell, by its index in the scenario's cells (object by object, field by field). */
export type Loc = number;

/** A position in a thread's lag: 0 = what it has been forced past, i = up to and including `lag[i - 1]`. */
export type View = number;

/** A store that reached memory and that the thread may not have noticed. */
export interface LagEntry {
  readonly loc: Loc;
  /** The value that it overwrote: what a stale load still reads. */
  readonly old: Value | null;
}

/** A register: its value (an expression while a load that it depends on is deferred) and its view. */
export interface Register {
  readonly value: Expr;
  readonly view: View;
}

/** A store, atomic or free that was issued and has not reached memory yet. Entries are named by their position
 *  in the window; `pre` and `prl` hold positions of window entries and deferred loads that must go first. */
export interface WindowEntry {
  readonly what: 'store' | 'rmw' | 'free' | 'kfree_rcu' | 'push';
  /** The cell written; -1 for free, kfree_rcu and push. */
  readonly loc: Loc;
  /** The value to be written; for an rmw whose read part is unperformed, null. */
  readonly value: Expr | null;
  /** View of the address and of the data: what a load that forwards from this entry inherits. */
  readonly view: View;
  readonly release: boolean;
  readonly exclusive: boolean;
  readonly pre: readonly number[];
  readonly prl: readonly number[];
  /** Object freed, or commands pushed. */
  readonly payload: Payload | null;
  /** An rmw whose read part is still to be performed. */
  readonly read: PendingRead | null;
  /** Marked by rcu_read_unlock: the reader's section is not over before this has left. */
  readonly section: boolean;
  /** Index of the instruction, for traces. */
  readonly pc: number;
  /** What this store passed while it waited: set once a later access of the thread took effect. */
  readonly late: boolean;
}

export type Payload =
  | { readonly kind: 'object'; readonly object: string; readonly view: View }
  | { readonly kind: 'commands'; readonly smmu: string; readonly commands: readonly Command[] };

/** The read part of an atomic that waits in the window (only those that return nothing, or may defer). */
export interface PendingRead {
  readonly fn: AtomicFn;
  readonly operand: Expr;
  readonly lo: View;
}

/** A load that was issued but not satisfied yet: later independent stores may leave before it. */
export interface DeferredLoad {
  readonly loc: Loc;
  readonly vpre: View;
  readonly lo: View;
  /** null = no upper bound. */
  readonly hi: View | null;
  readonly section: boolean;
  readonly pc: number;
}

/** A command in a queue: its name and evaluated operands. */
export interface Command {
  readonly name: string;
  readonly operands: Readonly<Record<string, Value>>;
}

/** What a thread did that no thread may do; it stops there. */
export interface Fault {
  readonly kind: 'use-after-free' | 'null-dereference' | 'uninitialised-read' | 'double-free' | 'assertion' | 'rcu';
  readonly why: string;
  readonly pc: number;
}

export interface Forward {
  readonly ts: View;
  readonly view: View;
  readonly exclusive: boolean;
}

/** A CPU context. Views are positions in its own lag (semantics.md 7); records by location have the decimal
 *  location as key. */
export interface Thread {
  readonly pc: number;
  readonly regs: Readonly<Record<string, Register>>;
  readonly lag: readonly LagEntry[];
  readonly vrn: View;
  readonly vro: View;
  readonly vwo: View;
  readonly vcap: View;
  readonly vrel: View;
  readonly coh: Readonly<Record<string, View>>;
  readonly base: Readonly<Record<string, View>>;
  readonly fwd: Readonly<Record<string, Forward>>;
  readonly window: readonly WindowEntry[];
  readonly deferred: readonly DeferredLoad[];
  /** Window entries that the last DMB ST keeps before any later store. */
  readonly sf: readonly number[];
  /** The exclusive monitor: the cell loaded and whether a foreign store has hit it since. */
  readonly monitor: { readonly loc: Loc; readonly lost: boolean; readonly view: View } | null;
  readonly rcu: RcuReader;
  readonly irqs: boolean;
  readonly fault: Fault | null;
}

/** What a thread knows of RCU (semantics.md 2). */
export interface RcuReader {
  /** Nesting depth of read-side critical sections. */
  readonly depth: number;
  /** Floor for the next section: what a grace period that began has made visible. */
  readonly rf: View;
}
