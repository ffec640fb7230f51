/** A program and the interrupt that its CPU takes: the handler's code put in at every point where it may run.
 *
 *  The handler runs on the same thread: its accesses go through the same window, its loads start from the same views,
 *  and what was issued before is before it in program order. So an interrupted program is the program with the
 *  handler's code at one place, chosen while it runs; from each place a copy of the handler leads back into a second
 *  copy of the program, where the interrupt is over. That way everything that is known statically of the code (what is
 *  live, readable, may be deferred) is known of it at once, and the program counter says where the interrupt stands.
 *
 *  The interrupt comes once, at any instruction boundary at which interrupts are on, or after the end. One that never
 *  comes needs no run of its own: it may come after everything else. Two interrupts are two handlers in a row only if
 *  the scenario writes them so; a handler is not interrupted itself. Taking an interrupt and returning from it
 *  synchronises the context as an ISB does on arm64; that is left out, since it can only forbid. */
import { ModelBug } from '../contract.ts';
import { constant, type Expr } from './expression.ts';
import { successorsOf } from './flow.ts';
import type { Instruction, Operation, Program } from './instruction.ts';
import { IN_INTERRUPT } from './statement.ts';

/** `main`, during which `handler` runs once as a hard interrupt. Registers of the handler are called `irq.` and
 *  their name. */
export function interrupted(main: Program, handler: Program): Program {
  if (main.interrupts !== undefined || handler.interrupts !== undefined)
    throw new ModelBug(`${main.name} or its handler ${handler.name} has an interrupt already`);
  const body = handler.code.map(inHandler);
  const places = interruptible(main);
  const copy = body.length + 2;
  const first = main.code.length + 1;
  const resume = first + places.length * copy;
  const entries = new Map(places.map((pc, n) => [pc, first + n * copy]));
  return {
    ...main,
    code: [
      ...main.code,
      { op: 'wfi', at: silent(main.name) },
      ...places.flatMap((pc) => [
        ...body.map((i) => moved(i, entries.get(pc)!)),
        ...returnTo(resume + pc, handler.name),
      ]),
      ...main.code.map((i) => moved(i, resume)),
    ],
    initial: { ...main.initial, ...renamedKeys(handler.initial) },
    observed: [...main.observed, ...handler.observed.map(inIrq)],
    interrupts: { entries, resume },
  };
}

const silent = (fn: string): Instruction['at'] => ({ fn, text: '', covered: false });

const inIrq = (name: string): string => `irq.${name}`;

const renamedKeys = (values: Program['initial']): Program['initial'] =>
  Object.fromEntries(Object.entries(values).flatMap(([k, v]) => (k === IN_INTERRUPT ? [] : [[inIrq(k), v]])));

/** Where the main program may have interrupts on; the end, too. */
function interruptible(main: Program): readonly number[] {
  const seen = new Set<string>();
  const found = new Set<number>();
  const todo = [{ pc: 0, off: 0 }];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const key = `${at.pc} ${at.off}`;
    if (seen.has(key)) continue;
    if (seen.size > 64 * (main.code.length + 1))
      throw new ModelBug(`${main.name} turns interrupts off in a loop and never on again`);
    seen.add(key);
    const i = main.code[at.pc];
    if (at.off === 0 && (i?.op !== 'set' || i.guessed) && i?.op !== 'jump') found.add(at.pc);
    const off = i?.op === 'irq' ? Math.max(0, at.off + (i.enabled ? -1 : 1)) : at.off;
    for (const pc of successorsOf(main.code, at.pc)) todo.push({ pc, off });
  }
  if (!found.has(main.code.length)) throw new ModelBug(`${main.name} ends with interrupts off`);
  return [...found].sort((a, b) => a - b);
}

/** The end of a handler's copy: interrupts go on, and the interrupted program goes on. */
function returnTo(pc: number, fn: string): readonly Instruction[] {
  return [
    { op: 'irq', enabled: true, at: { fn, text: '<end of interrupt>', covered: false } },
    { op: 'jump', to: pc, at: silent(fn) },
  ];
}

/** Code at another place: the targets of its branches move along. */
function moved(i: Instruction, by: number): Instruction {
  if (i.op === 'branch') return { ...i, otherwise: i.otherwise + by };
  return i.op === 'jump' ? { ...i, to: i.to + by } : i;
}

/** An instruction of the handler: its registers are not those of the interrupted program. */
function inHandler(i: Instruction): Instruction {
  const { at, ...operation } = i;
  const bound = i.op === 'blockingRmw' ? ['old'] : [];
  const renamed = mapped(operation, (e) => {
    if (e.name === IN_INTERRUPT) return constant(1);
    return bound.includes(e.name) ? e : { ...e, name: inIrq(e.name) };
  }) as Operation;
  const names = Object.fromEntries(
    ['dst', 'status'].flatMap((key) => {
      const name = (renamed as unknown as Record<string, unknown>)[key];
      return typeof name === 'string' ? [[key, inIrq(name)]] : [];
    }),
  );
  return { ...renamed, ...names, at } as Instruction;
}

/** A value with every register in it replaced; what holds none stays the object that it is. */
function mapped(value: unknown, by: (e: Expr & { readonly kind: 'reg' }) => Expr): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const e = value as Expr;
  if (e.kind === 'reg') return by(e);
  if (Array.isArray(value)) return value.map((item) => mapped(item, by));
  const entries = Object.entries(value).map(([key, item]) => [key, mapped(item, by)] as const);
  const same = entries.every(([key, item]) => item === (value as Record<string, unknown>)[key]);
  return same ? value : Object.fromEntries(entries);
}

/** The instruction before which an interrupt came in whose handler `pc` is; null if it is not in one. */
export function interruptedAt({ interrupts }: Program, pc: number): number | null {
  if (interrupts === undefined || pc >= interrupts.resume) return null;
  const before = [...interrupts.entries].filter(([, entry]) => entry <= pc);
  return before.at(-1)?.[0] ?? null;
}

/** Which stretch of an interrupted program's code an instruction belongs to: the program before the interrupt, a copy of
 *  the handler, or the program after it. Instructions in one follow each other in program order. */
export function stretchOf(program: Program, pc: number): number {
  if (program.interrupts === undefined) return 0;
  const { entries, resume } = program.interrupts;
  return [...entries.values(), resume].filter((start) => start <= pc).length;
}
