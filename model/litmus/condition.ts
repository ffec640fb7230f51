/** What a litmus test asks of final states, and how it is judged. */
import { match } from 'ts-pattern';
import type { Value } from '../program/expression.ts';

/** Something with a final value: `1:X0`, or the variable `x`. */
export type Place =
  | { readonly kind: 'register'; readonly thread: number; readonly register: string }
  | { readonly kind: 'variable'; readonly variable: string };

export type Condition =
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'equals'; readonly place: Place; readonly value: Value }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] };

export type Quantifier = 'exists' | '~exists' | 'forall';

/** The final value of a place. */
export type Valuation = (place: Place) => Value | null;

export function satisfies(condition: Condition, valuate: Valuation): boolean {
  return match(condition)
    .with({ kind: 'constant' }, ({ holds }) => holds)
    .with({ kind: 'equals' }, ({ place, value }) => valuate(place) === value)
    .with({ kind: 'not' }, ({ part }) => !satisfies(part, valuate))
    .with({ kind: 'and' }, ({ parts }) => parts.every((part) => satisfies(part, valuate)))
    .with({ kind: 'or' }, ({ parts }) => parts.some((part) => satisfies(part, valuate)))
    .exhaustive();
}

/** Places that a condition mentions, each once, in order of appearance. */
export function placesOf(condition: Condition): readonly Place[] {
  const all = match(condition)
    .returnType<readonly Place[]>()
    .with({ kind: 'constant' }, () => [])
    .with({ kind: 'equals' }, ({ place }) => [place])
    .with({ kind: 'not' }, ({ part }) => placesOf(part))
    .with({ kind: 'and' }, { kind: 'or' }, ({ parts }) => parts.flatMap(placesOf))
    .exhaustive();
  return distinctPlaces(all);
}

export function distinctPlaces(places: readonly Place[]): readonly Place[] {
  return [...new Map(places.map((place) => [placeName(place), place])).values()];
}

export const placeName = (place: Place): string =>
  place.kind === 'register' ? `${place.thread}:${place.register}` : `[${place.variable}]`;

/** herd's order: registers by thread and name, then variables. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.kind !== b.kind) return a.kind === 'register' ? -1 : 1;
  return placeName(a).localeCompare(placeName(b), 'en', { numeric: true });
}

/** As herd prints it: every conjunction in a disjunction and the other way round in parentheses. */
export function conditionText(condition: Condition): string {
  const text = inner(condition);
  return text.startsWith('(') ? text : `(${text})`;
}

function inner(condition: Condition): string {
  const grouped = (part: Condition): string =>
    part.kind === 'and' || part.kind === 'or' ? `(${inner(part)})` : inner(part);
  return match(condition)
    .with({ kind: 'constant' }, ({ holds }) => String(holds))
    .with({ kind: 'equals' }, ({ place, value }) => `${placeName(place)}=${String(value).replace('&', '')}`)
    .with({ kind: 'not' }, ({ part }) => `not (${inner(part)})`)
    .with({ kind: 'and' }, ({ parts }) => parts.map(grouped).join(' /\\ '))
    .with({ kind: 'or' }, ({ parts }) => parts.map(grouped).join(' \\/ '))
    .exhaustive();
}
