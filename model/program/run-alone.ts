/** Runs a program with nobody else around, to its end: kernel functions as plain functions over memory. Nothing is
 *  reordered or interleaved; an SMMU completes what is pushed to it at once. */
import { ModelBug } from '../contract.ts';
import type { Command, Life, ObjectDecl } from '../machine.ts';
import { applyBinary, type Expr, isTrue, type Value } from './expression.ts';
import type { Address, AtomicFn, CommandTemplate, Instruction } from './instruction.ts';
import { compile, type Stmt } from './statement.ts';

/** What is left behind. */
export interface Left {
  readonly life: ReadonlyMap<string, Life>;
  /** What a cell holds. */
  cell(object: string, field: string, index: number): Value | null;
  /** What was pushed to each SMMU, in order. */
  readonly commands: ReadonlyMap<string, readonly Command[]>;
  /** Why the program was halted, or null. */
  readonly fault: string | null;
  /** Statements that there are, and those that were executed, as `fn(): text`. */
  readonly statements: readonly string[];
  readonly executed: readonly string[];
}

interface Run {
  readonly regs: Map<string, Value>;
  readonly cells: Map<string, Value | null>;
  readonly life: Map<string, Life>;
  readonly commands: Map<string, Command[]>;
  fault: string | null;
  pc: number;
}

/** After this many instructions the program is taken not to end. */
const LIMIT = 100_000;

/** Runs `body` on the objects. `choices`: what `choose` picks, in turn, as positions in its options; 0 after that. */
export function runAlone(
  objects: readonly ObjectDecl[],
  body: readonly Stmt[],
  choices: readonly number[] = [],
): Left {
  const { code } = compile('CPU0', body);
  const run: Run = {
    regs: new Map(),
    cells: new Map(
      objects.flatMap((o) => o.fields.flatMap((f) => f.cells.map((v, i) => [key(o.name, f.name, i), v]))),
    ),
    life: new Map(objects.map((o) => [o.name, o.life])),
    commands: new Map(),
    fault: null,
    pc: 0,
  };
  const picks = [...choices];
  const executed = new Set<string>();
  for (let n = 0; run.fault === null && run.pc < code.length; n++) {
    const i = code[run.pc]!;
    if (n > LIMIT) throw new ModelBug(`still running after ${LIMIT} instructions, in ${i.at.fn}()`);
    if (i.at.text !== '') executed.add(`${i.at.fn}(): ${i.at.text}`);
    run.pc += 1;
    execute(run, i, () => picks.shift() ?? 0);
  }
  return {
    life: run.life,
    cell: (object, field, index) => run.cells.get(key(object, field, index)) ?? null,
    commands: run.commands,
    fault: run.fault,
    statements: [...new Set(code.flatMap(({ at }) => (at.text === '' ? [] : [`${at.fn}(): ${at.text}`])))],
    executed: [...executed],
  };
}

const key = (object: string, field: string, index: number): string => `${object}->${field}[${index}]`;

function execute(run: Run, i: Instruction, pick: () => number): undefined {
  const value = (e: Expr): Value => evaluate(run, e, NOTHING);
  const set = (dst: string | null, v: Value): undefined => {
    if (dst !== null) run.regs.set(dst, v);
  };
  switch (i.op) {
    case 'set':
      return set(i.dst, value(i.value));
    case 'load':
      return access(run, i.addr, (old) => set(i.dst, old));
    case 'store':
      return access(run, i.addr, () => value(i.value), true);
    case 'rmw':
      return access(run, i.addr, (old) => {
        set(i.dst, old);
        return swapped(i.fn, old, value(i.operand));
      });
    case 'cas':
      return access(run, i.addr, (old) => {
        const isEqual = old === value(i.expected);
        set(i.dst, old);
        return isEqual ? value(i.desired) : undefined;
      });
    case 'await':
      return access(run, i.addr, (old) => {
        mustHold(run, i, i.until, { [i.dst]: old });
        return set(i.dst, old);
      });
    case 'blockingRmw':
      return access(run, i.addr, (old) => {
        mustHold(run, i, i.guard, { old });
        return evaluate(run, i.next, { old });
      });
    case 'branch':
      if (!isTrue(value(i.cond))) run.pc = i.otherwise;
      return;
    case 'jump':
      run.pc = i.to;
      return;
    case 'choose':
      return set(i.dst, i.options[pick()]!);
    case 'assert':
      if (!isTrue(value(i.cond))) run.fault = i.message;
      return;
    case 'alloc':
      return set(i.dst, allocate(run, i.pool));
    case 'free':
    case 'kfree_rcu':
      return free(run, value(i.pointer));
    case 'push':
      return push(run, value(i.queue), i.commands);
    case 'fence':
    case 'isb':
    case 'rcu':
    case 'irq':
      return;
  }
}

