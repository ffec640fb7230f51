/** What a model offers to whatever explores it: the shapes of `checker/system.ts`, declared here again because
 *  the two halves do not import each other. `specs/` joins them, and the type checker sees that they fit. */

/** A typed handle to one component of the state. */
export interface Ref<T> {
  readonly index: number;
  readonly name: string;
  readonly type?: (value: T) => T;
}

/** Reads a component of the state; what is read decides what is remembered, so read only what is needed. */
export type Read = <T>(component: Ref<T>) => T;

/** Something that a step made happen and that other components absorb. */
export interface Event {
  readonly kind: string;
}

export interface Reaction<T> {
  listens(event: Event): boolean;
  react(event: Event, own: T, read: Read): T;
}

export interface Component<T = unknown> {
  readonly ref: Ref<T>;
  readonly initial: T;
  readonly reaction?: Reaction<T>;
  readonly column?: string;
  describe?(before: T, after: T): readonly string[];
  show?(value: T): readonly string[];
}

/** One line of a trace. */
export interface Line {
  readonly text: string;
  readonly fn?: string;
  readonly notes?: readonly string[];
  readonly statement?: string;
  readonly reorderings?: readonly Reordering[];
  readonly accesses?: readonly Access[];
}

/** One access that took effect before another one that comes earlier in its program. */
export interface Reordering {
  readonly kind: 'early' | 'late' | 'stale';
  readonly other: string;
  readonly fn?: string;
  /** What would have forbidden it, each by itself. */
  readonly forbiddenBy: readonly string[];
}

/** What a line did to memory. */
export interface Access {
  readonly kind: 'read' | 'write' | 'fence' | 'other';
  readonly place: string;
  readonly value: string;
  readonly order?: string;
  readonly pc: number;
  readonly nth?: number;
}

/** A run, state by state. */
export interface History {
  readonly steps: readonly {
    readonly agent: string;
    readonly choice: number;
    readonly label: Step['label'];
  }[];
  /** The state before step `i`, from 0; `steps.length` is the last state. */
  state(i: number): Read;
  /** Components that decided what the last state is said to show. */
  readonly judged: readonly number[];
}

export interface Write<T = unknown> {
  readonly component: Ref<T>;
  readonly value: T;
}

export interface Step {
  readonly label: { readonly agent: string; readonly lines: readonly Line[] };
  readonly writes: readonly Write[];
  readonly events?: readonly Event[];
}

export interface Agent {
  readonly name: string;
  steps(read: Read): readonly Step[];
}

/** A statement under test, for coverage. */
export interface Statement {
  readonly id: string;
  readonly fn: string;
  readonly text: string;
  /** Where it is written, as messages add it: ` (specs/attach/scenario.ts:12:3)`; empty if nobody knows. */
  place?(): string;
}

/** Things that are alike: exchanging them changes nothing that matters. */
export interface Symmetry {
  readonly name: string;
  readonly things: readonly string[];
  /** What it means that thing `i` takes the place of thing `places[i]`. */
  exchange(places: readonly number[]): Exchange;
}

export interface Exchange {
  /** The index of the component that component `c` becomes, and what its value becomes. */
  component(c: number): number;
  value(c: number, value: unknown): unknown;
  event(event: Event): Event;
  agent(name: string): string;
  statement(id: string): string;
}

/** A component as a list holds it, its type forgotten. */
export function component<T>(declaration: Component<T>): Component {
  return declaration as unknown as Component;
}

/** A write, its type forgotten. */
export function write<T>(ref: Ref<T>, value: T): Write {
  return { component: ref as Ref<unknown>, value };
}

/** The program or the model did something meaningless: an undefined register, an index out of bounds. The
 *  message names the statement and says what was expected. */
export class ModelBug extends Error {
  override name = 'ModelBug';
}
