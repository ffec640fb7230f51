/** What has to be so before times may be compared: the same states, and the right verdict. */
import type { Result } from './contest.ts';
import type { Explored } from './explored.ts';

/** A sentence for each thing that is not as it has to be; the first result is heddle's. */
export function disagreements(results: readonly Result[], states: number | null): readonly string[] {
  const [heddle] = results;
  const first = heddle?.found[0];
  if (first === undefined) return ['heddle did not run'];
  const expected =
    states === null || first.states === states ? [] : [`heddle has ${first.states} states, not ${states}`];
  return [
    ...expected,
    ...results.flatMap((it) => it.found.flatMap((found) => differences(it, found, first))),
  ];
}

function differences(
  { name, peer, isReduction }: Result,
  found: Explored,
  heddle: Explored,
): readonly string[] {
  const wrong: string[] = [];
  if (!found.holds) wrong.push(`${name} does not find that it holds: ${found.why}`);
  if (isReduction) {
    if (found.states > heddle.states) wrong.push(`${name} has more states than heddle: ${found.states}`);
    return wrong;
  }
  if (found.states !== heddle.states)
    wrong.push(`${name} has ${found.states} states, heddle ${heddle.states}`);
  const transitions = (heddle.transitions ?? 0) + (peer?.is.extraTransitions ?? 0);
  if (found.transitions !== null && found.transitions !== transitions) {
    wrong.push(`${name} has ${found.transitions} transitions, expected ${transitions}`);
  }
  return wrong;
}
