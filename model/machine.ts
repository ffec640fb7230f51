/**
 * START HERE. Every component of the state and every kind of agent. If it is not here, it cannot influence a
 * step. A scenario (what there is) is fixed; the components (how it is) change.
 *
 * Agents: a CPU for each program, the grace-period machinery (RCU), an SMMU for each `SmmuDecl`.
 */
import type { Expr, Value } from './program/expression.ts';
import type { Program } from './program/instruction.ts';

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
  readonly smmus: readonly SmmuDecl[];
}

/** An SMMU: its name is also that of the object by which programs point to it. */
export interface SmmuDecl {
  readonly name: string;
  /** Streams whose devices may issue DMA at any time, each with the object that holds its STE. */
  readonly streams: readonly { readonly sid: number; readonly ste: string }[];
  /** Levels of the page tables that it walks; every table has its descriptors in a field named `pte`. */
  readonly levels: number;
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
  /** 'atomic': the write part of an RMW; the thread owns the cell once its read part is performed. */
  readonly what: 'store' | 'atomic' | 'free' | 'kfree_rcu' | 'push';
  /** The cell written; -1 for free, kfree_rcu and push. */
  readonly loc: Loc;
  /** The value to be written. */
  readonly value: Expr;
  /** View of the address and of the data: what a load that forwards from this entry inherits. */
  readonly view: View;
  readonly release: boolean;
  /** Written by an exclusive or an atomic: a load-acquire does not forward from it. */
  readonly exclusive: boolean;
  readonly pre: readonly number[];
  readonly prl: readonly number[];
  /** Object freed, or commands pushed. */
  readonly payload: Payload | null;
  /** Issued before the end of a read-side section: the section is not over before this has left. */
  readonly section: boolean;
  /** Grace periods that wait for this entry. */
  readonly gps: readonly string[];
  /** Index of the instruction, for traces. */
  readonly pc: number;
}

export type Payload =
  | { readonly kind: 'object'; readonly object: string; readonly view: View }
  | { readonly kind: 'commands'; readonly smmu: string; readonly commands: readonly Command[] };

/** A load, or the read part of an atomic, that was issued but not satisfied yet: later independent stores may
 *  leave before it. */
export interface DeferredLoad {
  readonly loc: Loc;
  readonly vpre: View;
  readonly lo: View;
  /** null = no upper bound. */
  readonly hi: View | null;
  /** The read part of the atomic whose write part is this window entry: reads the latest value and then owns the
   *  cell; null for a load. */
  readonly atomic: number | null;
  /** An atomic that returns nothing: no fence waits for its read part, which leaves no view behind. */
  readonly noReturn: boolean;
  readonly section: boolean;
  readonly gps: readonly string[];
  readonly pc: number;
}

/** A command in a queue: its name and evaluated operands. */
export interface Command {
  readonly name: string;
  readonly operands: Readonly<Record<string, Value>>;
}

/** What a thread did that no thread may do; it stops there. */
export interface Fault {
  readonly kind:
    | 'use-after-free'
    | 'bad pointer'
    | 'uninitialised read'
    | 'double free'
    | 'assertion'
    | 'RCU misuse';
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
  readonly monitor: { readonly loc: Loc; readonly lost: boolean } | null;
  readonly rcu: RcuReader;
  readonly irqs: boolean;
  /** Objects that this thread allocated and has not shown to anybody yet. */
  readonly hidden: readonly string[];
  readonly fault: Fault | null;
}

/** What a thread knows of RCU (semantics.md 2). */
export interface RcuReader {
  /** Nesting depth of read-side critical sections. */
  readonly depth: number;
  /** Floor for the next section: what a grace period that began has made visible. */
  readonly rf: View;
  /** Grace periods that began during the present section and wait for its end. */
  readonly blocks: readonly string[];
}

/** The grace-period machinery: who is inside a read-side section (or still has stores of one to make), and which
 *  grace periods have begun. */
export interface Rcu {
  /** What went wrong in a callback, if anything. */
  readonly fault: string | null;
  /** Threads, in ascending order. */
  readonly readers: readonly number[];
  readonly gps: readonly GracePeriod[];
}

export interface GracePeriod {
  readonly id: string;
  /** What follows it: an object is freed, or a thread in synchronize_rcu goes on. */
  readonly then:
    | { readonly kind: 'free'; readonly object: string }
    | { readonly kind: 'resume'; readonly thread: number };
  /** Threads whose sections it waits for. */
  readonly wait: readonly number[];
}

/** Events. A store reached memory; */
export interface StoreEvent {
  readonly kind: 'store';
  readonly loc: Loc;
  readonly old: Value | null;
  readonly by: number;
}

/** a grace period began: `after` counts, per cell, the stores that came after its caller's view. */
export interface GracePeriodEvent {
  readonly kind: 'gp-begin';
  readonly id: string;
  readonly by: number;
  readonly after: Readonly<Record<string, number>>;
}

/** The device that an SMMU is to other agents' stores: `by` of its own. */
export const DEVICE = -1;

/** What an SMMU may hold now (semantics.md 3.2): the union over everything that it could have fetched, prefetched
 *  and kept. Each entry carries the indices of the consumed commands that doom it: it is gone at the next
 *  CMD_SYNC, and may be used until then. */
export interface Smmu {
  /** Cached STE qwords. */
  readonly ste: readonly SteEntry[];
  /** Walk caches, and walks in flight. */
  readonly walks: readonly WalkEntry[];
  readonly tlb: readonly TlbEntry[];
  /** Commands consumed since the last CMD_SYNC. */
  readonly consumed: readonly Command[];
}

export interface SteEntry {
  readonly sid: number;
  /** Which 64-bit word of the STE. */
  readonly q: number;
  readonly value: Value;
  readonly doom: readonly number[];
}

export interface WalkEntry {
  readonly vmid: Value;
  /** Table object that the walk has reached, and the levels that remain below its descriptors. */
  readonly table: string;
  readonly below: number;
  /** Page number of the first IOVA (or IPA) that it translates. */
  readonly page: number;
  readonly doom: readonly number[];
}

export interface TlbEntry {
  readonly vmid: Value;
  /** IOVA (or IPA) in pages, and the page object that it leads to. */
  readonly page: number;
  readonly target: string;
  readonly doom: readonly number[];
}
