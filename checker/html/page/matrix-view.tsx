/** The matrix of a variant: what every barrier, lock and dependency is needed for, under each memory model. */
import { useState } from 'preact/hooks';
import type { Cell, Matrix, Row } from '../../matrix/matrix.ts';
import { slug } from '../../report/slug.ts';
import type { PageData } from '../data.ts';
import { hashOf, type Route } from './route.ts';
import { functionWords } from './rows.ts';
import { traceNamed } from './traces.ts';
import { grouped } from './words.ts';

type MatrixRoute = Extract<Route, { view: 'matrix' }>;

const MARKS: Readonly<Record<Cell['verdict'], string>> = {
  needed: '✗',
  redundant: '✓',
  incomplete: '…',
  vacuous: '○',
  'no program': '–',
  fault: '!',
};

const MEANINGS: readonly (readonly [verdict: Cell['verdict'], meaning: string])[] = [
  ['needed', 'without it a property breaks'],
  ['redundant', 'every property of this spec holds without it, in every reachable state'],
  ['vacuous', 'without it the spec no longer puts its question'],
  ['incomplete', 'a bound was hit'],
  ['no program', 'what is left is no program'],
  ['fault', 'a bug of heddle or of a model'],
];

export function MatrixView({ data, route }: { readonly data: PageData; readonly route: MatrixRoute }) {
  const [only, setOnly] = useState('');
  const wanted = (it: Matrix) => it.spec === route.spec && [slug(it.variant), ''].includes(route.variant);
  const matrix = route.spec === '' ? data.matrices[0] : data.matrices.find(wanted);
  if (!matrix) return <p class="nothing">This report has no such matrix. `heddle matrix` makes them.</p>;
  const rows = matrix.rows.filter(({ cells }) => has(cells, only));
  const used = MEANINGS.filter(([verdict]) => matrix.rows.some(({ cells }) => has(cells, verdict)));
  return (
    <article class="matrix-view">
      <nav class="others" aria-label="Matrices">
        {data.matrices.map((it) => (
          <a
            key={`${it.spec}/${it.variant}`}
            href={hashOf({ view: 'matrix', spec: it.spec, variant: slug(it.variant) })}
            aria-current={it === matrix ? 'page' : undefined}
          >
            {it.spec}
          </a>
        ))}
      </nav>
      <p class="path">{matrix.spec}</p>
      <h1>
        What can go? <small>{matrix.variant}</small>
      </h1>
      <fieldset class="counts">
        <legend class="only-read">Show only rows with</legend>
        {used.map(([verdict, meaning]) => (
          <button
            key={verdict}
            type="button"
            class={`count ${classOf(verdict)}`}
            aria-pressed={only === verdict}
            onClick={() => setOnly(only === verdict ? '' : verdict)}
          >
            <strong>{matrix.rows.filter(({ cells }) => has(cells, verdict)).length}</strong>
            <span>
              <span class="mark" aria-hidden="true">
                {MARKS[verdict]}
              </span>
              {verdict} <small>{meaning}</small>
            </span>
          </button>
        ))}
      </fieldset>
      <div class="scroll">
        <table class="matrix">
          <thead>
            <tr>
              {['statement', 'change', ...matrix.models].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class="unchanged">
              <th scope="row" colSpan={2}>
                as it is
              </th>
              {matrix.models.map((model) => (
                <CellOf key={model} data={data} cell={matrix.unchanged[model]} unchanged />
              ))}
            </tr>
            {rows.map((row, i) => (
              <RowOf
                key={row.id}
                data={data}
                row={row}
                models={matrix.models}
                enters={rows[i - 1]?.fn !== row.fn}
                again={rows[i - 1]?.fn === row.fn && rows[i - 1]?.text === row.text}
              />
            ))}
          </tbody>
        </table>
      </div>
    </article>
  );
}

function has(cells: Row['cells'], verdict: string): boolean {
  return verdict === '' || Object.values(cells).some((cell) => cell.verdict === verdict);
}

function classOf(verdict: Cell['verdict']): string {
  return verdict.replace(' ', '-');
}

interface RowProps {
  readonly data: PageData;
  readonly row: Row;
  readonly models: readonly string[];
  /** The row above is of another function. */
  readonly enters: boolean;
  /** The row above changes the same statement. */
  readonly again: boolean;
}

function RowOf({ data, row, models, enters, again }: RowProps) {
  return (
    <tr class={again ? 'again' : ''}>
      <th scope="row">
        {enters && <span class="function">{functionWords(row.fn)}</span>}
        <code>{row.text}</code>
        <span class="sort">
          {row.sort}
          {row.programs.length > 0 && `, ${row.programs.join(', ')}`}
        </span>
      </th>
      <td class="change">{row.change}</td>
      {models.map((model) => (
        <CellOf key={model} data={data} cell={row.cells[model]} />
      ))}
    </tr>
  );
}

interface CellProps {
  readonly data: PageData;
  readonly cell: Cell | undefined;
  readonly unchanged?: boolean;
}

function CellOf({ data, cell, unchanged = false }: CellProps) {
  if (!cell) return <td class="none">not run</td>;
  const { verdict, by, why, states, steps, trace } = cell;
  const id = trace?.replace(/^traces\//, '').replace(/\.json$/, '');
  const isThere = id !== undefined && traceNamed(data, id) !== undefined;
  const words =
    unchanged && verdict === 'redundant' ? 'holds' : by === undefined ? verdict : `${verdict}: ${by}`;
  const text = (
    <>
      <span class="mark" aria-hidden="true">
        {MARKS[verdict]}
      </span>
      {words}
    </>
  );
  const numbers = [
    ...(states === undefined ? [] : [`${grouped(states)} states`]),
    ...(steps === undefined ? [] : [`${grouped(steps)} steps`]),
  ];
  return (
    <td class={classOf(verdict)} title={why}>
      {isThere ? (
        <a class="verdict" href={hashOf({ view: 'trace', id, step: 0 })}>
          {text}
        </a>
      ) : (
        <span class="verdict">{text}</span>
      )}
      {numbers.length > 0 && <p class="numbers">{numbers.join(', ')}</p>}
    </td>
  );
}
