/** What the components hold along a trace: its steps taken through the model's own functions. */

import type { System } from '../system.ts';
import { type Choice, follow } from '../trace/replay.ts';
import { initialValues, type Values } from '../trace/take.ts';
import type { HoldingChange, Holdings } from './data.ts';

/** The holdings along steps that can be taken. */
export function holdingsAlong(system: System, steps: readonly Choice[]): Holdings {
  const shown = system.components.filter(({ show }) => show !== undefined);
  const before: string[] = shown.map(() => '[]');
  const changes = (values: Values): HoldingChange =>
    shown.flatMap(({ ref, show }, i) => {
      const lines = show!(values[ref.index]);
      const text = JSON.stringify(lines);
      if (text === before[i]) return [];
      before[i] = text;
      return [[i, lines] as const];
    });
  const states = [changes(initialValues(system))];
  follow(system, steps, (_, values) => states.push(changes(values)));
  const components = shown.map(({ ref, column }) =>
    column === undefined ? { name: ref.name } : { name: ref.name, column },
  );
  return { components, states };
}
