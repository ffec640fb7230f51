/**
 * START HERE. Every component of the state and every kind of agent. If it is not here, it cannot influence a
 * step. A scenario (what there is) is fixed; the components (how it is) change.
 *
 * Agents: a CPU for each program, the grace-period machinery (RCU), an SMMU for each `SmmuDecl`, a consumer of
 * command queues for each `EngineDecl`.
 */
import type { BinaryOp, Value } from './program/expression.ts';
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
  /** The one program that ever accesses it (ModelBug otherwise): what others do by pointers is not taken to reach
   *  it, though it has the same fields as what they reach. */
  readonly owner?: string;
}

export type Life = 'unallocated' | 'live' | 'freed';

/** What is fixed in a run. */
export interface Scenario {
  readonly model: MemoryModel;
  readonly objects: readonly ObjectDecl[];
  readonly programs: readonly Program[];
  readonly smmus: readonly SmmuDecl[];
  /** Hardware that consumes command queues whose slots are memory; none unless the insertion itself is looked at. */
  readonly engines?: readonly EngineDecl[];
  /** What the architecture leaves open; the defaults are what it documents. */
  readonly hardware?: Hardware;
}

/** Switches of SMMUs and devices (semantics.md 3.4, 3.6). */
export interface Hardware {
  /** Whether a CMD_SYNC behind a CFGI waits for transactions that were translated by the old configuration
   *  (IHI 0070 3.21.3). If not, each may use what it hit until a TLBI of that is synchronised. Default true. */
  readonly cfgiSyncDrains?: boolean;
  /** Whether a device answers an ATC_INV while its ATS is off. If not, the command times out: a fault. Default
   *  false. */
  readonly deviceAnswersWhenAtsOff?: boolean;
  /** Whether a device may leave an ATC_INV unanswered though its ATS is on. The CMD_SYNC behind it then stops with
   *  CERROR_ATC_INV_SYNC, which Linux 7.1 answers by issuing it again: it completes. Default false. */
  readonly deviceMayNotAnswer?: boolean;
  /** Whether a device keeps a translation whose completion an ATC_INV overtook: it does not conform. It then takes a
   *  second ATC_INV. Default false. */
  readonly atcKeepsInflight?: boolean;
}

/** An SMMU: its name is also that of the object by which programs point to it. */
export interface SmmuDecl {
  readonly name: string;
  readonly streams: readonly StreamDecl[];
  /** Levels of the page tables that it walks; every table has its descriptors in a field named `pte`. */
  readonly levels: number;
  /** Levels of stage-1 tables, if they have another number than `levels`. */
  readonly levels1?: number;
}

/** A stream, whose device may issue DMA at any time. */
export interface StreamDecl {
  readonly sid: number;
  /** The object that holds its STE. */
  readonly ste: string;
  /** The object that stands for the device, if it has an ATC (driver/ats.ts): its cell `ats` says whether ATS is on,
   *  its cell `reset` whether it is under reset. */
  readonly device?: string;
}

/** The part of an SMMU that consumes command queues from memory, slot by slot (smmu/cmdq-engine.ts). Unlike the
 *  queue of an `SmmuDecl` it knows nothing of what commands do, and everything of how they got there. */
export interface EngineDecl {
  readonly name: string;
  /** Objects made by `cmdqObject`, each a queue. */
  readonly queues: readonly string[];
  /** log2 of the number of slots. */
  readonly shift: number;
  /** PROD and CONS at the start, with the wrap bit. */
  readonly start: number;
  /** Whether a CMD_SYNC that completes overwrites its slot by an MSI, and whether MSIs arrive in their order. */
  readonly msi: 'none' | 'in order' | 'any order';
  readonly lists: readonly CommandList[];
  readonly reuses: readonly Reuse[];
  /** Whether a device may leave an ATC_INV unanswered; then its ATC keeps what it holds. */
  readonly atc: boolean;
}

/** A list as a program hands it to the queue. A command is what stands in its slot: a name that no other has. Those
 *  that begin with CMD_SYNC, ATC_INV and CFGI_STE are what they say. */
export interface CommandList {
  readonly commands: readonly string[];
  /** A cell that must not be 0 when they are consumed: what the CPU stored before it issued them. */
  readonly after: CellName | null;
}

/** A cell that is stored to once these commands are complete: the reuse of a page. */
export interface Reuse {
  readonly cell: CellName;
  readonly commands: readonly string[];
}

