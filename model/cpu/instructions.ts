/** What the next instruction of a thread can do now: one row of semantics.md 1.2 per kind of instruction. */
import { match } from 'ts-pattern';
import type { Command, Payload, Thread } from '../machine.ts';
import { valueOf } from '../memory/lag.ts';
import { constant, type Expr, isTrue, type Value } from '../program/expression.ts';
import type { Address, CommandTemplate, Instruction } from '../program/instruction.ts';
import { blockingRules, casRules, hasPendingRelease, rmwRules, type Rule } from './atomics.ts';
import { evaluate, known, plain, whereIs } from './evaluate.ts';
import { ModelBug } from '../contract.ts';
import { candidates, defer, forward, mayForward, type Order, pendingStore, readMessage, type Target } from './loads.ts';
import { isOwnLoad } from './locality.ts';
import { enterSection, exitSection } from './sections.ts';
import { issue } from './stores.ts';
import { count, fault, memoryValue, ownerOf, say, setOwner, type Work } from './work.ts';

type Op<K extends Instruction['op']> = Instruction & { readonly op: K };

/** Ways to execute the instruction at the thread's pc now; [] while it has to wait. */
export function rulesFor(w: Work, i: Instruction): readonly Rule[] {
  return match<Instruction, readonly Rule[]>(i)
    .with({ op: 'load' }, (l) => withTarget(w, l, (target) => loadRules(w, l, target)))
    .with({ op: 'store' }, (s) => withTarget(w, s, (target) => storeRules(w, s, target)))
    .with({ op: 'rmw' }, (r) => withTarget(w, r, (target) => rmwRules(w, r, target)))
    .with({ op: 'cas' }, (c) => withTarget(w, c, (target) => casRules(w, c, target)))
    .with({ op: 'blockingRmw' }, (b) => withTarget(w, b, (target) => blockingRules(w, b, target)))
    .with({ op: 'await' }, (a) => withTarget(w, a, (target) => awaitRules(w, a, target)))
    .with({ op: 'fence' }, (f) => fenceRules(w, f))
    .with({ op: 'choose' }, (c) => c.options.map((value): Rule => (v) => {
      say(v, v.t.pc, `${c.at.text} == ${value}`);
      v.t.regs[c.dst] = { value: constant(value), view: 0 };
      v.t.pc += 1;
    }))
    .with({ op: 'branch' }, (b) => branchRules(w, b))
    .with({ op: 'assert' }, (a) => assertRules(w, a))
    .with({ op: 'free' }, { op: 'kfree_rcu' }, (f) => freeRules(w, f))
    .with({ op: 'push' }, (p) => pushRules(w, p))
    .with({ op: 'rcu', what: 'lock' }, () => [next(enterSection)])
    .with({ op: 'rcu', what: 'unlock' }, () => [next(exitSection)])
    .with({ op: 'rcu', what: 'synchronize' }, () => {
      throw new ModelBug(`synchronize_rcu() is not modelled yet, ${whereIs(i)}`);
    })
    .with({ op: 'alloc' }, (a) => [(v) => allocate(v, a)])
    .with({ op: 'isb' }, () => [next((v, pc) => { say(v, pc); v.t.vrn = Math.max(v.t.vrn, v.t.vcap); })])
    .with({ op: 'irq' }, ({ enabled }) => [next((v, pc) => { say(v, pc); v.t.irqs = enabled; })])
    .with({ op: 'jump' }, ({ to }) => [(v) => { v.t.pc = to; }])
    .with({ op: 'set' }, (s) => [(v) => {
      v.t.regs[s.dst] = evaluate(v.t, s.value, s);
      v.t.pc += 1;
    }])
    .exhaustive();
}

const next = (f: (w: Work, pc: number) => void): Rule => (w) => f(w, w.t.pc++);

