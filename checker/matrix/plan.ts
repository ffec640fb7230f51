/** Which cells a matrix has. */
import type { Spec, Variant } from '../spec.ts';
import type { Programs, ProposedChange, ProposedChanges } from './changes.ts';
import type { Cell, Row } from './matrix.ts';

/** A variant to be taken apart. */
export interface Subject {
  readonly spec: Spec;
  readonly variant: Variant;
  readonly models: readonly string[];
}

/** The rows of a matrix, and what is to be run for each model. */
export interface Plan extends Subject {
  readonly rows: readonly Omit<Row, 'cells'>[];
  /** Changes by memory model. */
  readonly proposed: ReadonlyMap<string, ProposedChanges>;
}

/** Variants that are the merged code, or the first one that is expected to hold. */
export function mergedVariants({ merged, variants }: Spec): readonly Variant[] {
  if (merged !== undefined) return variants.filter(({ name }) => merged.includes(name));
  return variants.filter((v) => Object.values(v.expect).every(({ kind }) => kind === 'holds')).slice(0, 1);
}

export function planOf(subject: Subject, programs: Programs, only: string | null): Plan {
  const { variant, models } = subject;
  const proposed = new Map(
    models.map((model) => {
      const { changes, ...rest } = programs.changesOf(variant, model);
      const wanted = changes.filter(({ id }) => only === null || id === only || id.startsWith(`${only}.`));
      return [model, { ...rest, changes: wanted }] as const;
    }),
  );
  const rows = new Map<string, Omit<Row, 'cells'>>();
  for (const { changes } of proposed.values())
    for (const c of changes) if (!rows.has(c.id)) rows.set(c.id, rowOf(c));
  return { ...subject, rows: [...rows.values()], proposed };
}

function rowOf({ id, fn, text, programs, sort, change }: ProposedChange): Omit<Row, 'cells'> {
  return { id, fn, text, programs, sort, change };
}

/** Sorts of which two may stand in for each other. */
const PAIRED: readonly Row['sort'][] = ['fence', 'acquire or release', 'atomic', 'dependency'];

/** Pairs of changes to different lines, each of which is redundant alone: where both together break something, one
 *  stands in for the other. */
export function pairsOf(
  changes: readonly ProposedChange[],
  cellOf: (id: string) => Cell | undefined,
  programs: Programs,
): readonly ProposedChange[] {
  const alone = changes.filter(
    ({ id, sort, change }) =>
      PAIRED.includes(sort) && !change.startsWith('moved') && cellOf(id)?.verdict === 'redundant',
  );
  const sameLine = (a: ProposedChange, b: ProposedChange): boolean => lineOf(a.id) === lineOf(b.id);
  return alone.flatMap((a, k) =>
    alone
      .slice(k + 1)
      .filter((b) => !sameLine(a, b))
      .map(
        (b): ProposedChange => ({
          id: `${a.id}+${b.id}`,
          fn: a.fn,
          text: a.text,
          programs: [...new Set([...a.programs, ...b.programs])],
          sort: 'pair',
          change: `${a.change}; ${b.text} in ${b.fn}() ${b.change}`,
          edit: programs.both(a.edit, b.edit),
          code: `${a.code}\n+\n${b.code}`,
          touches: [...a.touches, ...b.touches],
        }),
      ),
  );
}

/** The part of an id that names the line. */
export const lineOf = (id: string): string => id.slice(0, id.lastIndexOf('.'));
