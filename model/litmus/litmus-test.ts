/** From the text of an AArch64 litmus file to a scenario and a question about its final states. */
import type { MemoryModel, ObjectDecl, Scenario } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { assemble } from './aarch64.ts';
import { type Condition, distinctPlaces, type Place, placesOf, type Quantifier } from './condition.ts';
import { type Cell, type LitmusSyntax, parseLitmus } from './syntax.ts';
import { Unsupported } from './unsupported.ts';

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
  const syntax = parseLitmus(text);
  const printed = distinctPlaces([...syntax.locations, ...placesOf(syntax.condition)]);
  const asked = syntax.filter === null ? printed : distinctPlaces([...printed, ...placesOf(syntax.filter)]);
  const programs = syntax.threads.map((name, thread) => {
    const observed = asked.flatMap((p) => (p.kind === 'register' && p.thread === thread ? [p.register] : []));
    return {
      name,
      ...assemble(column(syntax, thread)),
      initial: initialRegisters(syntax, thread, observed),
      observed,
    };
  });
  for (const place of asked) {
    if (place.kind === 'register' && programs[place.thread] === undefined) {
      throw new Unsupported(`a condition on thread ${place.thread}, which does not exist`);
    }
  }
  const scenario: Scenario = { model, objects: variables(syntax, asked), programs, smmus: [] };
  const { name, quantifier, condition, filter } = syntax;
  return { name, scenario, quantifier, condition, filter, printed };
}

function column(syntax: LitmusSyntax, thread: number): readonly Cell[] {
  return syntax.rows.flatMap((row) => row[thread] ?? []);
}

/** Registers that nobody initialises are 0, as in herd. */
function initialRegisters(
  syntax: LitmusSyntax,
  thread: number,
  asked: readonly string[],
): Readonly<Record<string, Value>> {
  const operands = column(syntax, thread).flatMap((cell) => cell.instruction?.operands ?? []);
  const names = operands.flatMap((operand) => (operand.kind === 'memory' ? operand.parts : [operand]));
  const initial: Record<string, Value> = {};
  for (const name of asked) initial[name] = 0;
  for (const operand of names) if (operand.kind === 'register') initial[operand.text] = 0;
  for (const item of syntax.init) {
    if (item.kind === 'register' && item.thread === thread) initial[item.register] = item.value;
  }
  return initial;
}

/** Every variable that is initialised, pointed to or asked for; 0 unless initialised. */
function variables(syntax: LitmusSyntax, asked: readonly Place[]): readonly ObjectDecl[] {
  const values = new Map<string, Value>();
  for (const item of syntax.init) {
    if (item.kind === 'variable') values.set(item.variable, item.value);
  }
  const pointedTo = [...syntax.init.map((item) => item.value), ...values.values()]
    .filter((value) => typeof value === 'string')
    .map((pointer) => pointer.slice(1));
  const mentioned = asked.flatMap((place) => (place.kind === 'variable' ? [place.variable] : []));
  for (const name of [...pointedTo, ...mentioned]) {
    if (!values.has(name)) values.set(name, 0);
  }
  return [...values].map(([name, value]) => variable(name, value));
}

/** A plain variable as an object: one field, `v`. */
export const variable = (name: string, value: Value): ObjectDecl => ({
  name,
  fields: [{ name: 'v', cells: [value] }],
  life: 'live',
  cut: 'object',
  device: false,
});
