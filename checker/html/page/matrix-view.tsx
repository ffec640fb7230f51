/** The matrix of a variant: what every barrier, lock and dependency is needed for, under each memory model. */
import { useMemo, useState } from 'preact/hooks';
import type { Matrix, Row } from '../../matrix/matrix.ts';
import { sentences } from '../../matrix/sentences.ts';
import { slug } from '../../report/slug.ts';
import { functionWords, type PageData } from '../data.ts';
import { Breakable } from './breakable.tsx';
import { type CellKind, CellOf, classOf, kindOf, meanings } from './cell.tsx';
import { Heads } from './columns.tsx';
import { MatrixNav } from './matrix-nav.tsx';
import type { Route } from './route.ts';

type MatrixRoute = Extract<Route, { view: 'matrix' }>;

export function MatrixView({ data, route }: { readonly data: PageData; readonly route: MatrixRoute }) {
  const wanted = (it: Matrix) =>
    [it.spec, ''].includes(route.spec) && [slug(it.variant), ''].includes(route.variant);
  const matrix = data.matrices.find(wanted);
  if (!matrix) return <p class="nothing">This report has no such matrix; `heddle matrix` makes them.</p>;
  return (
    <article class="matrix-view">
      <MatrixNav data={data} current={matrix} />
      <p class="path">
        {matrix.spec} <span>{data.specs.find(({ name }) => name === matrix.spec)?.title}</span>
      </p>
      <h1>
        What can go? <small>{matrix.variant}</small>
      </h1>
      <Sentences matrix={matrix} />
      <MatrixTable key={`${matrix.spec}/${matrix.variant}`} data={data} matrix={matrix} />
    </article>
  );
}

function Sentences({ matrix }: { readonly matrix: Matrix }) {
  const said = useMemo(() => sentences(matrix), [matrix]);
  if (said.length === 0) return null;
  return (
    <details class="sentences" open={said.length < 16}>
      <summary>In {said.length} sentences</summary>
      <ul>
        {said.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </details>
  );
}

function MatrixTable({ data, matrix }: { readonly data: PageData; readonly matrix: Matrix }) {
  const [only, setOnly] = useState<CellKind | ''>('');
  const count = (kind: CellKind) => matrix.rows.filter((row) => has(row, kind)).length;
  const used = (Object.keys(meanings) as CellKind[]).filter((kind) => count(kind) > 0);
  const rows = matrix.rows.filter((row) => only === '' || has(row, only));
  return (
    <>
      <fieldset class="counts">
        <legend class="only-read">Show only rows with</legend>
        {used.map((kind) => (
          <button
            key={kind}
            type="button"
            class={`count ${classOf(kind)}`}
            aria-pressed={only === kind}
            onClick={() => setOnly(only === kind ? '' : kind)}
          >
            <strong>{count(kind)}</strong>
            <span>
              <span class="mark" aria-hidden="true">
                {meanings[kind][0]}
              </span>
              {kind} <small>{meanings[kind][1]}</small>
            </span>
          </button>
        ))}
      </fieldset>
      <div class="scroll">
        <table class="matrix">
          <thead>
            <tr>
              <Heads names={['statement', 'change', ...matrix.models]} />
            </tr>
          </thead>
          <tbody>
            <tr class="unchanged">
              <th scope="row">as it is</th>
              <td class="change">nothing</td>
              {matrix.models.map((model) => (
                <CellOf key={model} data={data} cell={matrix.unchanged[model]} unchanged />
              ))}
            </tr>
            {rows.map((row, i) => (
              <RowOf key={row.id} data={data} row={row} above={rows[i - 1]} models={matrix.models} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function has({ cells }: Row, kind: CellKind): boolean {
  return Object.values(cells).some((cell) => kindOf(cell) === kind);
}

interface RowProps {
  readonly data: PageData;
  readonly row: Row;
  readonly above: Row | undefined;
  readonly models: readonly string[];
}

/** A function is named where it begins, and a statement where it is changed first. */
function RowOf({ data, row, above, models }: RowProps) {
  const enters = above?.fn !== row.fn;
  const again = !enters && above?.text === row.text && above.sort === row.sort;
  return (
    <tr class={again ? 'again' : ''}>
      <th scope="row">
        {enters && <span class="function">{functionWords(row.fn)}</span>}
        <code>
          <Breakable text={row.text} />
        </code>
        <span class="sort">
          {row.sort}
          {row.programs.length > 0 && `, ${row.programs.join(', ')}`}
        </span>
      </th>
      <td class="change">
        <Breakable text={row.change} />
      </td>
      {models.map((model) => (
        <CellOf key={model} data={data} cell={row.cells[model]} />
      ))}
    </tr>
  );
}
