/** Every job in a row of its own, sorted by whatever column the reader chooses. */
import { useMemo, useState } from 'preact/hooks';
import type { WrittenRun } from '../../report/json.ts';
import type { PageData } from '../data.ts';
import type { ShownSpec } from './filter.ts';
import { hashOf } from './route.ts';
import { Verdict } from './verdict.tsx';
import { coverageOf, expectedOf, statesOf, verdictOf } from './words.ts';

interface Job {
  readonly spec: string;
  readonly variant: string;
  readonly id: string;
  readonly run: WrittenRun;
}

const columns: readonly (readonly [name: string, key: (job: Job) => string | number])[] = [
  ['spec', ({ spec }) => spec],
  ['variant', ({ variant }) => variant],
  ['model', ({ run }) => run.model],
  ['verdict', ({ run }) => verdictOf(run)],
  ['expected', ({ run }) => expectedOf(run)],
  ['states', ({ run }) => run.effort?.states ?? -1],
  ['depth', ({ run }) => run.effort?.depth ?? -1],
  ['coverage', ({ run }) => (run.coverage ? run.coverage.executed / run.coverage.statements : -1)],
];

const NUMBERS = new Set(['states', 'depth', 'coverage']);

export function JobTable({ data, shown }: { readonly data: PageData; readonly shown: readonly ShownSpec[] }) {
  const [by, setBy] = useState<{ readonly column: string; readonly down: boolean } | null>(null);
  const jobs = useMemo(() => sorted(jobsOf(shown), by), [shown, by]);
  const choose = (column: string) =>
    setBy(by?.column === column ? { column, down: !by.down } : { column, down: NUMBERS.has(column) });
  return (
    <div class="scroll">
      <table class="jobs">
        <thead>
          <tr>
            {columns.map(([name]) => (
              <th
                key={name}
                scope="col"
                class={NUMBERS.has(name) ? 'number' : ''}
                aria-sort={sortOf(by, name)}
              >
                <button type="button" onClick={() => choose(name)}>
                  {name}
                  {by?.column === name && (by.down ? ' ↓' : ' ↑')}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Row key={`${job.spec}/${job.id}/${job.run.model}`} data={data} job={job} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ data, job }: { readonly data: PageData; readonly job: Job }) {
  const { spec, variant, id, run } = job;
  return (
    <tr>
      <td>{spec}</td>
      <th scope="row">
        <a href={hashOf({ view: 'variant', spec, variant: id })}>{variant}</a>
      </th>
      <td>{run.model}</td>
      <td>
        <Verdict data={data} run={run} />
      </td>
      <td>{expectedOf(run)}</td>
      <td class="number">{statesOf(run)}</td>
      <td class="number">{run.effort?.depth ?? ''}</td>
      <td class="number">{coverageOf(run)}</td>
    </tr>
  );
}

function jobsOf(shown: readonly ShownSpec[]): readonly Job[] {
  return shown.flatMap(({ spec, variants }) =>
    variants.flatMap(({ variant, runs }) =>
      [...runs].map((run) => ({ spec: spec.name, variant: variant.name, id: variant.id, run })),
    ),
  );
}

function sorted(jobs: readonly Job[], by: { readonly column: string; readonly down: boolean } | null) {
  const key = columns.find(([name]) => name === by?.column)?.[1];
  if (!key || !by) return jobs;
  const sign = by.down ? -1 : 1;
  return [...jobs].sort((a, b) => sign * compared(key(a), key(b)));
}

function compared(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

function sortOf(by: { readonly column: string; readonly down: boolean } | null, name: string) {
  if (by?.column !== name) return undefined;
  return by.down ? 'descending' : 'ascending';
}
