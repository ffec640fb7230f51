/** A trace in the Informal Trace Format of Apalache and Quint (Apalache's ADR-015, revision of 14 Sep 2023), so that
 *  their viewers open it: a state for each step, with a variable for each component and one for the step taken. */
import { brief } from '../trace/narrate.ts';
import { componentNames } from './json.ts';
import { type ExportedRun, titleOf } from './run.ts';

/** The variable that says which step led to a state. */
const ACTION = 'action';
const DESCRIPTION = 'https://apalache-mc.org/docs/adr/015adr-trace.html';

/** An expression of the format. */
export type ItfValue =
  | string
  | boolean
  | { readonly '#bigint': string }
  | readonly ItfValue[]
  | { readonly [field: string]: ItfValue };

export function traceItf(run: ExportedRun): string {
  const { trace, states, spec } = run;
  const names = componentNames(run).map((name) => (name === ACTION ? `${ACTION} ` : name));
  const written = states.map((values, i) => ({
    '#meta': { index: i },
    [ACTION]: actionOf(trace.steps[i - 1]),
    ...Object.fromEntries(names.map((name, c) => [name, itfValue(values[c])])),
  }));
  const file = {
    '#meta': {
      format: 'ITF',
      'format-description': DESCRIPTION,
      source: spec,
      status: trace.repeats === undefined ? 'violation' : 'lasso',
      description: `${titleOf(run)}. ${trace.ending}`,
    },
    vars: [ACTION, ...names],
    states: written,
    // From the last state it goes on with the step that led to this one, once more.
    ...(trace.repeats === undefined ? {} : { loop: trace.repeats + 1 }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function actionOf(step: ExportedRun['trace']['steps'][number] | undefined): ItfValue {
  if (step === undefined) return { agent: '', choice: itfValue(-1), text: 'init' };
  const { agent, choice, column = agent } = step;
  return { agent, choice: itfValue(choice), text: brief(column, step) };
}

/** A JSON value as an expression. There is no null: what is uninitialised, or not known, is the string "null". */
export function itfValue(value: unknown): ItfValue {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number')
    return Number.isInteger(value) ? { '#bigint': String(value) } : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(itfValue);
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [fieldName(field), itfValue(inner)]),
  );
}

/** Names that begin with # are the format's own. */
const fieldName = (field: string): string => (field.startsWith('#') ? `_${field}` : field);