function swapped(fn: AtomicFn, old: Value, operand: Value): Value {
  if (fn === 'swap') return operand;
  return fn === 'andnot' ? applyBinary('and', old, ~Number(operand))! : applyBinary(fn, old, operand)!;
}

type Bound = Readonly<Record<string, Value>>;
const NOTHING: Bound = {};

/** Nobody else could make it hold. */
function mustHold(run: Run, i: Instruction, cond: Expr, bound: Bound): void {
  if (!isTrue(evaluate(run, cond, bound))) throw new ModelBug(`waits forever, in ${i.at.fn}(): ${i.at.text}`);
}

function allocate(run: Run, pool: readonly string[]): Value {
  const found = pool.find((name) => run.life.get(name) === 'unallocated');
  if (found === undefined) throw new ModelBug(`no object is left in the pool ${pool.join(', ')}`);
  run.life.set(found, 'live');
  return `&${found}`;
}

function evaluate(run: Run, e: Expr, bound: Bound): Value {
  switch (e.kind) {
    case 'const':
      return e.value;
    case 'reg': {
      const v = bound[e.name] ?? run.regs.get(e.name);
      if (v === undefined) throw new ModelBug(`'${e.name}' is read before it is given a value`);
      return v;
    }
    case 'binary': {
      const [l, r] = [evaluate(run, e.left, bound), evaluate(run, e.right, bound)];
      const v = applyBinary(e.op, l, r);
      if (v === null) throw new ModelBug(`${l} ${e.op} ${r} has no meaning`);
      return v;
    }
    case 'not':
      return Number(!isTrue(evaluate(run, e.operand, bound)));
    case 'select':
      return evaluate(run, isTrue(evaluate(run, e.cond, bound)) ? e.then : e.else, bound);
    case 'pending':
      throw new ModelBug('a load that is not satisfied, with nothing reordered');
  }
}

/** Accesses a cell: `f` is told what it holds and may give it a new value. */
function access(run: Run, addr: Address, f: (old: Value) => Value | undefined, isStore = false): undefined {
  const [base, index] = [evaluate(run, addr.base, NOTHING), evaluate(run, addr.index, NOTHING)];
  if (typeof base !== 'string') {
    run.fault = base === 0 ? 'dereferences NULL' : `dereferences ${base}, which is no pointer`;
    return;
  }
  const object = base.slice(1);
  const at = key(object, addr.field, Number(index));
  const old = run.cells.get(at);
  if (old === undefined) throw new ModelBug(`there is no ${at}`);
  if (run.life.get(object) !== 'live') run.fault = `uses ${object}, which is ${run.life.get(object)}`;
  else if (old === null && !isStore) run.fault = `reads ${at}, which is uninitialised`;
  if (run.fault !== null) return;
  const next = f(old ?? 0);
  if (next !== undefined) run.cells.set(at, next);
}

function free(run: Run, pointer: Value): undefined {
  if (pointer === 0) return;
  const object = String(pointer).slice(1);
  if (run.life.get(object) === 'live') run.life.set(object, 'freed');
  else run.fault = `frees ${pointer}, which is ${run.life.get(object) ?? 'no pointer'}`;
}

function push(run: Run, queue: Value, templates: readonly CommandTemplate[]): undefined {
  const smmu = String(queue).slice(1);
  const all = run.commands.get(smmu) ?? [];
  for (const { name, operands, when } of templates) {
    if (when !== undefined && !isTrue(evaluate(run, when, {}))) continue;
    const evaluated = Object.entries(operands).map(([k, v]) => [k, evaluate(run, v, {})] as const);
    const command: Command = { name, operands: Object.fromEntries(evaluated) };
    all.push(command);
    const { slot } = command.operands;
    if (name === 'CMD_SYNC' && slot !== undefined) run.cells.set(key(smmu, 'cmdq', Number(slot)), 0);
  }
  run.commands.set(smmu, all);
}
