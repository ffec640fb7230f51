/** Which accesses took effect in another order than the program's, in some run, under each memory model. */
import type { Occurred } from '../../outcome.ts';
import { functionWords, type PageRun, type PageVariant } from '../data.ts';
import { Breakable } from './breakable.tsx';
import { Heads, type Mark, Marks } from './columns.tsx';

const KINDS: Readonly<Record<Occurred['kind'], string>> = {
  early: 'before',
  late: 'overtaken by',
  stale: 'read as if before',
};

export function Reorderings({ variant: { runs, system } }: { readonly variant: PageVariant }) {
  if (runs.every(({ occurred }) => occurred === undefined)) return null;
  const rows = new Map(runs.flatMap(({ occurred = [] }) => occurred.map((it) => [keyOf(it), it] as const)));
  const statementOf = (id: string) => system?.statements.find((statement) => statement.id === id);
  return (
    <section>
      <h2>
        Reorderings that occurred{' '}
        <small>{runs.map((run) => `${run.model} ${run.occurred?.length ?? 'not known'}`).join(', ')}</small>
      </h2>
      {rows.size === 0 ? (
        <p class="nothing">None.</p>
      ) : (
        <div class="scroll">
          <table class="coverage">
            <thead>
              <tr>
                <Heads names={['statement', 'took effect', ...runs.map(({ model }) => model)]} />
              </tr>
            </thead>
            <tbody>
              {[...rows].map(([key, it]) => (
                <tr key={key}>
                  <th scope="row">
                    <Breakable text={statementOf(it.statement)?.text ?? it.statement} />
                  </th>
                  <td class="took-effect">
                    {it.other === '' ? 'read a value that had been overwritten' : KINDS[it.kind]}{' '}
                    <code>
                      {it.fn !== undefined && `${functionWords(it.fn)} `}
                      <Breakable text={it.other} />
                    </code>
                  </td>
                  <Marks runs={runs} markOf={(run) => markOf(run, key)} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function markOf({ occurred }: PageRun, wanted: string): Mark {
  if (!occurred) return ['not known', 'plain'];
  return occurred.some((it) => keyOf(it) === wanted) ? ['✓ occurred', 'good'] : ['–', 'plain'];
}

const keyOf = ({ statement, kind, other, fn = '' }: Occurred): string =>
  JSON.stringify([statement, kind, fn, other]);
