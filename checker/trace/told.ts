/** What a model has to tell of a run once it is known as a whole: what its steps did to memory and in which order, and
 *  why it could come to its end. */
import type { Trace } from '../outcome.ts';
import type { History, System } from '../system.ts';
import { shownLines } from './narrate.ts';
import { readOf, type Values } from './take.ts';

/** The trace with what the system has to tell of it. `states`: before each step, and the last one. */
export function told(system: System, trace: Trace, states: readonly Values[]): Trace {
  if (system.retell === undefined && system.explain === undefined) return trace;
  const history = historyOf(system, trace, states);
  const lines = system.retell?.(history);
  const steps =
    lines === undefined
      ? trace.steps
      : trace.steps.map((step, i) => ({ ...step, lines: shownLines(lines[i]!) }));
  const [invariant] = brokenBy(system, trace, states) ?? [nameOf(trace)];
  const story = system.explain?.(invariant, historyOf(system, { ...trace, steps }, states)) ?? [];
  return { ...trace, steps, ...(story.length === 0 ? {} : { story }) };
}

function historyOf(system: System, trace: Trace, states: readonly Values[]): History {
  const steps = trace.steps.map(({ agent, choice, column = agent, lines }) => ({
    agent,
    choice,
    label: { agent: column, lines },
  }));
  const judged = brokenBy(system, trace, states)?.[1] ?? [];
  return { steps, judged, state: (i) => readOf(states[i]!) };
}

/** The invariant that the ending tells of, and the components that it has looked at. */
function brokenBy(
  { invariants }: System,
  { ending }: Trace,
  states: readonly Values[],
): readonly [string, readonly number[]] | null {
  const read = readOf(states.at(-1)!);
  for (const invariant of invariants) {
    const looked = new Set<number>();
    const why = invariant.broken((c) => {
      looked.add(c.index);
      return read(c);
    });
    if (why !== null && ending === `${invariant.name}: ${why}`) return [invariant.name, [...looked]];
  }
  return null;
}

/** What else a run can end in. */
const nameOf = ({ repeats }: Trace): string => (repeats === undefined ? 'deadlock' : 'endless');
