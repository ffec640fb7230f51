/** Follows steps through the model's own functions, on plain values, without anything that was learned. */

import { keyOf } from '../intern/canonical.ts';
import type { Trace, TraceStep } from '../outcome.ts';
import { ModelBug, type Step, type System, UsageError } from '../system.ts';
import { brief, narrate, preludeOf } from './narrate.ts';
import { initialValues, readOf, take, type Values } from './take.ts';
import { told } from './told.ts';

/** Which step of which agent. */
export interface Choice {
  readonly agent: string;
  readonly choice: number;
}

/** A step that does not apply, and what does. */
interface Refusal {
  readonly at: number;
  readonly taken: readonly TraceStep[];
  readonly enabled: readonly string[];
}

/** Called after step `i` with the state that it leads to. */
type Arrive = (i: number, values: Values, taken: readonly TraceStep[]) => void;

/** Takes steps from the initial state, as far as they apply. */
export function follow(
  system: System,
  choices: readonly Choice[],
  arrive: Arrive,
): { readonly steps: readonly TraceStep[]; readonly values: Values } | Refusal {
  let values = initialValues(system);
  const taken: TraceStep[] = [];
  for (const [at, choice] of choices.entries()) {
    const step = stepOf(system, values, choice);
    if (step === undefined) return { at, taken, enabled: enabledIn(system, values) };
    const after = take(system, values, step);
    taken.push(narrate(system, { ...choice, label: step.label }, values, after));
    values = after;
    arrive(at, values, taken);
  }
  return { steps: taken, values };
}

function stepOf(system: System, values: Values, { agent, choice }: Choice): Step | undefined {
  return system.agents.find(({ name }) => name === agent)?.steps(readOf(values))[choice];
}

/** Every enabled step, as `agent#choice text`. */
function enabledIn(system: System, values: Values): readonly string[] {
  return system.agents.flatMap((agent) =>
    agent.steps(readOf(values)).map(({ label }, i) => brief(`${agent.name}#${i}`, label)),
  );
}

/** More lines than this of an error message help nobody; depth first goes far. */
const MOST_LINES = 60;

/** Steps taken so far, one line each, for the end of an error message. */
export function soFar(
  taken: readonly { readonly agent: string; readonly lines: TraceStep['lines'] }[],
): string {
  if (taken.length === 0) return '  in the initial state';
  const skipped = Math.max(0, taken.length - MOST_LINES);
  const lines = taken.slice(skipped).map((step, i) => `    ${skipped + i + 1}. ${brief(step.agent, step)}`);
  const after = skipped === 0 ? 'after these steps' : `after ${taken.length} steps, of which the last are`;
  return `  ${after}:\n${lines.join('\n')}`;
}

/** Re-runs a saved trace. A UsageError says which step no longer applies and what is enabled there instead.
 *  `repeats`: the step with which the part begins that is to lead back to where it began. */
export function replay(system: System, steps: readonly Choice[], repeats?: number): Trace {
  const states = [initialValues(system)];
  const done = follow(system, steps, (_, values) => states.push(values));
  if ('enabled' in done) {
    const { agent, choice } = steps[done.at]!;
    throw new UsageError(
      `step ${done.at + 1} of ${steps.length}: ${agent}#${choice} is not enabled\n` +
        `${enabledLine(done.enabled)}\n${soFar(done.taken)}\n` +
        '  The usual cause is a model that has changed since the trace was saved.',
    );
  }
  const shown = { columns: system.columns, ...preludeOf(system), steps: done.steps };
  const ending = endingOf(system, done.values);
  if (repeats === undefined) return told(system, { ...shown, ending }, states);
  const closes = keyOf(states[repeats]) === keyOf(done.values);
  if (!closes)
    return { ...shown, ending: `The last ${steps.length - repeats} steps do not repeat: ${ending}` };
  return told(system, { ...shown, repeats, ending: endlessEnding(done.steps.slice(repeats)) }, states);
}

/** A trace that was found, with what the system has to tell of the run. */
export function retold(system: System, trace: Trace): Trace {
  const tells = system.retell !== undefined || system.explain !== undefined;
  if (!tells || trace.steps.length === 0) return trace;
  const { steps, story } = replay(system, trace.steps, trace.repeats);
  return { ...trace, steps, ...(story === undefined ? {} : { story }) };
}

/** What a run that never ends shows: who goes round. */
export function endlessEnding(cycle: readonly TraceStep[]): string {
  const columns = [...new Set(cycle.map(({ agent, column = agent }) => column))];
  const goRound = columns.length === 1 ? 'goes round' : 'go round';
  return `No end can be reached any more: ${columns.join(' and ')} ${goRound} the last ${count(cycle)} for ever.`;
}

const count = ({ length }: readonly TraceStep[]): string => (length === 1 ? 'step' : `${length} steps`);

function enabledLine(enabled: readonly string[]): string {
  return `  enabled here: ${enabled.join(', ') || 'nothing'}`;
}

function endingOf(system: System, values: Values): string {
  const read = readOf(values);
  for (const invariant of system.invariants) {
    const why = invariant.broken(read);
    if (why !== null) return `${invariant.name}: ${why}`;
  }
  if (enabledIn(system, values).length > 0) return 'Every invariant holds here, and there are steps to take.';
  return system.stuck(read) ?? 'Every invariant holds here, and this is a proper end.';
}

/** A step that the engine recorded: what it was called, and a test for the state that it led to. */
export interface RecordedStep extends Choice {
  readonly lines: TraceStep['lines'];
  arrived(values: Values): boolean;
}

/** The steps that the engine recorded, replayed: the proof that a counterexample is one of the model, and not of
 *  the tables. */
export function confirm(system: System, recorded: readonly RecordedStep[]): readonly TraceStep[] {
  const done = follow(system, recorded, (i, values, taken) => {
    if (recorded[i]!.arrived(values)) return;
    throw new ModelBug(
      `step ${i + 1} of ${recorded.length}: ${brief(recorded[i]!.agent, recorded[i]!)} ` +
        `leads to another state than when it was explored\n${soFar(taken)}\n${IMPURE}`,
    );
  });
  if ('steps' in done) return done.steps;
  throw new ModelBug(
    `step ${done.at + 1} of ${recorded.length}: ${brief(recorded[done.at]!.agent, recorded[done.at]!)} ` +
      `is not enabled\n${enabledLine(done.enabled)}\n${soFar(done.taken)}\n${IMPURE}`,
  );
}

const IMPURE = '  The usual cause is a step function that reads something besides its arguments.';
