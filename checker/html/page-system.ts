/** What a variant consists of, under all memory models together. */
import type { Statement, System } from '../system.ts';
import type { PageSystem } from './data.ts';

/** What is known of a variant under one memory model. */
export interface KnownSystem {
  readonly model: string;
  readonly statements?: readonly Statement[];
  /** Null if it is not known: properties are the same under every model. */
  readonly system: System | null;
}

/** The parts of a variant, as far as they are known. */
export function pageSystem(known: readonly KnownSystem[]): { readonly system?: PageSystem } {
  const lists = known.flatMap(({ model, statements, system }) => {
    const own = statements ?? system?.statements;
    return own === undefined ? [] : [{ model, own }];
  });
  if (lists.length === 0) return {};
  const statements = lists.map(({ own }) => own).reduce(merged, []);
  const absent = Object.fromEntries(
    lists.map(({ model, own }) => {
      const ids = new Set(own.map(({ id }) => id));
      return [model, statements.flatMap(({ id }) => (ids.has(id) ? [] : [id]))];
    }),
  );
  const systems = known.flatMap(({ system }) => system ?? []);
  const names = (of: 'invariants' | 'witnesses') => [
    ...new Set(systems.flatMap((system) => system[of].map(({ name }) => name))),
  ];
  return { system: { statements, absent, invariants: names('invariants'), witnesses: names('witnesses') } };
}

/** Both lists as one: a statement that only the second has stands behind the one that it stands behind there. */
function merged(first: readonly Statement[], second: readonly Statement[]): readonly Statement[] {
  const known = new Set(first.map(({ id }) => id));
  const all = [...first];
  let place = 0;
  for (const statement of second) {
    if (known.has(statement.id)) place = all.findIndex(({ id }) => id === statement.id) + 1;
    else all.splice(place++, 0, statement);
  }
  return all;
}
