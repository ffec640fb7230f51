/** A trace for other programs: as it is saved, with every state in full, so that nobody has to replay it. Documented
 *  in schemas/trace-export.schema.json; change both together. */
import { heddleVersion } from '../report/version.ts';
import type { Values } from '../trace/take.ts';
import type { ExportedRun } from './run.ts';

/** Goes up when a field changes its meaning or goes away. */
export const traceExportSchema = 1;

export function traceJson(run: ExportedRun): string {
  const { spec, variant, model, trace, system, states } = run;
  const names = componentNames(run);
  const valuesOf = (values: Values): Readonly<Record<string, unknown>> =>
    Object.fromEntries(names.map((name, c) => [name, values[c]]));
  /** What a reader is told of a state, where there is anything to tell. */
  const shownOf = (values: Values): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(
      system.components.flatMap((component, c) => {
        const lines = component.show?.(values[c]) ?? [];
        return lines.length > 0 ? [[names[c]!, lines]] : [];
      }),
    );
  const head = { kind: 'heddle trace with states', schema: traceExportSchema, heddle: heddleVersion };
  const all = states.map((values) => ({ values: valuesOf(values), shown: shownOf(values) }));
  return `${JSON.stringify({ ...head, spec, variant, model, trace, states: all }, null, 2)}\n`;
}

/** What the components are called, each differently. */
export function componentNames({ system }: Pick<ExportedRun, 'system'>): readonly string[] {
  const taken = new Map<string, number>();
  return system.components.map(({ ref }) => {
    const before = taken.get(ref.name) ?? 0;
    taken.set(ref.name, before + 1);
    return before === 0 ? ref.name : `${ref.name}#${before + 1}`;
  });
}
