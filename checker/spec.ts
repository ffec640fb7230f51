/** A claim about a model, in its variants: what `heddle check` runs and what CI gates. */
import type { System } from './system.ts';

/** What a variant is expected to show under one memory model. */
export type Expectation =
  | { readonly kind: 'holds' }
  | { readonly kind: 'violated'; readonly by: string }
  | { readonly kind: 'deadlock' }
  /** A run that never ends, of a system that must. */
  | { readonly kind: 'endless' };

export interface Variant {
  readonly name: string;
  /** One sentence: what is different here. */
  readonly about: string;
  /** Keyed by memory model; a model that is not a key is not run. */
  readonly expect: Readonly<Record<string, Expectation>>;
  build(model: string): System;
}

export interface Spec {
  /** Kebab-case; what the command line calls it. */
  readonly name: string;
  readonly title: string;
  /** The kernel functions and version that it models. */
  readonly source: string;
  readonly variants: readonly Variant[];
  /** Names of the variants that are the code as it was merged, with nothing changed: what `heddle matrix` takes apart
   *  unless it is told which. Absent: the first variant that is expected to hold. */
  readonly merged?: readonly string[];
}
