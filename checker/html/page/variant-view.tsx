/** A variant of a spec: its verdicts in full, what they covered, and what was explored. */
import type { PageData, PageVariant } from '../data.ts';
import { Heads } from './columns.tsx';
import { Coverage } from './coverage.tsx';
import { Reached } from './reached.tsx';
import { Reorderings } from './reorderings.tsx';
import { hashOf, type Route } from './route.ts';
import { Verdict } from './verdict.tsx';
import { expectedOf, grouped, reasonsOf, statesOf } from './words.ts';

type VariantRoute = Extract<Route, { view: 'variant' }>;

export function VariantView({ data, route }: { readonly data: PageData; readonly route: VariantRoute }) {
  const spec = data.specs.find(({ name }) => name === route.spec);
  const variant = spec?.variants.find(({ id }) => id === route.variant);
  if (!spec || !variant)
    return (
      <p class="nothing">
        This report has no variant called {route.spec}/{route.variant}.
      </p>
    );
  const matrix = data.matrices.find((it) => it.spec === spec.name && it.variant === variant.name);
  return (
    <article class="variant">
      <p class="path">
        {spec.name} <span>{spec.title}</span>
      </p>
      <h1>{variant.name}</h1>
      <p class="about">{variant.about}</p>
      <p class="source">{spec.source}</p>
      {matrix && (
        <p>
          <a href={hashOf({ view: 'matrix', spec: spec.name, variant: variant.id })}>
            Which of its barriers are needed
          </a>
        </p>
      )}
      <Runs data={data} variant={variant} />
      <Reached variant={variant} />
      <Coverage variant={variant} />
      <Reorderings variant={variant} />
      <Components variant={variant} />
    </article>
  );
}

function Runs({ data, variant }: { readonly data: PageData; readonly variant: PageVariant }) {
  return (
    <section>
      <h2>Verdicts</h2>
      <div class="scroll">
        <table class="runs">
          <thead>
            <tr>
              <Heads names={['model', 'verdict', 'expected', 'why', 'states', 'steps', 'depth', 'search']} />
            </tr>
          </thead>
          <tbody>
            {variant.runs.map((run) => (
              <tr key={run.model}>
                <th scope="row">{run.model}</th>
                <td>
                  <Verdict data={data} run={run} />
                </td>
                <td>{expectedOf(run)}</td>
                <td class="why">{reasonsOf(run).join(' ')}</td>
                <td class="number">{statesOf(run)}</td>
                <td class="number">{run.effort && grouped(run.effort.transitions)}</td>
                <td class="number">{run.effort?.depth ?? ''}</td>
                <td>{run.engine ?? run.search}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** How many values each component took: what a space is made of. */
function Components({ variant: { runs } }: { readonly variant: PageVariant }) {
  const names = [...new Set(runs.flatMap(({ effort }) => Object.keys(effort?.values ?? {})))];
  if (names.length === 0) return null;
  return (
    <section>
      <h2>Values of each component</h2>
      <details>
        <summary>{names.length} components</summary>
        <table class="values">
          <thead>
            <tr>
              <Heads names={['component', ...runs.map(({ model }) => model)]} />
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {runs.map(({ model, effort }) => (
                  <td key={model} class="number">
                    {effort?.values[name] ?? ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
