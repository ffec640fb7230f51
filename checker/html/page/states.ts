/** What the components hold in a state of a trace, and what the step to it changed. */
import type { Holdings } from '../data.ts';

/** For each component its lines. */
export type State = readonly (readonly string[])[];

export interface HeldLine {
  readonly text: string;
  readonly change: 'new' | 'gone' | 'kept';
}

/** A component in a state. */
export interface Held {
  readonly name: string;
  readonly column: string;
  readonly lines: readonly HeldLine[];
}

const NOTHING: readonly string[] = [];

/** All states of a trace; those of components that a step leaves alone are shared. */
export function statesOf({ components, states }: Holdings): readonly State[] {
  let state: State = components.map(() => NOTHING);
  return states.map((change) => {
    const next = [...state];
    for (const [component, lines] of change) next[component] = lines;
    state = change.length > 0 ? next : state;
    return state;
  });
}

/** The components that hold something in `after`, or no longer hold what they held in `before`. */
export function heldIn({ components }: Holdings, before: State | undefined, after: State): readonly Held[] {
  return components.flatMap(({ name, column = '' }, i) => {
    const now = after[i] ?? NOTHING;
    const lines = changesIn(before ? (before[i] ?? NOTHING) : now, now);
    return lines.length > 0 ? [{ name, column, lines }] : [];
  });
}

/** The lines of `after`, and where they were those of `before` that it has no more. */
export function changesIn(before: readonly string[], after: readonly string[]): readonly HeldLine[] {
  const left = [...before];
  const has = new Set(after);
  const lines: HeldLine[] = [];
  for (const text of after) {
    // What is gone stands where it stood: before the first line that came after it.
    while (left.length > 0 && !has.has(left[0]!)) lines.push({ text: left.shift()!, change: 'gone' });
    const at = left.indexOf(text);
    lines.push({ text, change: at < 0 ? 'new' : 'kept' });
    if (at >= 0) left.splice(at, 1);
  }
  return [...lines, ...left.map((text) => ({ text, change: 'gone' }) as const)];
}
