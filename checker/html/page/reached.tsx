/** Witnesses and invariants: what had to happen, and what must not, under each memory model. */
import type { WrittenRun } from '../../report/json.ts';
import type { PageVariant } from '../data.ts';
import { Heads, type Mark, Marks } from './columns.tsx';

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
      <Named runs={runs} names={names} of="witness" markOf={witnessMark} />
      <h2>Must hold</h2>
      <Named runs={runs} names={system?.invariants ?? brokenIn(runs)} of="invariant" markOf={invariantMark} />
    </section>
  );
}

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

interface NamedProps {
  readonly runs: readonly WrittenRun[];
  readonly names: readonly string[];
  readonly of: string;
  readonly markOf: (run: WrittenRun, name: string) => Mark;
}

/** A row for each name. */
function Named({ runs, names, of, markOf }: NamedProps) {
  if (names.length === 0) return <p class="nothing">None.</p>;
  return (
    <div class="scroll">
      <table class="marks">
        <thead>
          <tr>
            <Heads names={[of, ...runs.map(({ model }) => model)]} />
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <Marks runs={runs} markOf={(run) => markOf(run, name)} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
