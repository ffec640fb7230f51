/** A trace: its story, its steps in lanes, what is held after the step, and where to go from there. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { PageData, PageTrace, TraceEntry } from '../data.ts';
import { HoldingsPanel } from './holdings-panel.tsx';
import { useKeys } from './keys.ts';
import { Lanes } from './lanes.tsx';
import type { Moves } from './moves.ts';
import { hashOf, type Route } from './route.ts';
import { lanesOf, rowsOf } from './rows.ts';
import { Stepper } from './stepper.tsx';
import { TraceHead } from './trace-head.tsx';
import { traceNamed } from './traces.ts';
import { unpackTrace } from './unpack.ts';

type TraceRoute = Extract<Route, { view: 'trace' }>;
type Props = { readonly data: PageData; readonly route: TraceRoute } & Moves;

export function TraceView({ data, route, go, amend }: Props) {
  const entry = traceNamed(data, route.id);
  const shown = useTrace(entry);
  if (!entry) return <p class="nothing">This report has no trace called {route.id}.</p>;
  if (typeof shown === 'string') return <p class="nothing">{shown}</p>;
  if (shown?.id !== entry.id) return <p class="nothing">Unpacking the trace …</p>;
  return (
    <Shown key={entry.id} data={data} entry={entry} shown={shown} step={route.step} go={go} amend={amend} />
  );
}

/** The trace once it is unpacked, or what went wrong. */
function useTrace(entry: TraceEntry | undefined): PageTrace | string | null {
  const [shown, setShown] = useState<PageTrace | string | null>(null);
  useEffect(() => {
    if (entry) unpackTrace(entry).then(setShown, (error) => setShown(`This file is damaged: ${error}`));
  }, [entry]);
  return shown;
}

interface ShownProps extends Moves {
  readonly data: PageData;
  readonly entry: TraceEntry;
  readonly shown: PageTrace;
  readonly step: number;
}

function Shown({ data, entry, shown, step: wanted, go, amend }: ShownProps) {
  const { trace } = shown;
  const last = trace.steps.length;
  const step = Math.min(wanted, last);
  const rows = useMemo(() => rowsOf(trace), [trace]);
  const lanes = useMemo(() => lanesOf(trace, rows), [trace, rows]);
  const choose = useCallback(
    (to: number) =>
      amend({ view: 'trace', id: shown.id, step: Math.max(0, Math.min(to, trace.steps.length)) }),
    [amend, shown, trace],
  );
  const place = data.traces.indexOf(entry);
  const other = (by: number) => {
    const next = data.traces[place + by];
    if (next) go({ view: 'trace', id: next.id, step: 0 });
  };
  const by = (steps: number) => () => choose(step + steps);
  const [on, back] = [() => other(1), () => other(-1)];
  useKeys({
    ...{ j: by(1), ArrowDown: by(1), ArrowRight: by(1), PageDown: by(10) },
    ...{ k: by(-1), ArrowUp: by(-1), ArrowLeft: by(-1), PageUp: by(-10) },
    ...{ Home: () => choose(0), End: () => choose(last) },
    ...{ n: on, ']': on, p: back, '[': back },
  });
  const link = (by: number, text: string) => {
    const next = data.traces[place + by];
    return next && <a href={hashOf({ view: 'trace', id: next.id, step: 0 })}>{text}</a>;
  };
  return (
    <article class="trace">
      <TraceHead data={data} entry={entry} shown={shown}>
        {link(-1, '← trace before')}
        <span>
          {place + 1} of {data.traces.length}
        </span>
        {link(1, 'next trace →')}
      </TraceHead>
      <div class="beside">
        <div>
          <Lanes id={shown.id} rows={rows} lanes={lanes} step={step} choose={choose} />
          <p class="ending">{trace.ending}</p>
        </div>
        <HoldingsPanel shown={shown} step={step} />
      </div>
      <Stepper rows={rows} step={step} last={last} choose={choose} />
    </article>
  );
}
