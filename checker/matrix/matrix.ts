/** The answer to "can this barrier go?": every change to a program, and what became of the spec under each memory
 *  model. `<spec>.json` in matrix/ of the output folder is a Matrix; results/README.md documents it. */

/** Goes up when a field changes its meaning or goes away. */
export const matrixSchema = 1;

export interface Matrix {
  readonly kind: 'heddle matrix';
  readonly schema: typeof matrixSchema;
  readonly heddle: string;
  readonly spec: string;
  readonly variant: string;
  /** The memory models, in the order of the columns. */
  readonly models: readonly string[];
  /** What the unchanged variant comes to under each model. */
  readonly unchanged: Readonly<Record<string, Cell>>;
  readonly rows: readonly Row[];
}

/** A place in the programs and one change to it. A model under which the row was not run (another bound, an
 *  interruption) has no cell. */
export interface Row {
  /** Stable from run to run: what --only takes, and what traces are named after. */
  readonly id: string;
  /** Kernel function and statement, as a trace shows them. */
  readonly fn: string;
  readonly text: string;
  /** The programs that have it. */
  readonly programs: readonly string[];
  readonly sort:
    | 'fence'
    | 'acquire or release'
    | 'atomic'
    | 'dependency'
    | 'lock'
    | 'RCU'
    | 'interrupts'
    | 'order'
    | 'pair';
  /** What is done: 'dropped', 'smp_wmb()', 'after rcu_read_lock()', … */
  readonly change: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface Cell {
  /** `needed`: without it a property breaks. `redundant`: the spec holds without it, exhaustively. `vacuous`: without it
   *  the spec no longer puts its question. `no program`: what is left is none (a variable without a value). */
  readonly verdict: 'needed' | 'redundant' | 'incomplete' | 'vacuous' | 'no program' | 'fault';
  /** The invariant that breaks, or `deadlock` or `endless`. */
  readonly by?: string;
  readonly why?: string;
  /** Of a vacuous one: the line is never executed in this spec, so that the change was not tried. */
  readonly unexecuted?: true;
  readonly states?: number;
  /** Successors computed. With the states, it tells whether the change made any difference to the machine. */
  readonly transitions?: number;
  /** Steps of the shortest counterexample. */
  readonly steps?: number;
  /** Relative to the output folder, without `.json` and `.txt`. */
  readonly trace?: string;
}
