/** Which statements were executed, function by function, under each memory model. */
import type { WrittenRun } from '../../report/json.ts';
import type { Statement } from '../../system.ts';
import { functionWords, type PageSystem, type PageVariant } from '../data.ts';
import { Heads, type Mark, Marks } from './columns.tsx';
import { coverageOf } from './words.ts';

interface Section {
  readonly fn: string;
  /** What stands before the function in the statement's id: whose program it is. */
  readonly program: string;
  readonly statements: readonly Statement[];
}

export function Coverage({ variant: { runs, system } }: { readonly variant: PageVariant }) {
  const statements = system?.statements ?? missedIn(runs);
  return (
    <section>
      <h2>
        {system ? 'Statements' : 'Statements that were not executed'} <small>{summary(runs)}</small>
      </h2>
      {statements.length === 0 ? (
        <p class="nothing">None.</p>
      ) : (
        <div class="scroll">
          <table class="coverage">
            <thead>
              <tr>
                <Heads names={['statement', ...runs.map(({ model }) => model)]} />
              </tr>
            </thead>
            {byFunction(statements).map((section, i) => (
              <Rows key={`${section.fn} ${i}`} section={section} runs={runs} absent={system?.absent ?? {}} />
            ))}
          </table>
        </div>
      )}
    </section>
  );
}

interface RowsProps {
  readonly section: Section;
  readonly runs: readonly WrittenRun[];
  readonly absent: PageSystem['absent'];
}

function Rows({ section, runs, absent }: RowsProps) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={runs.length + 1}>
          {functionWords(section.fn)} <small>{section.program}</small>
        </th>
      </tr>
      {section.statements.map((statement) => (
        <tr key={statement.id}>
          <th scope="row">{statement.text}</th>
          <Marks runs={runs} markOf={(run) => markOf(run, statement, absent[run.model] ?? [])} />
        </tr>
      ))}
    </tbody>
  );
}

function markOf({ coverage, verdict }: WrittenRun, { id }: Statement, absent: readonly string[]): Mark {
  if (absent.includes(id)) return ['–', 'plain'];
  if (!coverage) return ['not known', 'plain'];
  if (!coverage.missed.some((missed) => missed.id === id)) return ['✓ executed', 'good'];
  return 'trace' in verdict ? ['not before the end', 'plain'] : ['✗ missed', 'bad'];
}

/** Statements that stand together and belong to one function of one program. */
function byFunction(statements: readonly Statement[]): readonly Section[] {
  const sections: (Section & { statements: Statement[] })[] = [];
  for (const statement of statements) {
    const [first = '', ...rest] = statement.id.split(': ');
    const program = rest.length > 0 ? first : '';
    const last = sections.at(-1);
    if (last?.fn === statement.fn && last.program === program) last.statements.push(statement);
    else sections.push({ fn: statement.fn, program, statements: [statement] });
  }
  return sections;
}

function missedIn(runs: readonly WrittenRun[]): readonly Statement[] {
  const missed = runs.flatMap(({ coverage }) => coverage?.missed ?? []);
  return [...new Map(missed.map((statement) => [statement.id, statement])).values()];
}

function summary(runs: readonly WrittenRun[]): string {
  return runs.map((run) => `${run.model} ${coverageOf(run) || 'not known'}`).join(', ');
}
