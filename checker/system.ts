/**
 * START HERE. The contract between a model and the checker: a state is a record of **components**, **agents**
 * take steps that change components, a step may announce **events** that other components absorb, and
 * **invariants** and **witnesses** are judged on components. The checker knows nothing else of a model.
 *
 * Every function here must be pure: the same values read give the same result, in the same order. The engine
 * runs each of them once per distinct combination of the values that it reads and remembers the answer.
 */

/** A typed handle to one component of the state: its position in the state vector and its name. */
export interface Ref<T> {
  readonly index: number;
  readonly name: string;
  /** Never present at run time; it carries the type. A plain name, so that a model can declare these types
   *  itself and import nothing of ours. */
  readonly type?: (value: T) => T;
}

/** Reads a component of the state. The engine records the reads, so read only what the decision needs. */
export type Read = <T>(component: Ref<T>) => T;

/** Something that a step made happen and that other components react to. A small JSON value. */
export interface Event {
  readonly kind: string;
}

/** How a component absorbs the events that steps announce. */
export interface Reaction<T> {
  /** Whether `event` can change the component at all; judged once per distinct event. */
  listens(event: Event): boolean;
  /** The component's value after `event`. `own` is its value before; `read` sees the state after the writes of
   *  the step, but before any reaction to this event. */
  react(event: Event, own: T, read: Read): T;
}

/** One component of the state. Values are immutable JSON values (no undefined, NaN, infinity, Map or Set). */
export interface Component<T = unknown> {
  readonly ref: Ref<T>;
  readonly initial: T;
  readonly reaction?: Reaction<T>;
  /** The agent in whose column a trace shows changes of this component. */
  readonly column?: string;
  /** What a reader should be told when a step changes this component from `before` to `after`; [] if nothing. */
  describe?(before: T, after: T): readonly string[];
  /** What the component holds, one short line for each thing, for whoever looks at a single state; [] if it is empty.
   *  Absent: nothing that a reader of traces would look at. */
  show?(value: T): readonly string[];
}

/** One line of a trace: what the kernel's source calls it, and what was special about it. */
export interface Line {
  /** Empty: not shown, and only counts its statement as executed. */
  readonly text: string;
  /** The kernel function (or hardware unit) that the line belongs to. */
  readonly fn?: string;
  /** Asides: "reads the old value: …", "left late, after …". */
  readonly notes?: readonly string[];
  /** The id of the statement that this line executes, for coverage. */
  readonly statement?: string;
  /** What took effect in another order than the program's; the notes say it for readers. */
  readonly reorderings?: readonly Reordering[];
  /** The memory accesses and fences that the line stands for, in the order in which they took effect. */
  readonly accesses?: readonly Access[];
}

/** One access that took effect before another one that comes earlier in its program. */
export interface Reordering {
  /** `early`: this line's access overtook `other`; `late`: `other` overtook it; `stale`: it read a value that had
   *  been overwritten already when it was done, as if it had been done before `other`. */
  readonly kind: 'early' | 'late' | 'stale';
  /** The other access, as the kernel's source calls it, and its function. */
  readonly other: string;
  readonly fn?: string;
  /** What would have forbidden it, each by itself: 'smp_wmb() between them', 'smp_load_acquire()'. */
  readonly forbiddenBy: readonly string[];
}

/** What a line did to memory. */
export interface Access {
  readonly kind: 'read' | 'write' | 'fence' | 'other';
  /** The cell: `domain.invs`, `ptes.pte[0]`. Empty for fences. */
  readonly place: string;
  /** What was read or written, as text; for a fence its name; for others what was done (`rcu_read_lock`). */
  readonly value: string;
  /** The orderings that the access has by itself: 'acquire', 'release', 'once', or none. */
  readonly order?: string;
  /** Its place in the program: the index of the instruction. Reads and writes of one atomic share it. */
  readonly pc: number;
  /** Its number among what its CPU executes in this run, in program order. */
  readonly nth?: number;
}

/** What a trace shows for a step. */
export interface Label {
  /** The column that shows the step; several agents may share one. */
  readonly agent: string;
  readonly lines: readonly Line[];
}

/** One way in which an agent can change the state. */
export interface Step {
  readonly label: Label;
  readonly writes: readonly Write[];
  /** Announced in order, after the writes. Each component absorbs the first, then the second, … */
  readonly events?: readonly Event[];
}

/** A new value for a component. */
export interface Write<T = unknown> {
  readonly component: Ref<T>;
  readonly value: T;
}

/** Something that takes steps: a CPU, an SMMU, the grace-period machinery. */
export interface Agent {
  readonly name: string;
  /** Every step that the agent can take now, in a fixed order; [] if none. */
  steps(read: Read): readonly Step[];
}

/** Must hold in every reachable state. */
export interface Invariant {
  readonly name: string;
  /** Why the state breaks it, as a sentence, or null where it holds. */
  broken(read: Read): string | null;
  /** Whether the state puts the invariant to the test; an antecedent that never holds makes the verdict vacuous. */
  antecedent?(read: Read): boolean;
}