export interface CellName {
  readonly object: string;
  readonly field: string;
  readonly index: number;
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

/** What a register, or a store on its way, holds. */
export interface Content {
  /** The value, or what it will come to once the loads that it hangs on are satisfied. */
  readonly value: Symbolic;
  /** What an address or data dependency on it carries, besides the views of what it still hangs on. */
  readonly view: View;
  /** What a control dependency on it carries: `view`, and what was merely picked by on the way (the condition of
   *  a CSEL, the comparison of a CAS). Equal to `view` where no ISB follows. */
  readonly pick: View;
}

export type Symbolic =
  | { readonly kind: 'const'; readonly value: Value }
  /** What the deferred load at that index will read. */
  | { readonly kind: 'pending'; readonly index: number }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Content; readonly right: Content }
  | { readonly kind: 'not'; readonly operand: Content }
  | { readonly kind: 'select'; readonly cond: Content; readonly yes: Content; readonly no: Content }
  /** What a successful CAS returns: the value, without its dependency (semantics.md 5, trap 1). */
  | { readonly kind: 'compared'; readonly of: Content };

/** A store, atomic or free that was issued and has not reached memory yet. Entries are named by their position
 *  in the window; `pre` and `prl` hold positions of window entries and deferred loads that must go first. As
 *  content: the value to be written, with the views of address and data, as a load that forwards gets it. */
export interface WindowEntry extends Content {
  /** 'atomic': the write part of an RMW, or a store-exclusive. */
  readonly what: 'store' | 'atomic' | 'free' | 'kfree_rcu' | 'push';
  /** The cell written; -1 for free, kfree_rcu and push. */
  readonly loc: Loc;
  readonly release: boolean;
  /** What the read part of an atomic read (its view only, once it is known): an acquire that forwards from this
   *  entry comes after that read. Null of a plain store. */
  readonly read: Content | null;
  /** Of an atomic whose read part is performed: how many earlier entries of the same cell must still leave until
   *  it owns the cell (it forwarded from the last of them); 0 = it does. Null of anything else. */
  readonly owns: number | null;
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
  /** How many own earlier stores to the cell are still in the window: it is not satisfied before they have left. */
  readonly behind: number;
  /** The read part of the atomic whose write part is this window entry: reads the latest value and then owns the
   *  cell; null for a load. */
  readonly atomic: number | null;
  /** An atomic that returns nothing: no fence waits for its read part, which leaves no view behind. */
  readonly noReturn: boolean;
  readonly section: boolean;
  readonly gps: readonly string[];
  readonly pc: number;
}

/** How a CAS was taken to end before that was known. */
export interface Guess {
  readonly old: Content;
  readonly expected: Content;
  readonly equal: boolean;
}

