/** Where in the sources something stands. Whoever knows the specs says so (specs/locate.ts); formats only show it. */

/** A line of a file. */
export interface Location {
  /** Relative to the root of the repository, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface Locate {
  /** Where a variant of a spec is declared; if that is not found, where the spec begins. Null if it is none of ours. */
  variant(spec: string, variant: string): Location | null;
  /** Where the function of a kernel, as the spec uses it, is written down in the model. */
  fn(spec: string, fn: string): Location | null;
}

/** For whoever knows no sources. */
export const nowhere: Locate = { variant: () => null, fn: () => null };
