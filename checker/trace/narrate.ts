/** A step as a trace shows it. */
import { keyOf } from '../intern/canonical.ts';
import type { Trace, TraceStep } from '../outcome.ts';
import type { Label, Line, System } from '../system.ts';
import type { Values } from './take.ts';

/** The step `choice` of `agent`, labelled `label`, which leads from `before` to `after`. */
export function narrate(
  system: System,
  { agent, choice, label }: { readonly agent: string; readonly choice: number; readonly label: Label },
  before: Values,
  after: Values,
): TraceStep {
  const effects = system.components.flatMap((component, c) => {
    if (before[c] === after[c] || keyOf(before[c]) === keyOf(after[c])) return [];
    const texts = component.describe?.(before[c], after[c]) ?? [];
    return texts.map((text) => ({
      column: component.column ?? label.agent,
      component: component.ref.name,
      text,
    }));
  });
  const column = label.agent === agent ? {} : { column: label.agent };
  return { agent, choice, ...column, lines: shownLines(label.lines), effects };
}

/** Without the lines that only count statements. */
export function shownLines(lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ text }) => text !== '');
}

const shown = (label: Label): Label => ({ ...label, lines: shownLines(label.lines) });

/** What stands above the first step of a trace. */
export function preludeOf(system: System): Pick<Trace, 'prelude'> {
  const prelude = (system.prelude ?? []).map(shown).filter(({ lines }) => lines.length > 0);
  return prelude.length > 0 ? { prelude } : {};
}

/** A label on one line: `CPU0: a = b; c = d`. */
export function brief(agent: string, { lines }: Pick<Label, 'lines'>): string {
  return `${agent}: ${
    lines
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join('; ') || '(no text)'
  }`;
}
