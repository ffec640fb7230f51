/** What an exploration has been through, so that a verdict can say what it rests on: the statements that some step has
 *  executed, and the reorderings that some step has shown. Both stand on the labels of learned steps. */
import type { Occurred } from '../outcome.ts';
import type { Label } from '../system.ts';

export interface Coverage {
  /** By their ids. */
  readonly statements: ReadonlySet<string>;
  /** By what tells one from another. */
  readonly reorderings: ReadonlyMap<string, Occurred>;
}

export const nothing: Coverage = { statements: new Set(), reorderings: new Map() };

/** What steps with these labels have been through. */
export function coverageOf(labels: readonly Label[]): Coverage {
  const own = new Covered();
  for (const label of labels) own.add(label);
  return own;
}

/** Coverage that grows, label by label. */
export class Covered implements Coverage {
  readonly statements = new Set<string>();
  readonly reorderings = new Map<string, Occurred>();

  add({ lines }: Label): void {
    for (const { statement, reorderings = [] } of lines) {
      if (statement === undefined) continue;
      this.statements.add(statement);
      for (const { kind, other, fn } of reorderings)
        this.occurred({ statement, kind, other, ...(fn === undefined ? {} : { fn }) });
    }
  }

  occurred(reordering: Occurred): void {
    this.reorderings.set(keyOf(reordering), reordering);
  }
}

/** What was gone through by any of them. */
export function united(all: readonly Coverage[]): Coverage {
  return {
    statements: new Set(all.flatMap(({ statements }) => [...statements])),
    reorderings: new Map(all.flatMap(({ reorderings }) => [...reorderings])),
  };
}

/** Coverage as plain data, in an order that does not depend on who was first. */
export interface ToldCoverage {
  readonly covered: readonly string[];
  /** Absent: none. */
  readonly reorderings?: readonly Occurred[];
}

export function told({ statements, reorderings }: Coverage): ToldCoverage {
  const sorted = [...reorderings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it);
  return { covered: [...statements].sort(), ...(sorted.length === 0 ? {} : { reorderings: sorted }) };
}

export function coverageFrom({ covered, reorderings = [] }: ToldCoverage): Coverage {
  return { statements: new Set(covered), reorderings: new Map(reorderings.map((it) => [keyOf(it), it])) };
}

function keyOf({ statement, kind, fn = '', other }: Occurred): string {
  return JSON.stringify([statement, kind, fn, other]);
}
