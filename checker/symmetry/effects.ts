/** What steps do, in numbers: whether those of like agents are exchanged with one another. */
import { keyOf } from '../intern/canonical.ts';
import type { Agent, Read, Step } from '../system.ts';
import type { Element } from './group.ts';
import { shown, wrong } from './images.ts';
import type { Mirror, Other } from './mirror.ts';

/** What a step does: what it changes, what it announces, which statements it counts. */
interface Effect {
  readonly text: string;
  /** By component, the number of its new value. */
  readonly changes: ReadonlyMap<number, number>;
  readonly rest: string;
}

/** The effect of a step; exchanged by element `g`, if that is not 0. */
function effectOf({ images }: Mirror, step: Step, g: number, element: Element): Effect {
  const changes = new Map<number, number>();
  for (const { component, value } of step.writes) {
    const id = images.idOf(component.index, value);
    changes.set(element.to[component.index]!, images.of(g, component.index, id));
  }
  const { lines } = step.label;
  const statements = lines.flatMap(({ statement }) =>
    statement === undefined ? [] : [element.statement(statement)],
  );
  const events = (step.events ?? []).map((event) => element.event(event));
  const rest =
    statements.length + events.length === 0 ? '' : keyOf([events, [...new Set(statements)].sort()]);
  const text = lines.flatMap((line) => (line.text === '' ? [] : [line.text])).join('; ');
  return { text: text || '(no text)', changes, rest };
}

const keyOfEffect = ({ changes, rest }: Effect): string =>
  `${[...changes].sort(([a], [b]) => a - b).join()};${rest}`;

/** The effects of steps in the state that `read` reads, exchanged. Whatever a step writes is read: to write what is
 *  there already is to do nothing. */
function effectsOf(mirror: Mirror, steps: readonly Step[], g: number): readonly Effect[] {
  return steps.map((step) => effectOf(mirror, step, g, mirror.group[g]!));
}

/** The effects without what they do not change in the state that `read` reads. */
function real({ system, images }: Mirror, effects: readonly Effect[], read: Read): readonly Effect[] {
  return effects.map((it) => {
    const isChange = ([c, id]: readonly [number, number]): boolean =>
      images.idOf(c, read(system.components[c]!.ref)) !== id;
    return { ...it, changes: new Map([...it.changes].filter(isChange)) };
  });
}

/** Everything that the steps come to when they are exchanged. */
export const exchangedSteps = (mirror: Mirror, steps: readonly Step[], g: number): string =>
  effectsOf(mirror, steps, g).map(keyOfEffect).join('\n');

/** Throws if the exchanged steps of `agent` are not those of `like` in the exchanged state. */
export function holdSteps(
  mirror: Mirror,
  [agent, steps]: readonly [Agent, readonly Step[]],
  [like, found]: readonly [Agent, readonly Step[]],
  { g, element, read }: Other,
): void {
  const expected = real(mirror, effectsOf(mirror, steps, g), read);
  const actual = real(mirror, effectsOf(mirror, found, 0), read);
  const missing = without(expected, actual);
  if (missing !== undefined) {
    const what = `${agent.name} can do what ${like.name} cannot:\n  ${missing.text}`;
    throw wrong(element, `${what}\n${nearest(mirror, missing, actual)}`);
  }
  const extra = without(actual, expected);
  if (extra === undefined) return;
  throw wrong(element, `${like.name} can do what ${agent.name} cannot:\n  ${extra.text}`);
}

/** The first effect that is not one of the others. */
function without(some: readonly Effect[], others: readonly Effect[]): Effect | undefined {
  const keys = new Set(others.map(keyOfEffect));
  return some.find((it) => !keys.has(keyOfEffect(it)));
}

/** Where the effect differs from the one that is most like it. */
function nearest({ system, images }: Mirror, missing: Effect, actual: readonly Effect[]): string {
  const differences = (other: Effect): readonly number[] =>
    [...new Set([...missing.changes.keys(), ...other.changes.keys()])].filter(
      (c) => missing.changes.get(c) !== other.changes.get(c),
    );
  const [best] = [...actual].sort((a, b) => differences(a).length - differences(b).length);
  if (best === undefined) return '  it can do nothing';
  const [c] = differences(best);
  if (c === undefined) {
    return `  the nearest is ${best.text}\n  but for what it announces and counts: ${best.rest}\n  and not ${missing.rest}`;
  }
  const after = ({ changes }: Effect): string => {
    const id = changes.get(c);
    return id === undefined ? 'what it was' : shown(images.valueOf(c, id));
  };
  const name = system.components[c]!.ref.name;
  return `  the nearest is ${best.text}\n  but for ${name}, which becomes ${after(best)}\n  and not ${after(missing)}`;
}
