/** The address of the page as state. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { hashOf, type Route, routeOf } from './route.ts';

/** How views move: `go` makes an entry in the browser's history, `amend` changes the one that is there. */
export interface Moves {
  readonly go: (route: Route) => void;
  readonly amend: (route: Route) => void;
}

/** Browsers refuse an address that changes too often, as it would while a key is held down. */
const ADDRESS_AFTER = 120;

/** Where the page is, and how to move. */
export function useRoute(): Moves & { readonly route: Route } {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  const pending = useRef<{ readonly timer: number; readonly to: Route } | null>(null);
  const settle = useCallback((keep: boolean) => {
    if (pending.current === null) return;
    clearTimeout(pending.current.timer);
    if (keep) history.replaceState(null, '', hashOf(pending.current.to));
    pending.current = null;
  }, []);
  useEffect(() => {
    const listener = () => {
      settle(false);
      setRoute(routeOf(location.hash));
    };
    window.addEventListener('hashchange', listener);
    return () => window.removeEventListener('hashchange', listener);
  }, []);
  const go = useCallback((to: Route) => {
    settle(true);
    location.hash = hashOf(to);
  }, []);
  const amend = useCallback((to: Route) => {
    setRoute(to);
    settle(false);
    pending.current = { timer: window.setTimeout(settle, ADDRESS_AFTER, true), to };
  }, []);
  return { route, go, amend };
}