/** Must be reached in some state, or the verdict is vacuous. */
export interface Witness {
  readonly name: string;
  reached(read: Read): boolean;
}

/** A statement of a program under test; one that no step ever executed makes the verdict vacuous. */
export interface Statement {
  readonly id: string;
  readonly fn: string;
  readonly text: string;
  /** Where it is written, as messages add it: ` (specs/attach/scenario.ts:12:3)`; empty if nobody knows. */
  place?(): string;
}

/** A reordering that a claim is about. */
export interface MustReorder {
  /** As a sentence would call it: 'the STE is written before the array is published'. */
  readonly name: string;
  /** Whether this is it: the statement's id, how its access was reordered, and with which other one (see Reordering). */
  is(occurred: Pick<Reordering, 'kind' | 'other' | 'fn'> & { readonly statement: string }): boolean;
}

/** Everything that the checker needs to know of a model. */
export interface System {
  readonly name: string;
  /** `components[i].ref.index === i`. */
  readonly components: readonly Component[];
  readonly agents: readonly Agent[];
  readonly invariants: readonly Invariant[];
  readonly witnesses: readonly Witness[];
  readonly statements: readonly Statement[];
  /** Each must occur in some run, or the verdict is vacuous: that a claim about weak memory holds says nothing where the
   *  accesses that it is about never take effect in another order. */
  readonly mustReorder?: readonly MustReorder[];
  /** Whether a state without successors is a proper end; one that is not is a deadlock. Null if it is an end,
   *  otherwise who waits for what, as a sentence. */
  stuck(read: Read): string | null;
  /** Whether an end must be reachable from every state (L1, termination). What only an unfair schedule keeps from
   *  ending, such as polling for what another agent is about to do, is no violation: there is a way on to the end. */
  readonly mustEnd?: boolean;
  /** The columns of a trace, in order: what the labels of steps call their agents. */
  readonly columns: readonly string[];
  /** What was done before the initial state, for traces: steps that nobody can observe when are taken. */
  readonly prelude?: readonly Label[];
  /** What a reader of a counterexample wants to know besides its steps, one sentence each: the value that was cached,
   *  when it was read, what should have removed it and did not. [] if there is nothing to add. */
  explain?(invariant: string, history: History): readonly string[];
  /** The lines of each step once more, with what only the whole run tells: what each did to memory, and which took
   *  effect before which, if that made a difference. */
  retell?(history: History): readonly (readonly Line[])[];
  /** Things that are alike. Of states that differ only in which of them is which, one is explored. */
  readonly symmetries?: readonly Symmetry[];
}

/** A run, state by state. */
export interface History {
  readonly steps: readonly HistoryStep[];
  /** The state before step `i`, from 0; `steps.length` is the last state. */
  state(i: number): Read;
  /** Components that decided what the last state is said to show: those that the broken invariant looked at. */
  readonly judged: readonly number[];
}

/** A step of a run as it was taken. */
export interface HistoryStep {
  readonly agent: string;
  /** Which of the agent's steps. */
  readonly choice: number;
  readonly label: Label;
}

/** Like things: CPUs that run the same program, say, each with pages of its own. That they are alike is tried on
 *  everything that an exploration learns of the model (symmetry/mirror.ts); a ModelBug says where they are not. */
export interface Symmetry {
  /** What they are: 'CPUs'. */
  readonly name: string;
  /** Each of them. */
  readonly things: readonly string[];
  /** What it means that thing `i` takes the place of thing `places[i]`, for every i. */
  exchange(places: readonly number[]): Exchange;
}

/** An exchange of like things, as it acts on everything that the checker knows by name or value. */
export interface Exchange {
  /** The index of the component that component `c` becomes. */
  component(c: number): number;
  /** What the value of component `c` becomes: whatever in it says which thing is meant follows. */
  value(c: number, value: unknown): unknown;
  event?(event: Event): Event;
  agent?(name: string): string;
  /** Only needed where several invariants look at the same components and are not called the same. */
  invariant?(name: string): string;
  /** The statement, by its id. */
  statement?(id: string): string;
}

/** Makes a handle; the one place where a component's type is attached to its index. */
export function ref<T>(index: number, name: string): Ref<T> {
  return { index, name };
}

/** A write, typed by its component. */
export function write<T>(component: Ref<T>, value: T): Write {
  return { component: component as Ref<unknown>, value };
}

/** A component, typed by its handle, as the system's list holds it. */
export function component<T>(declaration: Component<T>): Component {
  return declaration as unknown as Component;
}

/** The model did something that the contract forbids: an impure step, an unreadable value, a step that is not
 *  enabled on replay, a program that reads an undefined variable. Shown with the trace so far. */
export class ModelBug extends Error {
  override name = 'ModelBug';
}

/** The user asked for something that cannot be done; the message says what to change. */
export class UsageError extends Error {
  override name = 'UsageError';
}
