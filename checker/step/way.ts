/** Where a reader stands in a trace: on the saved way or on a branch of it, and what can be done there. */
import type { TraceStep } from '../outcome.ts';
import type { SavedTrace } from '../report/trace-file.ts';
import type { System } from '../system.ts';
import { brief, narrate } from '../trace/narrate.ts';
import { initialValues, readOf, take, type Values } from '../trace/take.ts';

/** A step and the state that it leads to. */
export interface Taken {
  readonly step: TraceStep;
  readonly after: Values;
}

export interface Session {
  readonly system: System;
  readonly saved: SavedTrace;
  readonly steps: readonly Taken[];
  /** Steps taken by hand, after the first `from` of the saved trace. */
  readonly own: { readonly from: number; readonly steps: readonly Taken[] } | null;
  /** How many steps of the way have been taken. */
  readonly at: number;
}

/** At the start of a trace, as replayed by `system`. */
export function sessionOf(system: System, saved: SavedTrace): Session {
  let values = initialValues(system);
  const steps = saved.trace.steps.map((step): Taken => {
    values = take(system, values, stepsOf(system, values, step.agent)[step.choice]!);
    return { step, after: values };
  });
  return { system, saved, steps, own: null, at: 0 };
}

const stepsOf = (system: System, values: Values, agent: string) =>
  system.agents.find(({ name }) => name === agent)!.steps(readOf(values));

/** The steps of the way that the reader is on: the saved trace, or an own branch of it. */
export const wayOf = ({ steps, own }: Session): readonly Taken[] =>
  own === null ? steps : [...steps.slice(0, own.from), ...own.steps];

/** The state after `at` steps. */
export const valuesAt = (session: Session, at: number): Values =>
  at === 0 ? initialValues(session.system) : wayOf(session)[at - 1]!.after;

/** A step that can be taken. */
export interface Option extends Taken {
  /** Whether the way that the reader is on goes on with it. */
  readonly isNext: boolean;
  /** The invariants that break, and hold before it. */
  readonly breaks: readonly string[];
}

export function optionsOf(session: Session): readonly Option[] {
  const { system, at } = session;
  const before = valuesAt(session, at);
  const next = wayOf(session)[at]?.step;
  const broken = new Set(brokenIn(system, before).map(([name]) => name));
  return system.agents.flatMap(({ name: agent, steps }) =>
    steps(readOf(before)).map((step, choice): Option => {
      const after = take(system, before, step);
      return {
        step: narrate(system, { agent, choice, label: step.label }, before, after),
        after,
        isNext: next?.agent === agent && next.choice === choice,
        breaks: brokenIn(system, after).flatMap(([name]) => (broken.has(name) ? [] : [name])),
      };
    }),
  );
}

/** The invariants that the state breaks, and why. */
export function brokenIn({ invariants }: System, values: Values): readonly (readonly [string, string])[] {
  return invariants.flatMap((it): readonly (readonly [string, string])[] => {
    const why = it.broken(readOf(values));
    return why === null ? [] : [[it.name, why]];
  });
}

/** What is known where there is nothing to do any more. */
export const endOf = ({ system }: Session, values: Values): string =>
  system.stuck(readOf(values)) ?? 'Every program has come to its end.';

/** A step on one line. */
export const briefly = ({ agent, column = agent, lines, effects }: TraceStep): string =>
  lines.length === 0 && effects.length > 0 ? `${column}: (${effects[0]!.text})` : brief(column, { lines });
