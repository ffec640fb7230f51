/** The table of verdicts, its counts and its filter. */
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { PageData } from '../data.ts';
import { modelsOf, type ShownSpec, shownSpecs } from './filter.ts';
import { JobTable } from './job-table.tsx';
import type { Moves } from './moves.ts';
import type { Choice, Route } from './route.ts';
import { SpecTable } from './spec-table.tsx';
import { counted, grouped, isExpected, type Kind, kinds, markOf } from './words.ts';

type VerdictsRoute = Extract<Route, { view: 'verdicts' }>;

interface Props extends Pick<Moves, 'amend'> {
  readonly data: PageData;
  readonly route: VerdictsRoute;
  /** Whether the reader came here in order to search; set back once that is done. */
  readonly searching: { current: boolean };
}

export function VerdictsView({ data, route, amend, searching }: Props) {
  const { words, model, kind, unexpectedFirst, flat } = route;
  const shown = useMemo(
    () => shownSpecs(data, { words, model, kind, unexpectedFirst, flat }),
    [data, words, model, kind, unexpectedFirst, flat],
  );
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (searching.current) input.current?.focus();
    searching.current = false;
  }, [searching]);
  const models = useMemo(() => modelsOf(data), [data]);
  const change = (to: Partial<Choice>) => amend({ ...route, ...to });
  return (
    <>
      <h1 class="only-read">Verdicts</h1>
      <Counts data={data} route={route} change={change} />
      <search class="filter">
        <input
          ref={input}
          id="words"
          type="search"
          aria-label="Search the verdicts"
          placeholder="Search: unmap armv8 violated … ( / )"
          value={words}
          onInput={({ currentTarget }) => change({ words: currentTarget.value })}
        />
        <select
          aria-label="Memory model"
          value={model}
          onChange={({ currentTarget }) => change({ model: currentTarget.value })}
        >
          <option value="">all models</option>
          {models.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Check text="unexpected first" on={unexpectedFirst} set={(on) => change({ unexpectedFirst: on })} />
        <Check text="group by spec" on={!flat} set={(on) => change({ flat: !on })} />
        <output>{shownWords(shown)}</output>
      </search>
      {flat ? (
        <JobTable data={data} shown={shown} />
      ) : (
        shown.map(({ spec, variants }) => (
          <SpecTable key={spec.name} data={data} spec={spec} variants={variants} models={models} />
        ))
      )}
      {shown.length === 0 && <p class="nothing">No verdict has all of that.</p>}
      <footer class="colophon">heddle {data.heddle}</footer>
    </>
  );
}

function shownWords(shown: readonly ShownSpec[]): string {
  const variants = shown.flatMap((spec) => spec.variants);
  const jobs = variants.reduce((sum, { runs }) => sum + runs.size, 0);
  return [counted(jobs, 'job'), counted(variants.length, 'variant'), counted(shown.length, 'spec')].join(
    ', ',
  );
}

interface CountsProps {
  readonly data: PageData;
  readonly route: VerdictsRoute;
  readonly change: (to: Partial<Choice>) => void;
}

/** How many of each, each a button that shows only those. */
function Counts({ data, route, change }: CountsProps) {
  const runs = useMemo(
    () => data.specs.flatMap((spec) => spec.variants.flatMap((variant) => variant.runs)),
    [data],
  );
  const count = (kind: Kind) => runs.filter(({ verdict }) => verdict.kind === kind).length;
  const unexpected = runs.filter((run) => !isExpected(run)).length;
  const button = (kind: string, number: number, text: string, mark = '') => (
    <button
      key={kind}
      type="button"
      class={`count ${kind}`}
      aria-pressed={route.kind === kind}
      onClick={() => change({ kind: route.kind === kind ? '' : kind })}
    >
      <strong>{grouped(number)}</strong>
      <span>
        {mark !== '' && (
          <span class="mark" aria-hidden="true">
            {mark}
          </span>
        )}
        {text}
      </span>
    </button>
  );
  return (
    <fieldset class="counts">
      <legend class="only-read">Show only</legend>
      {button('', runs.length, 'jobs')}
      {button('unexpected', unexpected, 'unexpected', '!')}
      {kinds.filter((kind) => count(kind) > 0).map((kind) => button(kind, count(kind), kind, markOf(kind)))}
    </fieldset>
  );
}

interface CheckProps {
  readonly text: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

function Check({ text, on, set }: CheckProps) {
  return (
    <label>
      <input type="checkbox" checked={on} onChange={({ currentTarget }) => set(currentTarget.checked)} />
      {text}
    </label>
  );
}
