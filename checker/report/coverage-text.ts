/** What a job has been through, statement by statement: `heddle check --coverage`. */
import type { Occurred } from '../outcome.ts';
import type { Statement } from '../system.ts';
import { type FinishedJob, jobName } from './job.ts';
import { printable, wrap } from './wrap.ts';

const width = 80;

/** By program and function: each statement with a mark if it was never executed, and how its accesses were reordered. */
export function coverageText(job: FinishedJob): string {
  const { result } = job;
  if (result.kind !== 'outcome') return `Coverage of ${jobName(job)}: nothing was explored\n`;
  const { covered, reorderings = [] } = result.outcome;
  const executed = new Set(covered);
  const ran = result.statements.filter(({ id }) => executed.has(id)).length;
  const head = `Coverage of ${jobName(job)}: ${ran} of ${result.statements.length} statements executed, ${kinds(reorderings)}`;
  const lines = result.statements.flatMap((statement, i) => [
    ...heading(statement, result.statements[i - 1]),
    ...wrap(
      `${executed.has(statement.id) ? '     ' : '!!   '}${printable(statement.text)}`,
      width,
      '       ',
    ),
    ...(executed.has(statement.id) ? [] : ['       never executed']),
    ...reorderings
      .filter((it) => it.statement === statement.id)
      .flatMap((it) => wrap(`       ${orderWords(it)}`, width, '         ')),
  ]);
  return `${[...wrap(head, width, '  '), ...lines].join('\n')}\n`;
}

function kinds(reorderings: readonly Occurred[]): string {
  const { length } = reorderings;
  return length === 0 ? 'all in order' : `${length} ${length === 1 ? 'kind' : 'kinds'} of reordering`;
}

/** The function, where it is another one than above. */
function heading(statement: Statement, above: Statement | undefined): readonly string[] {
  const name = placeOf(statement);
  return above !== undefined && placeOf(above) === name ? [] : [`  ${name}`];
}

/** `CPU0: fn()`, if the statement's id says whose it is. */
function placeOf({ id, fn, text }: Statement): string {
  const own = `${fn}(): ${text}`;
  return id.endsWith(own) ? `${id.slice(0, -own.length)}${fn}()` : `${fn}()`;
}

/** A reordering in words. */
export function orderWords({ kind, other, fn }: Occurred): string {
  const what = `${printable(other)}${fn === undefined ? '' : ` of ${fn}()`}`;
  if (kind === 'stale')
    return other === '' ? 'stale: read what had been overwritten' : `stale: as before ${what}`;
  return kind === 'early' ? `early: passed ${what}` : `late: passed by ${what}`;
}
