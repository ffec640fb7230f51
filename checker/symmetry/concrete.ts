/** A run of the system itself along a chain of representatives: the parents that an exploration keeps are of
 *  representatives, and from one to the next the names of like things may have changed. */
import { keyOf } from '../intern/canonical.ts';
import { fieldOf } from '../intern/layout.ts';
import type { Tables } from '../intern/tables.ts';
import { ModelBug, type System } from '../system.ts';
import type { RecordedStep } from '../trace/replay.ts';
import { initialValues, readOf, take, type Values } from '../trace/take.ts';
import type { Reduced } from './reduction.ts';

/** A run, and where it leads. */
interface Run {
  readonly steps: readonly RecordedStep[];
  readonly values: Values;
}

/** The numbers of a representative, which is flat at the beginning of `words`. */
export function idsOfFlat(tables: Tables, words: Int32Array): readonly number[] {
  return tables.values.map((_, c) => fieldOf(tables.layout, words, 0, c));
}

/** The steps from the initial state along representatives, given by their numbers, to the very last of them. A run to
 *  one of its likes is found first, and exchanged as a whole. */
export function runTo(tables: Tables, reduced: Reduced, chain: readonly (readonly number[])[]): Run {
  const { original: system, group, images } = reduced.reduction;
  const found = along(tables, reduced, initialValues(system), chain);
  const last = chain.at(-1);
  if (last === undefined) return { steps: [], values: initialValues(system) };
  const goal = last.map((id, c) => tables.values[c]!.valueOf(id));
  const exchanged = (g: number, values: Values): Values =>
    group[g]!.from.map((c) => images.image(g, c, values[c]));
  const g = group.findIndex((_, i) => keyOf(exchanged(i, found.at(-1)!)) === keyOf(goal));
  if (g < 0) throw wrongly(reduced);
  let values = initialValues(system);
  const steps = found.map((like): RecordedStep => {
    const key = keyOf(exchanged(g, like));
    const { step, after } = stepFrom(reduced, system, values, (there) => keyOf(there) === key);
    values = after;
    return step;
  });
  return { steps, values };
}

/** Goes round a cycle of representatives from the first of them until a state comes again: likes may change places on
 *  the way round. The steps up to that state, and those from it back to it. */
export function roundAlong(
  tables: Tables,
  reduced: Reduced,
  cycle: readonly (readonly number[])[],
  from: Values,
): { readonly before: readonly RecordedStep[]; readonly round: readonly RecordedStep[] } {
  const { original: system } = reduced.reduction;
  const rounds: (readonly RecordedStep[])[] = [];
  const starts = [keyOf(from)];
  for (let values = from; ; ) {
    const round: RecordedStep[] = [];
    for (const state of along(tables, reduced, values, cycle)) {
      const key = keyOf(state);
      const { step, after } = stepFrom(reduced, system, values, (there) => keyOf(there) === key);
      round.push(step);
      values = after;
    }
    rounds.push(round);
    const again = starts.indexOf(keyOf(values));
    if (again >= 0) return { before: rounds.slice(0, again).flat(), round: rounds.slice(again).flat() };
    starts.push(keyOf(values));
  }
}

/** States after one another from `from` on, each with the next of the representatives. */
function along(
  tables: Tables,
  reduced: Reduced,
  from: Values,
  chain: readonly (readonly number[])[],
): readonly Values[] {
  const idsOf = (values: Values): readonly number[] =>
    reduced.representatives.of(values.map((value, c) => tables.values[c]!.idOf(value)));
  let values = from;
  return chain.map((ids) => {
    const key = ids.join();
    values = stepFrom(
      reduced,
      reduced.reduction.original,
      values,
      (there) => idsOf(there).join() === key,
    ).after;
    return values;
  });
}

/** The first step that leads to a state as wanted. */
function stepFrom(
  reduced: Reduced,
  system: System,
  values: Values,
  isWanted: (after: Values) => boolean,
): { readonly step: RecordedStep; readonly after: Values } {
  for (const { name: agent, steps } of system.agents) {
    for (const [choice, step] of steps(readOf(values)).entries()) {
      const after = take(system, values, step);
      if (!isWanted(after)) continue;
      const key = keyOf(after);
      const arrived = (there: Values): boolean => keyOf(there) === key;
      return { step: { agent, choice, lines: step.label.lines, arrived }, after };
    }
  }
  throw wrongly(reduced);
}

const wrongly = ({ reduction }: Reduced): ModelBug =>
  new ModelBug(
    `the symmetry ${reduction.used.names.map((name) => `'${name}'`).join(' and ')} is wrong: ` +
      'what leads from one state to the next cannot be done by its likes',
  );
