/** What a reader of a state is told of a CPU: where it stands, and what it has issued that memory does not know of. */
import type { DeferredLoad, Symbolic, Thread, WindowEntry } from '../machine.ts';
import { latest } from '../memory/lag.ts';
import { binary, constant, type Expr, not, select } from '../program/expression.ts';
import { interruptedAt } from '../program/interrupt.ts';
import { exprText, localName } from '../program/text.ts';
import { commandText } from '../smmu/commands.ts';
import { known } from './content.ts';
import { resolutions } from './deferred.ts';
import { type Cpu, cellAt, instructionAt, isFinished, show } from './work.ts';

export function shownThread(cpu: Cpu, t: Thread): readonly string[] {
  return [
    ...standing(cpu, t),
    ...t.window.map((e, k) => `not in memory yet: ${entryText(cpu, t, e)}${mustFollow(cpu, t, k)}`),
    ...t.deferred.map((d, k) => `not read yet: ${loadText(cpu, t, d, k)}`),
    ...oldValues(cpu, t),
    ...(t.rcu.depth === 0
      ? []
      : [`in a read-side section${t.rcu.depth === 1 ? '' : `, ${t.rcu.depth} deep`}`]),
    ...t.rcu.blocks.map((gp) => `holds up the grace period of ${gp}`),
    ...(t.irqsOff === 0 ? [] : [`interrupts are off${t.irqsOff === 1 ? '' : `, ${t.irqsOff} deep`}`]),
    ...t.hidden.map((name) => `nobody else has seen ${name} yet`),
    ...registers(cpu, t),
  ];
}

/** The function and the next statement. */
function standing(cpu: Cpu, t: Thread): readonly string[] {
  if (t.fault !== null) {
    const { at } = instructionAt(cpu, t.fault.pc);
    return [`stopped in ${at.fn}(), ${at.text}: ${t.fault.kind}: ${t.fault.why}`];
  }
  if (isFinished(cpu, t)) return ['has ended'];
  const from = interruptedAt(cpu.program, t.pc);
  const interrupted = from === null ? [] : [`interrupted in ${siteText(cpu, from)}`];
  return [...interrupted, t.pc >= cpu.program.code.length ? 'at the end' : `in ${siteText(cpu, t.pc)}`];
}

/** The statement at `pc`, or the first one with a text behind it that is reached whatever happens. */
function siteText({ program }: Cpu, pc: number): string {
  for (let at = pc, n = 0; n < program.code.length; n++) {
    const i = program.code[at];
    if (i === undefined) break;
    if (i.at.text !== '') return `${i.at.fn}(), next: ${i.at.text}`;
    if (i.op === 'branch') break;
    at = i.op === 'jump' ? i.to : at + 1;
  }
  const { fn } = program.code[Math.min(pc, program.code.length - 1)]!.at;
  return `${fn}()`;
}

function entryText(cpu: Cpu, t: Thread, e: WindowEntry): string {
  const i = instructionAt(cpu, e.pc);
  if (e.payload?.kind === 'commands') {
    const [register] = i.at.text.split(': ');
    return `${register}: ${e.payload.commands.map(commandText).join(', ')}`;
  }
  const value = known(e);
  const plain = i.op === 'store' && i.value.kind === 'const';
  if (e.loc < 0 || (plain && value !== null)) return i.at.text;
  const { name } = cellAt(cpu, e.loc);
  return `${i.at.text} (${name} = ${value === null ? symbolText(cpu, t, e.value) : show(value)})`;
}

/** Earlier stores and loads without which it may not leave. */
function mustFollow(cpu: Cpu, t: Thread, k: number): string {
  const { pre, prl } = t.window[k]!;
  const stores = pre.map((p) => t.window[p]!.pc);
  const loads = prl.map((p) => t.deferred[p]!.pc);
  const texts = [...new Set([...loads, ...stores])]
    .sort((a, b) => a - b)
    .map((pc) => instructionAt(cpu, pc).at.text);
  return texts.length === 0 ? '' : `; only after ${texts.join('; ')}`;
}

function loadText(cpu: Cpu, t: Thread, d: DeferredLoad, k: number): string {
  const { name } = cellAt(cpu, d.loc);
  const behind = d.behind === 0 ? '' : '; only after its own store to it';
  const old = d.atomic === null ? oldText(t, d.loc, resolutions(t, k)[0]?.at ?? t.lag.length) : '';
  return `${instructionAt(cpu, d.pc).at.text} (${name}${old})${behind}`;
}

/** Values older than what memory holds that the load may still get: `, may get 0 or 1`. */
function oldText({ lag }: Thread, loc: number, from: number): string {
  const old = new Set(lag.flatMap((e, i) => (e.loc === loc && i + 1 > from ? [show(e.old)] : [])));
  return old.size === 0 ? '' : `, may still get ${[...old].join(' or ')}`;
}

/** Cells of which a load to come may get an old value. */
function oldValues(cpu: Cpu, t: Thread): readonly string[] {
  const ahead = cpu.own.readable[t.pc] ?? new Set<number>();
  return [...new Set(t.lag.map((e) => e.loc))]
    .sort((a, b) => a - b)
    .flatMap((loc) => {
      if (!ahead.has(loc)) return [];
      const old = oldText(t, loc, latest(t.lag, loc, Math.max(t.vrn, t.coh[loc] ?? 0)));
      return old === ''
        ? []
        : [`may read an old ${cellAt(cpu, loc).name}${old.replace(', may still get', ':')}`];
    });
}

/** The local variables that are still of use, function by function. */
function registers(cpu: Cpu, t: Thread): readonly string[] {
  const byFunction = new Map<string, string[]>();
  for (const name of Object.keys(t.regs).sort()) {
    const local = localName(name);
    const fn = name.slice(0, Math.max(0, name.length - local.length - 1));
    const text = `${local} = ${symbolText(cpu, t, t.regs[name]!.value)}`;
    byFunction.set(fn, [...(byFunction.get(fn) ?? []), text]);
  }
  return [...byFunction].map(([fn, texts]) =>
    fn === '' ? texts.join(', ') : `${fn}(): ${texts.join(', ')}`,
  );
}

/** A value, or how it hangs on loads that are not done. */
const symbolText = (cpu: Cpu, t: Thread, value: Symbolic): string => exprText(exprOf(cpu, t, value));

function exprOf(cpu: Cpu, t: Thread, s: Symbolic): Expr {
  const of = (c: { readonly value: Symbolic }): Expr => exprOf(cpu, t, c.value);
  switch (s.kind) {
    case 'const':
      return s;
    case 'pending':
      return constant(`(what ${cellAt(cpu, t.deferred[s.index]!.loc).name} reads)`);
    case 'binary':
      return binary(s.op, of(s.left), of(s.right));
    case 'not':
      return not(of(s.operand));
    case 'select':
      return select(of(s.cond), of(s.yes), of(s.no));
    case 'compared':
      return of(s.of);
  }
}
