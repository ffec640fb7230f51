/** What `heddle matrix` needs to know of programs, which this half of the tool knows nothing of. */
import type { Variant } from '../spec.ts';
import type { System } from '../system.ts';
import type { Row } from './matrix.ts';

/** A change, as whoever knows programs proposes it. */
export interface ProposedChange extends Omit<Row, 'cells'> {
  /** Plain data, from which the changed system can be built in any thread. */
  readonly edit: unknown;
  /** What the programs come to: equal texts are equal systems. */
  readonly code: string;
  /** Statements, as `fn(): text`. If none of some group is ever executed, the change was not put to the test. */
  readonly touches: readonly (readonly string[])[];
}

export interface ProposedChanges {
  /** The unchanged programs. */
  readonly code: string;
  /** Statements that are executed before the initial state, as `fn(): text`. */
  readonly begun: readonly string[];
  /** Builds the unchanged system with statements that occur several times told apart, for coverage alone. */
  readonly apart?: unknown;
  readonly changes: readonly ProposedChange[];
}

export interface Programs {
  /** Every change to the programs of a variant, in program order, none twice. */
  changesOf(variant: Variant, model: string): ProposedChanges;
  /** The line that an id of a statement stands for, as `fn(): text`. */
  lineOf(statement: string): string;
  /** Two changes made at once. */
  both(a: unknown, b: unknown): unknown;
  /** The variant's system with the change made. */
  build(variant: Variant, model: string, edit: unknown): System;
}
