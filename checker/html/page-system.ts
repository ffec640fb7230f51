/** What a variant consists of, under all memory models together. */
import type { Statement, System } from '../system.ts';
import type { PageSystem } from './data.ts';

/** From the systems of a variant by memory model. */
export function pageSystem(systems: ReadonlyMap<string, System>): { readonly system?: PageSystem } {
  if (systems.size === 0) return {};
  const all = [...systems.values()];
  const statements = all.map((system) => system.statements).reduce(merged, []);
  const absent = Object.fromEntries(
    [...systems].map(([model, system]) => {
      const own = new Set(system.statements.map(({ id }) => id));
      return [model, statements.flatMap(({ id }) => (own.has(id) ? [] : [id]))];
    }),
  );
  const names = (of: 'invariants' | 'witnesses') => [
    ...new Set(all.flatMap((system) => system[of].map(({ name }) => name))),
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
