/** Where in the sources to look when a verdict is not the expected one: for whoever writes the spec, at the terminal. In no
 *  file, since lines move with every edit. */
import type { Outcome } from '../outcome.ts';
import type { Statement } from '../system.ts';
import type { FinishedJob } from './job.ts';

/** So many statements that were never executed are enough to see why. */
const MOST = 5;

/** One line each, below what is said of the job. */
export function hints(job: FinishedJob): readonly string[] {
  const { result } = job;
  if (result.kind !== 'outcome') return [];
  const wanted = wantedIn(result.outcome, result.statements);
  if (wanted === null) return [];
  // The statements of the result may come from another thread, where places cannot be taken along.
  const { statements } = job.variant.build(job.model);
  const text = ({ fn, text }: Statement, place: string): string => `${wanted.what}: ${fn}(): ${text}${place}`;
  return wanted.ids.flatMap((id) => {
    const found = statements.find((statement) => statement.id === id);
    const place = found?.place?.() ?? '';
    return found === undefined || place === '' ? [] : [text(found, place)];
  });
}

/** The statements that a verdict makes one look at. */
function wantedIn(
  { verdict, covered }: Outcome,
  statements: readonly Statement[],
): { readonly what: string; readonly ids: readonly string[] } | null {
  if (verdict.kind === 'vacuous') {
    const missed = statements.filter(({ id }) => !covered.includes(id));
    return { what: 'never executed', ids: missed.slice(0, MOST).map(({ id }) => id) };
  }
  if (verdict.kind !== 'violated') return null;
  // Only if it is said to be its fault: what breaks an invariant came earlier, most of the time.
  const last = verdict.trace.steps
    .flatMap(({ lines }) => lines)
    .findLast((line) => line.statement !== undefined);
  if (last?.fn === undefined || !verdict.why.includes(`in ${last.fn}()`)) return null;
  return { what: 'the last statement', ids: [last.statement!] };
}