/** The exclusive monitor: what the last LDXR loaded, and from where. */
export interface Monitor {
  readonly loc: Loc;
  /** A foreign store has hit the cell since. */
  readonly lost: boolean;
  /** How many own stores to the cell must leave until the one that it forwarded from has. */
  readonly ahead: number;
  /** The deferred load that it is. */
  readonly deferred: number | null;
  /** What it read (its view only, once it is known). */
  readonly read: Content;
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

/** An own store that reached memory last: what a load of it gets instead of its position. */
export interface Forward {
  readonly ts: View;
  readonly view: View;
  readonly pick: View;
  /** View of the read part of an atomic, which a load-acquire gets besides; else 0. */
  readonly readView: View;
}

/** A CPU context. Views are positions in its own lag (semantics.md 7); records by location have the decimal
 *  location as key. */
export interface Thread {
  readonly pc: number;
  readonly regs: Readonly<Record<string, Content>>;
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
  /** What loads got that forwarded a value which is not known yet; its view joins vro when it is. */
  readonly unknown: readonly Content[];
  /** Guesses that have not been proved yet. */
  readonly guesses: readonly Guess[];
  readonly monitor: Monitor | null;
  readonly rcu: RcuReader;
  /** How many local_irq_save()s are not restored yet: no interrupt is taken unless it is 0. */
  readonly irqsOff: number;
  /** Objects that this thread allocated and has not shown to anybody yet. */
  readonly hidden: readonly string[];
  /** Objects that this thread has freed, or has given to kfree_rcu. */
  readonly freed: readonly string[];
  readonly fault: Fault | null;
}

/** What a thread knows of RCU (semantics.md 2). */
export interface RcuReader {
  /** Nesting depth of read-side critical sections. */
  readonly depth: number;
  /** Floor for the next section: what a grace period that began has made visible. */
  readonly rf: View;
  /** What the sections of others that are over have seen: a grace period that begins now ends after them. */
  readonly finished: View;
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
  readonly next:
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

/** a grace period began: `after` counts, per cell, the stores that came after its caller's view; */
export interface GracePeriodEvent {
  readonly kind: 'gp-begin';
  readonly id: string;
  readonly by: number;
  readonly after: Readonly<Record<string, number>>;
}

/** a read-side section ended, or something issued in it took effect after its end: `after` as above, of what the
 *  reader saw there; `gps` = the grace periods that it held up. Only if some program calls synchronize_rcu(). */
export interface SectionEvent {
  readonly kind: 'section-end';
  readonly by: number;
  readonly after: Readonly<Record<string, number>>;
  readonly gps: readonly string[];
}

/** The device that an SMMU is to other agents' stores: `by` of its own. */
export const DEVICE = -1;

/** What an SMMU may hold now (semantics.md 3.2): the union over everything that it could have fetched, prefetched
 *  and kept. Each entry carries the indices of the consumed commands that doom it: it is gone at the next
 *  CMD_SYNC, and may be used until then. Lists that only some scenarios need are absent while they are empty. */
export interface Smmu {
  /** Cached STE qwords. */
  readonly ste: readonly SteEntry[];
  /** Cached CD qwords. */
  readonly cd?: readonly CdEntry[];
  /** Walk caches, and walks in flight. */
  readonly walks: readonly WalkEntry[];
  readonly tlb: readonly TlbEntry[];
  /** What devices behind it hold in their ATCs. */
  readonly atc?: readonly AtcEntry[];
  /** Transactions that outlived the configuration by which they were translated (Hardware.cfgiSyncDrains). */
  readonly held?: readonly HeldEntry[];
  /** Commands consumed since the last CMD_SYNC. */
  readonly consumed: readonly Command[];
  /** Why the queue has stopped, if it has. */
  readonly fault?: SmmuFault;
}

export interface SteEntry {
  readonly sid: number;
  /** Which 64-bit word of the STE. */
  readonly q: number;
  readonly value: Value;
  readonly doom: readonly number[];
}

/** CDs are cached for each stream, even if streams share a table (IHI 0070 4.3.3). */
export interface CdEntry {
  readonly sid: number;
  readonly ssid: number;
  /** What the STE points to: the CD table, or an IPA where it lies. */
  readonly table: string;
  readonly q: number;
  readonly value: Value;
  readonly doom: readonly number[];
}

/** By what tag an entry is looked up. */
export interface Tag {
  /** Of a stage-1 entry, or one of both stages combined; absent of a stage-2 entry. Every mapping is non-global. */
  readonly asid?: Value;
  /** Null in the EL2 world. */
  readonly vmid: Value | null;
}

export interface WalkEntry extends Tag {
  /** Table object that the walk has reached, and the levels that remain below its descriptors. */
  readonly table: string;
  readonly below: number;
  /** Page number of the first IOVA (or IPA) that it translates. */
  readonly page: number;
  readonly doom: readonly number[];
}

export interface TlbEntry extends Tag {
  /** IOVA (or IPA) in pages, and the page object that it leads to. */
  readonly page: number;
  /** Levels below that of the descriptor, if it is a block; absent of a page. */
  readonly below?: number;
  readonly target: string;
  readonly doom: readonly number[];
}

export interface AtcEntry {
  readonly sid: number;
  /** Null: of requests without a substream. */
  readonly ssid: number | null;
  readonly page: number;
  readonly below?: number;
  readonly target: string;
  /** Has come back once after an ATC_INV (Hardware.atcKeepsInflight). */
  readonly late?: true;
  readonly doom: readonly number[];
}

/** A TLB entry in use by a transaction of the stream. */
export interface HeldEntry extends TlbEntry {
  readonly sid: number;
}

/** An error of the command queue: an illegal command, or an ATC_INV that no device answers. */
export interface SmmuFault {
  readonly kind: 'CERROR_ILL' | 'CERROR_ATC_INV_SYNC';
  readonly why: string;
}

/** What consumes command queues from memory, and what it has found wrong with them. */
export interface Engine {
  readonly queues: readonly EngineQueue[];
  /** Commands that a completed CMD_SYNC of their queue covers, sorted. */
  readonly completed: readonly string[];
  /** Whether the device's ATC still holds what ATC_INVs are to remove. */
  readonly atc: boolean;
  readonly misuse: Misuse | null;
}

export interface EngineQueue {
  /** Position of the next command, with the wrap bit. */
  readonly cons: number;
  /** Commands consumed since the last CMD_SYNC, sorted. */
  readonly consumed: readonly string[];
  /** What must follow: the rest of the list that was begun. */
  readonly rest: readonly string[];
  /** CMD_SYNCs that are complete and whose MSI has not been written yet. */
  readonly msis: readonly { readonly slot: number; readonly command: string }[];
  /** ATC_INVs that no device answers. */
  readonly unanswered: readonly string[];
  /** Stopped by an error until software acknowledges it (GERRORN == GERROR). */
  readonly stopped: boolean;
}

/** What no user of a command queue may do, or find done. */
export interface Misuse {
  readonly kind:
    | 'slot not written'
    | 'slot overwritten'
    | 'PROD moved back'
    | 'list torn'
    | 'consumed too early'
    | 'returned too early'
    | 'ATC not invalidated';
  readonly why: string;
}