/** Resolves the address; a bad pointer is a fault of the program, an unresolved one has to wait. */
function withTarget(w: Work, i: Instruction & { readonly addr: Address }, then: (t: Target) => readonly Rule[]): readonly Rule[] {
  const base = evaluate(w.t, i.addr.base, i);
  const index = evaluate(w.t, i.addr.index, i);
  const [b, n] = [known(base.value), known(index.value)];
  if (b === null || n === null) return [];
  if (typeof b !== 'string') {
    return [next((v, pc) => {
      fault(v, 'bad pointer', b === 0 ? 'dereferences NULL' : `dereferences ${b}, which is no pointer`, pc);
      say(v, pc, undefined, [v.t.fault!.why]);
    })];
  }
  if (typeof n !== 'number') throw new ModelBug(`the index ${n} is no number, ${whereIs(i)}`);
  const loc = w.cpu.layout.locate(b.slice(1), i.addr.field, n, whereIs(i));
  return then({ loc, view: Math.max(base.view, index.view) });
}

function loadRules(w: Work, i: Op<'load'>, target: Target): readonly Rule[] {
  const { t } = w;
  const order: Order = i.order;
  if (order === 'acquire' && hasPendingRelease(w)) return [];
  const store = pendingStore(t, target.loc);
  if (store !== null) {
    if (i.exclusive || !mayForward(t.window[store]!, order)) return [];
    return [next((v, pc) => { forward(v, pc, i.dst, target, order, store); })];
  }
  if (w.cpu.model === 'armv8' && w.cpu.own.defers[t.pc]! && !isOwnLoad(w, i)) {
    return [next((v, pc) => { defer(v, pc, i.dst, target, order, null, false); })];
  }
  return candidates(w, target, order).map((m) => next((v, pc) => { readMessage(v, pc, i.dst, target, order, m); }));
}

function awaitRules(w: Work, i: Op<'await'>, target: Target): readonly Rule[] {
  const { t } = w;
  if (i.order === 'acquire' && hasPendingRelease(w)) return [];
  const holds = (value: Value): boolean => {
    const result = known(evaluate(t, i.until, i, { [i.dst]: { value: constant(value), view: 0 } }).value);
    return result !== null && isTrue(result);
  };
  const pass = (v: Work, view: number): void => { v.t.vcap = Math.max(v.t.vcap, view); };
  const store = pendingStore(t, target.loc);
  if (store !== null) {
    const value = known(plain(t.window[store]!.value as Expr));
    if (value === null || !holds(value) || !mayForward(t.window[store]!, i.order)) return [];
    return [next((v, pc) => pass(v, forward(v, pc, i.dst, target, i.order, store)))];
  }
  return candidates(w, target, i.order)
    .filter((m) => {
      const value = valueOf((t as Thread).lag, target.loc, m.at, () => memoryValue(w, target.loc));
      return value === null || holds(value);
    })
    .map((m) => next((v, pc) => {
      const got = readMessage(v, pc, i.dst, target, i.order, m);
      if (got !== null) pass(v, got.view);
    }));
}

function storeRules(w: Work, i: Op<'store'>, target: Target): readonly Rule[] {
  const value = evaluate(w.t, i.value, i);
  const put = (v: Work, pc: number, exclusive: boolean): void => {
    reveal(v, known(value.value));
    issue(v, pc, {
      what: exclusive ? 'atomic' : 'store', target, value: value.value, dataView: value.view,
      release: i.order === 'release', exclusive, payload: null, after: [],
    });
  };
  const status = i.status;
  if (status === null) return [next((v, pc) => put(v, pc, false))];
  const report = (v: Work, code: number): void => {
    v.t.monitor = null;
    v.t.regs[status] = { value: constant(code), view: 0 };
  };
  const fails = next((v, pc) => { say(v, pc, `${i.at.text} fails`); report(v, 1); });
  const monitor = w.t.monitor;
  const mine = monitor !== null && monitor.loc === target.loc && !monitor.lost;
  if (!mine || ownerOf(w.cpu, w.get, target.loc) !== null) return [fails];
  const succeeds = next((v, pc) => { put(v, pc, true); setOwner(v, target.loc, v.cpu.id); report(v, 0); });
  return [succeeds, fails];
}

/** Storing a pointer to an object shows it to others. */
function reveal(w: Work, value: Value | null): void {
  w.t.hidden = w.t.hidden.filter((name) => value !== `&${name}`);
}

