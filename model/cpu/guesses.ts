/** What a thread has taken for granted before it was known. */
import type { Draft } from 'immer';
import type { Content, Guess, Thread } from '../machine.ts';
import { latest } from '../memory/lag.ts';
import { known } from './content.ts';

/** Takes it that a CAS finds what it expects, or that it does not. */
export function guess(t: Draft<Thread>, old: Content, expected: Content, equal: boolean): void {
  t.guesses.push({ old, expected, equal });
}

/** Takes note of what has become known: views of loads that forwarded it, and guesses that were right. Returns
 *  whether the thread can have come here at all: no guess was wrong, no deferred load has nothing left to read. */
export function tidy(t: Draft<Thread>): boolean {
  for (const read of t.unknown) if (known(read) !== null) t.vro = Math.max(t.vro, read.view);
  t.unknown = t.unknown.filter((read) => known(read) === null);
  const verdicts = t.guesses.map(isRight);
  t.guesses = t.guesses.filter((_, k) => verdicts[k] !== true);
  return (
    !verdicts.includes(false) &&
    t.deferred.every((d) => {
      if (d.hi === null) return true;
      return latest(t.lag, d.loc, d.atomic === null ? d.lo : t.lag.length) <= d.hi;
    })
  );
}

/** Null while that is unknown. */
function isRight({ old, expected, equal }: Guess): boolean | null {
  const [a, b] = [known(old), known(expected)];
  return a === null || b === null ? null : (a === b) === equal;
}
