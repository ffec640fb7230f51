/** The frame around every view: where to go, dark or light, and help. */
import { useRef, useState } from 'preact/hooks';
import type { PageData } from '../data.ts';
import { Help } from './help.tsx';
import { useKeys } from './keys.ts';
import { MatrixView } from './matrix-view.tsx';
import { type Moves, useRoute } from './moves.ts';
import { everything, hashOf, type Route } from './route.ts';
import { SurvivorsView } from './survivors-view.tsx';
import { setTheme, theme } from './theme.ts';
import { TraceView } from './trace-view.tsx';
import { VariantView } from './variant-view.tsx';
import { VerdictsView } from './verdicts-view.tsx';

export function App({ data }: { readonly data: PageData }) {
  const { route, go, amend } = useRoute();
  const [helping, setHelping] = useState(false);
  const [shownTheme, setShown] = useState(theme);
  const searching = useRef(false);
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
      searching.current = route.view !== 'verdicts';
      if (searching.current) go(table.current);
      else document.getElementById('words')?.focus();
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
              here={['matrix', 'survivors'].includes(route.view)}
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
        <View data={data} route={route} go={go} amend={amend} searching={searching} />
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

interface ViewProps extends Moves {
  readonly data: PageData;
  readonly route: Route;
  readonly searching: { current: boolean };
}

function View({ data, route, go, amend, searching }: ViewProps) {
  if (route.view === 'trace') return <TraceView data={data} route={route} go={go} amend={amend} />;
  if (route.view === 'variant') return <VariantView data={data} route={route} />;
  if (route.view === 'matrix') return <MatrixView data={data} route={route} />;
  if (route.view === 'survivors') return <SurvivorsView data={data} />;
  return <VerdictsView data={data} route={route} amend={amend} searching={searching} />;
}
