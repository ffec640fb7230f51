/** START HERE for profiles: where the states of an exploration come from, and where its time went. The engine does not
 *  know of it: functions are counted by `watch`, everything else is read from what the exploration left. */
import type { Standing } from '../explore/team.ts';
import type { Effort } from '../outcome.ts';
import type { Symmetry } from '../system.ts';
import { levelsOf } from './levels.ts';
import { components, factors, fieldsOf, type Part } from './multiply.ts';
import { type Tallies, tallies } from './walk.ts';
import type { Calls, Watch } from './watch.ts';

/** A field of a component's values, as `values` counts them without it. */
export interface FieldProfile {
  readonly path: string;
  readonly values: number;
  /** States by states without it. */
  readonly factor: number;
}

export interface ComponentProfile {
  readonly name: string;
  readonly values: number;
  /** Those that its numbers need, and those of its field in a packed state. */
  readonly needs: number;
  readonly bits: number;
  /** States by states without it. */
  readonly factor: number;
  /** Which steps and reactions made its values, those of most first. */
  readonly makers: readonly (readonly [name: string, values: number])[];
  /** Those that multiply the states most, if the component was taken apart. */
  readonly fields: readonly FieldProfile[];
}

export interface Profile extends Tallies {
  readonly effort: Effort;
  /** What ended it before everything was explored. */
  readonly stopped: string | null;
  /** States that were not expanded. */
  readonly open: number;
  /** Those that multiply the states most first. */
  readonly components: readonly ComponentProfile[];
  /** Components that never changed. */
  readonly constants: readonly string[];
  readonly words: number;
  /** Slowest first. */
  readonly functions: readonly (Omit<Calls, 'reads'> & { readonly reads: readonly string[] })[];
  /** States at each distance from the initial one; empty if the search was not breadth first. */
  readonly levels: readonly number[];
  readonly symmetries: readonly Pick<Symmetry, 'name' | 'things'>[];
}

/** Components that are taken apart into their fields: those that multiply the states most. */
const TAKEN_APART = 5;

export interface Explored {
  readonly standing: Standing;
  readonly watch: Watch;
  readonly effort: Effort;
  readonly isBreadthFirst: boolean;
}

/** What can be said of an exploration that has ended, by itself or not. */
export function profileOf({ standing, watch, effort, isBreadthFirst }: Explored): Profile {
  const { tables, exploration, frontier } = standing;
  const { system } = tables;
  const { visited, stopped } = exploration;
  // First of all: what is looked at below may call the model's functions again.
  const functions = [...watch.functions.values()]
    .map((it) => ({ ...it, reads: [...it.reads].map((c) => system.components[c]!.ref.name) }))
    .sort((a, b) => b.seconds - a.seconds);
  const parts = components(tables);
  const measured = factors(tables, visited, parts);
  const ranked = parts.map((part, i) => ({ part, factor: measured[i]! })).sort((a, b) => b.factor - a.factor);
  const fields = fieldProfiles(
    standing,
    ranked.slice(0, TAKEN_APART).map(({ part }) => part),
  );
  const constants = system.components.filter((_, c) => tables.values[c]!.count() < 2);
  return {
    effort,
    stopped: stopped?.why ?? null,
    open: frontier.size(),
    components: ranked.map(({ part: { component: c }, factor }) => ({
      name: system.components[c]!.ref.name,
      values: tables.values[c]!.count(),
      needs: 32 - Math.clz32(tables.values[c]!.count() - 1),
      bits: 32 - Math.clz32(tables.layout.maskOf[c]!),
      factor,
      makers: [...watch.makers[c]!].sort((a, b) => b[1] - a[1]),
      fields: fields.get(c) ?? [],
    })),
    constants: constants.map(({ ref }) => ref.name),
    words: tables.layout.words,
    functions,
    levels: isBreadthFirst && visited.keepParents ? levelsOf(visited) : [],
    symmetries: standing.system.symmetries ?? [],
    ...tallies(standing),
  };
}

function fieldProfiles(
  { tables, exploration: { visited } }: Standing,
  taken: readonly Part[],
): ReadonlyMap<number, readonly FieldProfile[]> {
  const parts = taken.flatMap(({ component }) => fieldsOf(tables, component));
  const measured = factors(tables, visited, parts);
  return new Map(
    taken.map(({ component }) => [
      component,
      parts
        .map(({ path, valuesWithout }, i) => ({ path, values: valuesWithout, factor: measured[i]! }))
        .filter((_, i) => parts[i]!.component === component)
        .sort((a, b) => b.factor - a.factor || a.values - b.values),
    ]),
  );
}
