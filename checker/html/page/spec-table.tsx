/** A spec's verdicts: a row for each variant, a column for each memory model. */
import type { WrittenRun } from '../../report/json.ts';
import type { PageData, PageSpec } from '../data.ts';
import { Heads } from './columns.tsx';
import type { ShownVariant } from './filter.ts';
import { hashOf } from './route.ts';
import { Verdict } from './verdict.tsx';
import { coverageOf, isExpected, statesOf } from './words.ts';

interface Props {
  readonly data: PageData;
  readonly spec: PageSpec;
  readonly variants: readonly ShownVariant[];
  readonly models: readonly string[];
}

export function SpecTable({ data, spec, variants, models }: Props) {
  return (
    <section class="spec">
      <h2>
        {spec.name} <small>{spec.title}</small>
      </h2>
      <p class="source">{spec.source}</p>
      <div class="scroll">
        <table class="verdicts">
          <thead>
            <tr>
              <Heads names={['variant', ...models]} />
            </tr>
          </thead>
          <tbody>
            {variants.map(({ variant, runs }) => (
              <tr key={variant.id}>
                <th scope="row">
                  <a href={hashOf({ view: 'variant', spec: spec.name, variant: variant.id })}>
                    {variant.name}
                  </a>
                  <p>{variant.about}</p>
                </th>
                {models.map((model) => (
                  <Cell
                    key={model}
                    data={data}
                    run={variant.runs.find((it) => it.model === model)}
                    shown={runs}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface CellProps {
  readonly data: PageData;
  readonly run: WrittenRun | undefined;
  readonly shown: ReadonlySet<WrittenRun>;
}

function Cell({ data, run, shown }: CellProps) {
  if (!run) return <td class="none">not run</td>;
  const state = `${isExpected(run) ? '' : 'wrong'} ${shown.has(run) ? '' : 'other'}`.trim();
  return (
    <td class={state}>
      <Verdict data={data} run={run} />
      <Numbers run={run} />
    </td>
  );
}

function Numbers({ run }: { readonly run: WrittenRun }) {
  if (!run.effort) return null;
  const { depth } = run.effort;
  const covered = coverageOf(run);
  return (
    <p class="numbers">
      {statesOf(run)} states{depth !== null && <>, depth {depth}</>}
      {covered !== '' && `, ${covered} executed`}
    </p>
  );
}
