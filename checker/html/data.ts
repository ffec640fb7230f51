/** What the page of `heddle report --html` is given, by who writes the file and as the page finds it: plain JSON. */
import type { Matrix } from '../matrix/matrix.ts';
import type { Occurred, Trace } from '../outcome.ts';
import type { WrittenRun } from '../report/json.ts';
import type { Statement } from '../system.ts';

/** Everything but the traces; unpacked when the page opens. */
export interface PageData {
  readonly heddle: string;
  readonly specs: readonly PageSpec[];
  readonly matrices: readonly Matrix[];
  /** Every trace in the file, in the order of the specs: what next and previous go through. */
  readonly traces: readonly TraceEntry[];
}

export interface PageSpec {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly variants: readonly PageVariant[];
}

export interface PageVariant {
  readonly name: string;
  /** Its short form, for links. */
  readonly id: string;
  readonly about: string;
  /** One per memory model. */
  readonly runs: readonly PageRun[];
  /** What the variant's system consists of; absent if no such variant is among the specs any more. */
  readonly system?: PageSystem;
}

export interface PageRun extends WrittenRun {
  /** Which reorderings some step has shown; absent if that was not recorded. */
  readonly occurred?: readonly Occurred[];
}

export interface PageSystem {
  /** Those of all memory models; `absent` has for each model the ids of those that it does not have by itself, as where
   *  nobody can tell them from the one before. */
  readonly statements: readonly Statement[];
  readonly absent: Readonly<Record<string, readonly string[]>>;
  readonly invariants: readonly string[];
  readonly witnesses: readonly string[];
}

/** A trace by name; `group` says in which packed part of the file it is. */
export interface TraceEntry {
  readonly id: string;
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
  /** Of a matrix: what was changed in the programs. */
  readonly change?: string;
  readonly steps: number;
  readonly group: number;
}

/** What a trace is called in links: its file's name without folders and ending. */
export function traceId(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.json$/, '');
}

/** A trace with what the components hold; unpacked when somebody looks at it or at one of its group. */
export interface PageTrace {
  readonly id: string;
  /** The lines above its text. */
  readonly title: readonly string[];
  readonly trace: Trace;
  readonly holdings?: Holdings;
  /** Why there are no holdings: it cannot be replayed with the model as it is now. */
  readonly refused?: string;
}

/** What each component holds in each state of a trace, as changes. */
export interface Holdings {
  readonly components: readonly { readonly name: string; readonly column?: string }[];
  /** In the initial state (components that hold nothing are left out), and what each step changed. */
  readonly states: readonly HoldingChange[];
}

/** The components that hold something else than before, by index, with all that they hold. */
export type HoldingChange = readonly (readonly [component: number, lines: readonly string[]])[];

/** `fn():` for a function of the kernel, `CMDQ:` for anything else. */
export function functionWords(fn: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(fn) ? `${fn}():` : `${fn}:`;
}
