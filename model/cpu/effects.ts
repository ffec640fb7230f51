/** What a CPU does besides loads and stores: it frees and allocates objects, and publishes commands. */
import { ModelBug } from '../contract.ts';
import type { Command, Payload } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import type { CommandTemplate, Instruction } from '../program/instruction.ts';
import { content, known, whereIs } from './content.ts';
import { evaluate } from './evaluate.ts';
import { issue } from './stores.ts';
import { fault, next, type Rule, say, took, type Work } from './work.ts';

type Op<K extends Instruction['op']> = Instruction & { readonly op: K };

export function freeRules(w: Work, i: Op<'free'> | Op<'kfree_rcu'>): readonly Rule[] {
  const pointer = known(evaluate(w.t, i.pointer, i));
  if (pointer === null) return [];
  if (pointer === 0) return [next(say)]; // kfree(NULL) does nothing
  if (typeof pointer !== 'string') return [next((v, pc) => fault(v, 'bad pointer', `frees ${pointer}`, pc))];
  const view = Math.max(w.t.vrn, w.t.vro, w.t.vwo);
  const object = pointer.slice(1);
  return [
    next((v, pc) => {
      v.t.freed = [...new Set([...v.t.freed, object])].sort();
      put(v, pc, i.op, { kind: 'object', object, view });
    }),
  ];
}

export function pushRules(w: Work, i: Op<'push'>): readonly Rule[] {
  const queue = known(evaluate(w.t, i.queue, i));
  const commands = i.commands.map((c) => (isLeftOut(w, c, i) ? undefined : command(w, c, i)));
  if (queue === null || commands.includes(null)) return [];
  if (typeof queue !== 'string') {
    return [next((v, pc) => fault(v, 'bad pointer', `issues commands to ${queue}`, pc))];
  }
  const all = commands.filter((c) => c !== null && c !== undefined);
  return [next((v, pc) => put(v, pc, 'push', { kind: 'commands', smmu: queue.slice(1), commands: all }))];
}

/** Whether the list goes without the command. One of which that is not known yet has to be waited for. */
function isLeftOut(w: Work, { when }: CommandTemplate, at: Instruction): boolean {
  return when !== undefined && known(evaluate(w.t, when, at)) === 0;
}

function command(w: Work, template: CommandTemplate, at: Instruction): Command | null {
  const operands: Record<string, Value> = {};
  if (template.when !== undefined && known(evaluate(w.t, template.when, at)) === null) return null;
  for (const [name, expr] of Object.entries(template.operands)) {
    const value = known(evaluate(w.t, expr, at));
    if (value === null) return null;
    operands[name] = value;
  }
  return { name: template.name, operands };
}

function put(w: Work, pc: number, what: 'free' | 'kfree_rcu' | 'push', payload: Payload): void {
  issue(w, pc, {
    what,
    target: null,
    value: content(0),
    release: false,
    read: null,
    owns: null,
    payload,
    after: [],
  });
}

/** The first object of the pool that is left. Until its address is stored nobody else can reach it. */
export function allocate(w: Work, i: Op<'alloc'>): void {
  const pc = w.t.pc++;
  const free = i.pool.find((name) => {
    const life = w.cpu.layout.lives.get(name);
    return life !== undefined && w.get(life) === 'unallocated';
  });
  if (free === undefined) {
    throw new ModelBug(`no object is left in the pool ${i.pool.join(', ')}, ${whereIs(i)}`);
  }
  w.set(w.cpu.layout.lives.get(free)!, 'live');
  w.t.hidden = [...w.t.hidden, free].sort();
  w.t.regs[i.dst] = content(`&${free}`);
  say(w, pc, `${i.at.text} == &${free}`);
  took(w, pc, { kind: 'other', value: `allocates ${free}` });
}
