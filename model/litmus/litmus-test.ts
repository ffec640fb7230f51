/** START HERE for litmus tests: from the text of a file to a scenario and a question about its final states. */
import type { MemoryModel, ObjectDecl, Scenario } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { translateAArch64 } from './aarch64-test.ts';
import { translateC } from './c-test.ts';
import type { Condition, Place, Quantifier } from './condition.ts';
import { askedPlaces, printedPlaces, type Translation } from './dialect.ts';
import { LitmusSyntaxError, Unsupported } from './unsupported.ts';

export interface LitmusTest {
  readonly name: string;
  readonly scenario: Scenario;
  readonly quantifier: Quantifier;
  readonly condition: Condition;
  /** Final states that do not satisfy it do not count. */
  readonly filter: Condition | null;
  /** What an outcome shows: the places of the condition and of `locations`. */
  readonly printed: readonly Place[];
}

export function litmusTest(text: string, model: MemoryModel = 'armv8'): LitmusTest {
  const { question, programs, variables } = translated(text);
  const objects = [...variables].map(([name, cells]) =>
    cells.length === 1 ? variable(name, cells[0]!) : array(name, cells),
  );
  for (const place of askedPlaces(question)) {
    if (place.kind === 'register' && programs[place.thread] === undefined) {
      throw new Unsupported(`a condition on thread ${place.thread}, which does not exist`);
    }
    if (place.kind === 'variable' && !isCell(place.variable, variables)) {
      throw new Unsupported(`a condition on ${place.variable}, which is not one cell of memory`);
    }
  }
  const { name, quantifier, condition, filter } = question;
  const scenario: Scenario = { model, objects, programs, smmus: [] };
  return { name, scenario, quantifier, condition, filter, printed: printedPlaces(question) };
}

/** The first word of a file names its dialect. */
function translated(text: string): Translation {
  const dialect = /^(?:\s|\(\*[\s\S]*?\*\))*(\w+)/.exec(text)?.[1];
  if (dialect === 'AArch64') return translateAArch64(text);
  if (dialect === 'C') return translateC(text);
  if (dialect === undefined) throw new LitmusSyntaxError('line 1, column 1: Expected "AArch64" or "C"');
  throw new Unsupported(`the dialect ${dialect}`, { line: 1, column: 1 });
}

function isCell(name: string, variables: ReadonlyMap<string, readonly Value[]>): boolean {
  const [, variableName = name, element] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
  const cells = variables.get(variableName)?.length ?? 0;
  return element === undefined ? cells === 1 : Number(element) < cells;
}

/** A plain variable as an object: one field, `v`. */
export const variable = (name: string, value: Value): ObjectDecl => ({
  name,
  fields: [{ name: 'v', cells: [value] }],
  life: 'live',
  cut: 'object',
  device: false,
});

const array = (name: string, cells: readonly Value[]): ObjectDecl => ({
  ...variable(name, 0),
  fields: [{ name: 'v', cells }],
  cut: 'cell',
});
