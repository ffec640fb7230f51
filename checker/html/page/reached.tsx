/** Witnesses and invariants: what had to happen, and what must not, under each memory model. */
import type { WrittenRun } from '../../report/json.ts';
import type { PageVariant } from '../data.ts';

export function Reached({ variant }: { readonly variant: PageVariant }) {
  const { runs, system } = variant;
  const known = runs.flatMap(({ witnesses }) => [
    ...(witnesses?.reached ?? []),
    ...(witnesses?.missed ?? []),
  ]);
  const names = [...new Set([...(system?.witnesses ?? []), ...known])];
  return (
    <section>
      <h2>Must be reached</h2>
      <Marks runs={runs} names={names} of="witness" mark={witnessMark} />
      <h2>Must hold</h2>
      <Marks runs={runs} names={system?.invariants ?? brokenIn(runs)} of="invariant" mark={invariantMark} />
    </section>
  );
}

type Mark = readonly [words: string, kind: 'good' | 'bad' | 'plain'];

/** A violation ends a run, so that it may have come to no witness. */
function witnessMark({ witnesses, verdict }: WrittenRun, name: string): Mark {
  if (witnesses?.reached.includes(name)) return ['✓ reached', 'good'];
  if (!witnesses?.missed.includes(name)) return ['not known', 'plain'];
  return 'trace' in verdict ? ['not before the end', 'plain'] : ['✗ never reached', 'bad'];
}

function invariantMark({ verdict }: WrittenRun, name: string): Mark {
  if (verdict.kind === 'violated' && verdict.invariant === name) return ['✗ broken', 'bad'];
  return verdict.kind === 'holds' ? ['✓ holds', 'good'] : ['not broken so far', 'plain'];
}

function brokenIn(runs: readonly WrittenRun[]): readonly string[] {
  return [
    ...new Set(runs.flatMap(({ verdict }) => (verdict.kind === 'violated' ? [verdict.invariant] : []))),
  ];
}

interface MarksProps {
  readonly runs: readonly WrittenRun[];
  readonly names: readonly string[];
  readonly of: string;
  readonly mark: (run: WrittenRun, name: string) => Mark;
}

function Marks({ runs, names, of, mark }: MarksProps) {
  if (names.length === 0) return <p class="nothing">None.</p>;
  return (
    <div class="scroll">
      <table class="marks">
        <thead>
          <tr>
            <th scope="col">{of}</th>
            {runs.map(({ model }) => (
              <th key={model} scope="col">
                {model}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {runs.map((run) => {
                const [words, kind] = mark(run, name);
                return (
                  <td key={run.model} class={kind}>
                    {words}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
