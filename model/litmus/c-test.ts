/** From the text of a litmus file in the kernel's C dialect to programs, variables and a question. */
import type { Value } from '../program/expression.ts';
import type { Program } from '../program/instruction.ts';
import { compile } from '../program/statement.ts';
import { peeks } from './c-primitives.ts';
import { type Access, refuseRaces } from './c-races.ts';
import { refuseSleepable } from './c-srcu.ts';
import { type CSyntax, type CThread, callsIn, parseC, statementsIn } from './c-syntax.ts';
import { type Names, translateBody } from './c-thread.ts';
import { addMentioned, askedPlaces, observedRegisters, type Translation } from './dialect.ts';
import { Unsupported } from './unsupported.ts';

export function translateC(text: string): Translation {
  const syntax = parseC(text);
  const asked = askedPlaces(syntax);
  const peeked = syntax.threads.some(({ body }) => callsIn(body).some(({ fn }) => peeks.has(fn)));
  refuseSleepable(syntax.threads.map(({ body }) => callsIn(body)));

  const accesses: Access[] = [];
  const programs = syntax.threads.map((thread, id): Program => {
    if (thread.name !== `P${id}`) throw new Unsupported(`${thread.name} where P${id} should be`, thread.at);
    const initial = initialRegisters(syntax, thread, id);
    const names: Names = {
      peeked,
      pointers: pointersOf(syntax, thread, id),
      registers: new Set(Object.keys(initial)),
    };
    const translated = translateBody(thread.body, names);
    accesses.push(...translated.accesses.map((access) => ({ ...access, thread: id })));
    const observed = observedRegisters(asked, id);
    for (const name of observed) initial[name] ??= 0;
    return { ...compile(thread.name, translated.body, observed), initial };
  });
  refuseRaces(accesses);

  const variables = new Map<string, readonly Value[]>();
  for (const item of syntax.init) {
    if (item.kind !== 'variable') continue;
    const length = Math.max(item.length ?? 1, item.values.length);
    variables.set(
      item.variable,
      Array.from({ length }, (_, i) => item.values[i] ?? 0),
    );
  }
  const pointers = syntax.threads.flatMap((thread, id) => [...pointersOf(syntax, thread, id).values()]);
  const inRegisters = syntax.init.flatMap((item) => (item.kind === 'register' ? [item.value] : []));
  addMentioned(variables, [...pointers, ...inRegisters], asked);
  return { question: syntax, programs, variables };
}

/** What a thread's parameters point to: the variable of that name, unless the file says otherwise. */
function pointersOf(syntax: CSyntax, thread: CThread, id: number): ReadonlyMap<string, Value> {
  const given = new Map(
    syntax.init.flatMap((item) =>
      item.kind === 'register' && item.thread === id ? [[item.register, item.value] as const] : [],
    ),
  );
  const names = thread.parameters.filter((name) => name !== null);
  return new Map(names.map((name) => [name, given.get(name) ?? `&${name}`]));
}

/** Registers are what is declared, what is assigned to and what the file gives a value; 0 to begin with, as in
 *  herd. */
function initialRegisters(syntax: CSyntax, thread: CThread, id: number): Record<string, Value> {
  const initial: Record<string, Value> = {};
  const parameters = new Set(thread.parameters);
  for (const s of statementsIn(thread.body)) {
    if (s.kind === 'declare') initial[s.name] = 0;
    if (s.kind === 'assign' && s.target.kind === 'name' && !parameters.has(s.target.name))
      initial[s.target.name] = 0;
  }
  for (const item of syntax.init) {
    if (item.kind === 'register' && item.thread === id && !parameters.has(item.register))
      initial[item.register] = item.value;
  }
  return initial;
}
