/** The heads of a table's columns, and its cells where it has one for each run. */
import type { WrittenRun } from '../../report/json.ts';

/** The heads of columns. */
export function Heads({ names }: { readonly names: readonly string[] }) {
  return (
    <>
      {names.map((name) => (
        <th key={name} scope="col">
          {name}
        </th>
      ))}
    </>
  );
}

/** What is said of a run, and whether it is good news. */
export type Mark = readonly [words: string, kind: 'good' | 'bad' | 'plain'];

interface MarksProps<Run> {
  readonly runs: readonly Run[];
  readonly markOf: (run: Run) => Mark;
}

/** A cell for each run. */
export function Marks<Run extends WrittenRun>({ runs, markOf }: MarksProps<Run>) {
  return (
    <>
      {runs.map((run) => {
        const [words, kind] = markOf(run);
        return (
          <td key={run.model} class={kind}>
            {words}
          </td>
        );
      })}
    </>
  );
}
