/** Says of a variant which reorderings it is about: under armv8 its verdict is vacuous unless they occur. */
import type { Variant } from '../checker/spec.ts';
import type { MustReorder } from '../checker/system.ts';

/** An access as programs have it: its function, and the beginning of its text. */
export interface Of {
  readonly fn: string;
  readonly text: string;
}

const isAt = (statement: string, { fn, text }: Of): boolean => statement.includes(`: ${fn}(): ${text}`);

/** The read comes to what was overwritten already. */
export const readsStale = (name: string, read: Of): MustReorder => ({
  name,
  is: ({ kind, statement }) => kind === 'stale' && isAt(statement, read),
});

/** `later`, which comes later in the program, takes effect before `earlier`. */
export const overtakes = (name: string, later: Of, earlier: Of): MustReorder => ({
  name,
  is: ({ kind, statement, other, fn }) => {
    const [first, second] = kind === 'late' ? [earlier, later] : [later, earlier];
    return kind !== 'stale' && isAt(statement, first) && fn === second.fn && other.startsWith(second.text);
  },
});

/** The variant, vacuous under armv8 where one of these never occurs. */
export const provided = (variant: Variant, ...mustReorder: readonly MustReorder[]): Variant => ({
  ...variant,
  build: (model) => (model === 'armv8' ? { ...variant.build(model), mustReorder } : variant.build(model)),
});
