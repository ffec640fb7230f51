/** What a mutant of the memory model consists of. */
import type { Family } from './mutants-families.ts';

export interface Mutant {
  /** Section and row, and what becomes of it. */
  readonly rule: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly family: Family;
  /** Why no test can tell, if none can. */
  readonly equivalent?: string;
}
