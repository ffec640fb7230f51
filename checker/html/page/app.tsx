/** The frame around every view: where to go, dark or light, and help. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { PageData } from '../data.ts';
import { Help } from './help.tsx';
import { useKeys } from './keys.ts';
import { MatrixView } from './matrix-view.tsx';
import { everything, hashOf, type Route, routeOf } from './route.ts';
import { setTheme, theme } from './theme.ts';
import { TraceView } from './trace-view.tsx';
import { VariantView } from './variant-view.tsx';
import { VerdictsView } from './verdicts-view.tsx';

/** Browsers refuse an address that changes too often, as it would while a key is held down. */
const ADDRESS_AFTER = 120;

export function App({ data }: { readonly data: PageData }) {
  const { route, go, amend } = useRoute();
  const [helping, setHelping] = useState(false);
  const [shownTheme, setShown] = useState(theme());
  const table = useRef<Route>({ view: 'verdicts', ...everything });
  if (route.view === 'verdicts') table.current = route;

  const toggle = () => {
    const other = theme() === 'dark' ? 'light' : 'dark';
    setTheme(other);
    setShown(other);
  };
  useKeys({
    '?': () => setHelping(!helping),
    t: toggle,
    Escape: () => (helping ? setHelping(false) : go(table.current)),
    '/': () => {
      if (route.view !== 'verdicts') go(table.current);
      requestAnimationFrame(() => document.getElementById('words')?.focus());
    },
  });
  return (
    <>
      <header class="bar">
        <a class="brand" href={hashOf({ view: 'verdicts', ...everything })}>
          heddle
        </a>
        <nav aria-label="Views">
          <Tab route={table.current} here={route.view === 'verdicts'} text="Verdicts" />
          {data.matrices.length > 0 && (
            <Tab
              route={{ view: 'matrix', spec: '', variant: '' }}
              here={route.view === 'matrix'}
              text="Matrix"
            />
          )}
        </nav>
        <span class="space" />
        <button type="button" onClick={toggle} title="t">
          {shownTheme === 'dark' ? 'Light' : 'Dark'}
        </button>
        <button type="button" onClick={() => setHelping(true)} title="?">
          Keys
        </button>
      </header>
      <main>
        <View data={data} route={route} go={go} amend={amend} />
      </main>
      {helping && <Help close={() => setHelping(false)} />}
    </>
  );
}

function Tab({
  route,
  here,
  text,
}: {
  readonly route: Route;
  readonly here: boolean;
  readonly text: string;
}) {
  return (
    <a href={hashOf(route)} aria-current={here ? 'page' : undefined}>
      {text}
    </a>
  );
}

/** How views move: `go` makes an entry in the browser's history, `amend` changes the one that is there. */
export interface Moves {
  readonly go: (route: Route) => void;
  readonly amend: (route: Route) => void;
}

function View({ data, route, go, amend }: { readonly data: PageData; readonly route: Route } & Moves) {
  if (route.view === 'trace') return <TraceView data={data} route={route} go={go} amend={amend} />;
  if (route.view === 'variant') return <VariantView data={data} route={route} />;
  if (route.view === 'matrix') return <MatrixView data={data} route={route} />;
  return <VerdictsView data={data} route={route} amend={amend} />;
}

function useRoute(): Moves & { readonly route: Route } {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const listener = () => {
      clearTimeout(pending.current);
      setRoute(routeOf(location.hash));
    };
    window.addEventListener('hashchange', listener);
    return () => window.removeEventListener('hashchange', listener);
  }, []);
  const go = useCallback((to: Route) => {
    location.hash = hashOf(to);
  }, []);
  const amend = useCallback((to: Route) => {
    setRoute(to);
    clearTimeout(pending.current);
    pending.current = setTimeout(() => history.replaceState(null, '', hashOf(to)), ADDRESS_AFTER);
  }, []);
  return { route, go, amend };
}
