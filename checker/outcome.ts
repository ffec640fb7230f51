/** What a run found. Written to results/ as it is, so changes here change `resultSchema` in report/json.ts. */
import type { Label, Line, Reordering } from './system.ts';

/** One step of a trace, as it is shown. */
export interface TraceStep {
  readonly agent: string;
  /** Which of the agent's successors in its fixed order; replay follows (agent, choice). */
  readonly choice: number;
  /** The column that shows the step, where it is not called like the agent. */
  readonly column?: string;
  readonly lines: readonly Line[];
  /** Changes of components that say what they mean: the column that shows it, and the sentences. */
  readonly effects: readonly { readonly column: string; readonly component: string; readonly text: string }[];
}

/** An initial state and steps from it. */
export interface Trace {
  readonly columns: readonly string[];
  /** What was done before the initial state. */
  readonly prelude?: readonly Label[];
  /** How it was come by, where that says more than that it is a shortest one. */
  readonly found?: string;
  readonly steps: readonly TraceStep[];
  /** Of a run that never ends: the number of the step (from 0) with which the part begins that repeats for ever. It
   *  goes up to the last step, which leads back to the state before it. */
  readonly repeats?: number;
  /** What the last state shows: which invariant broke and why, or who is stuck. */
  readonly ending: string;
  /** What a reader wants to know besides: why it could come to this. One sentence each. */
  readonly story?: readonly string[];
}

export type Verdict =
  /** `odds`: that states were missed because others had the same fingerprint, if only these were kept. */
  | { readonly kind: 'holds'; readonly odds?: number }
  | { readonly kind: 'violated'; readonly invariant: string; readonly why: string; readonly trace: Trace }
  | { readonly kind: 'deadlock'; readonly why: string; readonly trace: Trace }
  /** A state was reached from which no run ends: the trace leads to a cycle. Only of systems that must end. */
  | { readonly kind: 'endless'; readonly why: string; readonly trace: Trace }
  | { readonly kind: 'vacuous'; readonly reasons: readonly string[] }
  | {
      readonly kind: 'incomplete';
      readonly bound: 'max-states' | 'interrupted' | 'memory' | 'random' | 'fingerprint';
      readonly why: string;
    };

/** How much was explored and what it cost. */
export interface Effort {
  /** Absent: the explicit engine. If the symbolic engine needed the explicit one for a trace, all else here tells of
   *  the explicit one. */
  readonly engine?: 'symbolic' | 'symbolic, then explicit';
  /** Distinct states visited, including the initial one. */
  readonly states: number;
  /** Successors computed, including those already visited. */
  readonly transitions: number;
  /** Both, in decimal digits, where one is too large to be exact as a number. */
  readonly exactly?: { readonly states: string; readonly transitions: string };
  /** The largest distance from the initial state (BFS: exact; DFS: the deepest path taken); null if nobody knows. */
  readonly depth: number | null;
  /** Wall-clock seconds. */
  readonly seconds: number;
  /** Bytes held by the visited set, parents and tries at the end. */
  readonly bytes: number;
  /** Threads that finished the exploration, if there was more than one. */
  readonly workers?: number;
  /** The most nodes that diagrams had. */
  readonly nodes?: number;
  /** Runs of model functions, against look-ups answered from the tries. */
  readonly slowCalls: number;
  readonly lookups: number;
  /** Seconds spent in model functions. */
  readonly slowSeconds: number;
  /** Distinct values met, per component name. */
  readonly values: Readonly<Record<string, number>>;
}

/** That an access took effect in another order than the program's: what a line of a label says, without the occasion. */
export interface Occurred extends Pick<Reordering, 'kind' | 'other' | 'fn'> {
  /** The id of the statement whose access it was. */
  readonly statement: string;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly effort: Effort;
  readonly witnessesReached: readonly string[];
  /** Ids of the statements that some step executed. */
  readonly covered: readonly string[];
  /** Which reorderings some step has shown; absent if none. */
  readonly reorderings?: readonly Occurred[];
  /** The symmetries by which states were taken to be alike, and how many a state may stand for: the numbers are of
   *  states that stand for others. Absent if every state was explored. */
  readonly symmetry?: { readonly names: readonly string[]; readonly elements: number };
}
