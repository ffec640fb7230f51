/** Where the page is, as the part of its address behind the #: every view and every step has a link. */

export interface Choice {
  /** Words that must all occur. */
  readonly words: string;
  /** A memory model; empty: all. */
  readonly model: string;
  /** A kind of verdict, or `unexpected`; empty: all. */
  readonly kind: string;
  readonly unexpectedFirst: boolean;
  /** A table with a row for each job, not grouped by spec. */
  readonly flat: boolean;
}

export type Route =
  | ({ readonly view: 'verdicts' } & Choice)
  | { readonly view: 'variant'; readonly spec: string; readonly variant: string }
  | { readonly view: 'trace'; readonly id: string; readonly step: number }
  | { readonly view: 'matrix'; readonly spec: string; readonly variant: string }
  | { readonly view: 'survivors' };

export const everything: Choice = { words: '', model: '', kind: '', unexpectedFirst: false, flat: false };

/** The route of a hash; whatever is not one is the table of verdicts. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [, view, first = '', second = ''] = path.split('/').map(decoded);
  if (view === 'variant') return { view, spec: first, variant: second };
  if (view === 'trace') return { view, id: first, step: Math.max(0, Number.parseInt(second, 10) || 0) };
  if (view === 'matrix') return { view, spec: first, variant: second };
  if (view === 'survivors') return { view };
  const given = new URLSearchParams(query);
  const get = (name: string) => given.get(name) ?? '';
  return {
    view: 'verdicts',
    words: get('words'),
    model: get('model'),
    kind: get('kind'),
    unexpectedFirst: given.has('unexpected-first'),
    flat: given.has('flat'),
  };
}

/** The hash of a route, so that routeOf(hashOf(route)) is the route. */
export function hashOf(route: Route): string {
  if (route.view === 'variant') return pathOf('variant', route.spec, route.variant);
  if (route.view === 'trace') return pathOf('trace', route.id, String(route.step));
  if (route.view === 'matrix') return pathOf('matrix', route.spec, route.variant);
  if (route.view === 'survivors') return pathOf('survivors');
  const { words, model, kind } = route;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ words, model, kind }))
    if (value !== '') query.set(name, value);
  if (route.unexpectedFirst) query.set('unexpected-first', '');
  if (route.flat) query.set('flat', '');
  return query.size === 0 ? '#/' : `#/?${query}`;
}

function pathOf(...parts: readonly string[]): string {
  return `#/${parts
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/')}`;
}

/** A hash that somebody mistyped may hold a % that begins nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