/** DMB and DSB: wait for what they order, then move the floor. */
function fenceRules(w: Work, i: Op<'fence'>): readonly Rule[] {
  const { t } = w;
  const loadsDone = t.deferred.every((d) => d.noReturn);
  const drained = t.window.length === 0 && t.deferred.length === 0;
  const raise = (v: Work, pc: number, view: number): void => {
    say(v, pc);
    v.t.vrn = Math.max(v.t.vrn, view);
  };
  if (w.cpu.model !== 'armv8') {
    if (i.access !== 'full') return [next(count)];
    return drained ? [next((v, pc) => raise(v, pc, 0))] : [];
  }
  if (i.access === 'full') return drained ? [next((v, pc) => raise(v, pc, Math.max(v.t.vro, v.t.vwo)))] : [];
  if (i.access === 'load') return loadsDone ? [next((v, pc) => raise(v, pc, v.t.vro))] : [];
  if (i.kind === 'dsb') return t.window.length === 0 ? [next((v, pc) => raise(v, pc, v.t.vwo))] : [];
  return [next((v, pc) => {
    count(v, pc);
    v.t.sf = v.t.window.map((_, k) => k);
  })];
}

function branchRules(w: Work, i: Op<'branch'>): readonly Rule[] {
  const cond = evaluate(w.t, i.cond, i);
  const value = known(cond.value);
  if (value === null) return [];
  return [(v) => {
    v.t.vcap = Math.max(v.t.vcap, cond.view);
    v.t.pc = isTrue(value) ? v.t.pc + 1 : i.otherwise;
  }];
}

function assertRules(w: Work, i: Op<'assert'>): readonly Rule[] {
  const value = known(evaluate(w.t, i.cond, i).value);
  if (value === null) return [];
  return [next((v, pc) => {
    say(v, pc);
    if (!isTrue(value)) fault(v, 'assertion', i.message, pc);
  })];
}

function freeRules(w: Work, i: Op<'free'> | Op<'kfree_rcu'>): readonly Rule[] {
  const pointer = known(evaluate(w.t, i.pointer, i).value);
  if (pointer === null) return [];
  if (pointer === 0) return [next(say)]; // kfree(NULL) does nothing
  if (typeof pointer !== 'string') return [next((v, pc) => fault(v, 'bad pointer', `frees ${pointer}`, pc))];
  const view = Math.max(w.t.vrn, w.t.vro, w.t.vwo);
  const payload: Payload = { kind: 'object', object: pointer.slice(1), view };
  return [next((v, pc) => { put(v, pc, i.op, payload); })];
}

function pushRules(w: Work, i: Op<'push'>): readonly Rule[] {
  const queue = known(evaluate(w.t, i.queue, i).value);
  const commands = i.commands.map((c) => command(w, c, i));
  if (queue === null || commands.includes(null)) return [];
  if (typeof queue !== 'string') return [next((v, pc) => fault(v, 'bad pointer', `issues commands to ${queue}`, pc))];
  const payload: Payload = { kind: 'commands', smmu: queue.slice(1), commands: commands.filter((c) => c !== null) };
  return [next((v, pc) => { put(v, pc, 'push', payload); })];
}

function command(w: Work, template: CommandTemplate, at: Instruction): Command | null {
  const operands: Record<string, Value> = {};
  for (const [name, expr] of Object.entries(template.operands)) {
    const value = known(evaluate(w.t, expr, at).value);
    if (value === null) return null;
    operands[name] = value;
  }
  return { name: template.name, operands };
}

function put(w: Work, pc: number, what: 'free' | 'kfree_rcu' | 'push', payload: Payload): void {
  issue(w, pc, {
    what, target: null, value: constant(0), dataView: 0, release: false, exclusive: false, payload, after: [],
  });
}

function allocate(w: Work, i: Op<'alloc'>): void {
  const pc = w.t.pc++;
  const free = i.pool.find((name) => {
    const life = w.cpu.layout.lives.get(name);
    return life !== undefined && w.get(life) === 'unallocated';
  });
  if (free === undefined) throw new ModelBug(`no object is left in the pool ${i.pool.join(', ')}, ${whereIs(i)}`);
  w.set(w.cpu.layout.lives.get(free)!, 'live');
  w.t.hidden = [...w.t.hidden, free].sort();
  w.t.regs[i.dst] = { value: constant(`&${free}`), view: 0 };
  say(w, pc, `${i.at.text} == &${free}`);
}

