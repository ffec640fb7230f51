/** Which accesses took effect in another order than the program's, in some run, under each memory model. */
import type { Occurred } from '../../outcome.ts';
import { functionWords, type PageRun, type PageVariant } from '../data.ts';
import { Breakable } from './breakable.tsx';

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
                <th scope="col">statement</th>
                <th scope="col">took effect</th>
                {runs.map(({ model }) => (
                  <th key={model} scope="col">
                    {model}
                  </th>
                ))}
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
                  {runs.map((run) => (
                    <Mark key={run.model} run={run} wanted={key} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Mark({ run: { occurred }, wanted }: { readonly run: PageRun; readonly wanted: string }) {
  if (!occurred) return <td class="plain">not known</td>;
  if (!occurred.some((it) => keyOf(it) === wanted)) return <td class="plain">–</td>;
  return <td class="good">✓ occurred</td>;
}

const keyOf = ({ statement, kind, other, fn = '' }: Occurred): string =>
  JSON.stringify([statement, kind, fn, other]);
