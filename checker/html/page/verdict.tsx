/** A verdict as a mark, words and a colour. */

import type { WrittenRun } from '../../report/json.ts';
import type { PageData } from '../data.ts';
import { hashOf } from './route.ts';
import { traceNamed } from './traces.ts';
import { expectedOf, isExpected, markOf, reasonsOf, traceOf, verdictOf } from './words.ts';

/** The verdict of a run, as a link to its trace if the file has it. */
export function Verdict({ data, run }: { readonly data: PageData; readonly run: WrittenRun }) {
  const kind = run.verdict.kind;
  const text = (
    <>
      <span class="mark" aria-hidden="true">
        {markOf(kind)}
      </span>
      {verdictOf(run)}
    </>
  );
  const id = traceOf(run);
  const isThere = id !== null && traceNamed(data, id) !== undefined;
  const title = reasonsOf(run).join('\n');
  return (
    <>
      {isThere ? (
        <a class={`verdict ${kind}`} href={hashOf({ view: 'trace', id, step: 0 })} title={title}>
          {text}
        </a>
      ) : (
        <span class={`verdict ${kind}`} title={title}>
          {text}
        </span>
      )}
      {!isExpected(run) && <span class="unexpected">UNEXPECTED, expected {expectedOf(run)}</span>}
    </>
  );
}
