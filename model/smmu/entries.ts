/** Sets of entries, each doomed by some of the consumed commands. */

interface Doomed {
  readonly doom: readonly number[];
}

/** Adds an entry unless one with the same content is doomed by no more than it; removes those doomed by more, which
 *  can do nothing that it cannot: they are gone no later, and so are their children. True if anything changed. */
export function add<E extends Doomed>(entries: E[], e: E, same: (a: E, b: E) => boolean): boolean {
  const within = (a: E, b: E): boolean => a.doom.every((d) => b.doom.includes(d));
  if (entries.some((x) => same(x, e) && within(x, e))) return false;
  const kept = entries.filter((x) => !(same(x, e) && within(e, x)));
  entries.splice(0, entries.length, ...kept, e);
  return true;
}

/** One order for one set, so that equal sets are equal values. */
export function sorted<E>(entries: readonly E[]): readonly E[] {
  return entries
    .map((e) => [JSON.stringify(e), e] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, e]) => e);
}
