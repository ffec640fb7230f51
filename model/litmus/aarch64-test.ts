/** From the text of an AArch64 litmus file to programs, variables and a question. */
import type { Value } from '../program/expression.ts';
import { assemble } from './aarch64.ts';
import { addMentioned, askedPlaces, observedRegisters, type Translation } from './dialect.ts';
import { type Cell, type LitmusSyntax, parseLitmus } from './syntax.ts';

export function translateAArch64(text: string): Translation {
  const syntax = parseLitmus(text);
  const asked = askedPlaces(syntax);
  const programs = syntax.threads.map((name, thread) => {
    const observed = observedRegisters(asked, thread);
    return {
      name,
      ...assemble(column(syntax, thread), observed),
      initial: initialRegisters(syntax, thread, observed),
      observed,
    };
  });
  const variables = new Map<string, readonly Value[]>();
  for (const item of syntax.init) {
    if (item.kind === 'variable') variables.set(item.variable, [item.value]);
  }
  addMentioned(
    variables,
    syntax.init.map((item) => item.value),
    asked,
  );
  return { question: syntax, programs, variables };
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
