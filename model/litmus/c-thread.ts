/** One function of a litmus test in C as a program. */
import { match } from 'ts-pattern';
import {
  type BinaryOp,
  binary,
  constant,
  type Expr,
  not,
  reg,
  select,
  type Value,
} from '../program/expression.ts';
import { type Address, SCALAR } from '../program/instruction.ts';
import { assign, type Local, load, place, store } from '../program/kernel.ts';
import { type Stmt, when, whilst } from '../program/statement.ts';
import { type Call, primitiveNamed } from './c-primitives.ts';
import { type Access, lockSet } from './c-races.ts';
import type { CCall, CExpr, CStmt } from './c-syntax.ts';
import { type Position, Unsupported } from './unsupported.ts';

/** What names mean in a function. */
export interface Names {
  /** What the parameters point to; and variables of the file that are no parameters. */
  readonly pointers: ReadonlyMap<string, Value>;
  readonly registers: ReadonlySet<string>;
  /** Somebody looks at lock words without taking the lock. */
  readonly peeked: boolean;
}

/** The statements of a function and what they access. */
export interface Translated {
  readonly body: readonly Stmt[];
  readonly accesses: readonly Omit<Access, 'thread'>[];
}

export function translateBody(body: readonly CStmt[], names: Names): Translated {
  const locks = lockSet();
  let temporaries = 0;
  const t: Translator = {
    names,
    locks,
    out: [],
    fresh: () => reg(`%${++temporaries}`) as Local,
  };
  statements(t, body);
  return { body: t.out, accesses: locks.accesses() };
}

interface Translator {
  readonly names: Names;
  readonly locks: ReturnType<typeof lockSet>;
  readonly out: Stmt[];
  fresh(): Local;
}

function statements(t: Translator, body: readonly CStmt[]): void {
  for (const s of body) statement(t, s);
}

function statement(t: Translator, s: CStmt): void {
  match(s)
    .with({ kind: 'block' }, ({ body }) => statements(t, body))
    .with({ kind: 'declare' }, ({ name, value }) => {
      if (value !== null) give(t, reg(name) as Local, value);
    })
    .with({ kind: 'assign' }, ({ target, value }) => assignment(t, target, value))
    .with({ kind: 'evaluate' }, ({ value }) => {
      if (value.kind === 'call') call(t, value, t.fresh());
      else expression(t, value);
    })
    .with({ kind: 'if' }, ({ cond, body, otherwise }) => {
      const holds = expression(t, cond);
      const [then, other] = t.locks.either(
        () => collect(t, (inner) => statements(inner, body)),
        () => collect(t, (inner) => statements(inner, otherwise)),
      );
      t.out.push(when(holds, then, other));
    })
    .with({ kind: 'while' }, (loop) => whileLoop(t, loop))
    .with({ kind: 'refused' }, ({ what, at }) => {
      throw new Unsupported(what, at);
    })
    .exhaustive();
}

function collect(t: Translator, emit: (inner: Translator) => void): readonly Stmt[] {
  const inner = { ...t, out: [] };
  emit(inner);
  return inner.out;
}

/** The condition is evaluated before the loop (unless it is tested after the body) and at the end of the body. */
function whileLoop(t: Translator, { cond, body, tested }: CStmt & { kind: 'while' }): void {
  const goesOn = t.fresh();
  const test = (inner: Translator): void => {
    inner.out.push(assign(goesOn, expression(inner, cond)));
  };
  if (tested === 'before') test(t);
  else t.out.push(assign(goesOn, 1));
  const loop = t.locks.repeated(() =>
    collect(t, (inner) => {
      statements(inner, body);
      test(inner);
    }),
  );
  t.out.push(whilst(goesOn, loop));
}

function assignment(t: Translator, target: CExpr, value: CExpr): void {
  if (target.kind === 'name') {
    if (!t.names.registers.has(target.name))
      throw new Unsupported(`an assignment to ${target.name}, which is no register`, target.at);
    give(t, reg(target.name) as Local, value);
    return;
  }
  const result = expression(t, value);
  const to = lvalue(t, target);
  t.locks.access(to, { write: true, plain: true, at: target.at });
  t.out.push(store(to, result));
}

/** `register = value`; a call puts its result there directly where it can. */
function give(t: Translator, register: Local, value: CExpr): void {
  const result = value.kind === 'call' ? valueOfCall(t, value, register) : expression(t, value);
  if (result !== register) t.out.push(assign(register, result));
}

const OPERATORS: Readonly<Record<string, BinaryOp>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
  '<<': 'shl',
  '>>': 'shr',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

/** The value of an expression; accesses in it are emitted, from left to right. */
function expression(t: Translator, e: CExpr): Expr {
  return match(e)
    .returnType<Expr>()
    .with({ kind: 'number' }, ({ value }) => constant(value))
    .with({ kind: 'name' }, ({ name, at }) => {
      if (t.names.registers.has(name)) return reg(name);
      const pointer = t.names.pointers.get(name);
      if (pointer === undefined) throw new Unsupported(`the name ${name}, which is not declared`, at);
      return constant(pointer);
    })
    .with({ kind: 'unary', op: '*' }, { kind: 'index' }, (read) => {
      const from = lvalue(t, read);
      t.locks.access(from, { write: false, plain: true, at: read.at });
      const dst = t.fresh();
      t.out.push(load(dst, from));
      return dst;
    })
    .with({ kind: 'unary', op: '&' }, ({ operand, at }) => {
      const { base, index } = lvalue(t, operand);
      if (index !== SCALAR) throw new Unsupported('a pointer to an element of an array as a value', at);
      return base;
    })
    .with({ kind: 'unary', op: '!' }, ({ operand }) => not(expression(t, operand)))
    .with({ kind: 'unary', op: '~' }, ({ operand }) => binary('xor', expression(t, operand), constant(-1)))
    .with({ kind: 'unary', op: '-' }, ({ operand }) => binary('sub', constant(0), expression(t, operand)))
    .with({ kind: 'binary', op: '&&' }, { kind: 'binary', op: '||' }, ({ op, left, right }) => {
      const truth = binary('ne', expression(t, left), constant(0));
      return binary(op === '&&' ? 'and' : 'or', truth, binary('ne', withoutEffect(t, right), constant(0)));
    })
    .with({ kind: 'binary' }, ({ op, left, right, at }) => {
      const operator = OPERATORS[op];
      if (operator === undefined) throw new Unsupported(`the operator ${op}`, at);
      return binary(operator, expression(t, left), expression(t, right));
    })
    .with({ kind: 'conditional' }, ({ cond, then, otherwise }) =>
      select(expression(t, cond), withoutEffect(t, then), withoutEffect(t, otherwise)),
    )
    .with({ kind: 'call' }, (c) => valueOfCall(t, c, t.fresh()))
    .exhaustive();
}

/** An operand that C may leave unevaluated; that makes no difference as long as nothing is accessed in it. */
function withoutEffect(t: Translator, e: CExpr): Expr {
  const before = t.out.length;
  const value = expression(t, e);
  if (t.out.length > before)
    throw new Unsupported('an access in an operand that is not always evaluated', e.at);
  return value;
}

/** The cell that an expression names: `*e`, `e[i]`. */
function lvalue(t: Translator, e: CExpr): Address {
  if (e.kind === 'unary' && e.op === '*') return pointee(t, e.operand);
  if (e.kind === 'index') {
    const array = pointee(t, e.array);
    if (array.index !== SCALAR) throw new Unsupported('an array in an array', e.at);
    return { ...array, index: expression(t, e.index) };
  }
  throw new Unsupported('a place in memory that is not *pointer or array[index]', e.at);
}

/** The cell that the value of an expression points to. */
function pointee(t: Translator, e: CExpr): Address {
  if (e.kind === 'unary' && e.op === '&') return lvalue(t, e.operand);
  if (e.kind === 'binary' && e.op === '+' && e.left.kind === 'name' && t.names.pointers.has(e.left.name))
    return place(expression(t, e.left), 'v', expression(t, e.right));
  return place(expression(t, e), 'v');
}

function valueOfCall(t: Translator, c: CCall, into: Local): Expr {
  const value = call(t, c, into);
  if (value === null) throw new Unsupported(`the value of ${c.fn}(), which has none`, c.at);
  return value;
}

function call(t: Translator, c: CCall, dst: Local): Expr | null {
  const primitive = primitiveNamed(c.fn);
  if (primitive === null) throw new Unsupported(`the function ${c.fn}()`, c.at);
  if (c.args.length !== primitive.arity)
    throw new Unsupported(`${c.fn}() with ${c.args.length} arguments instead of ${primitive.arity}`, c.at);
  return primitive.meaning(callOf(t, c, dst, c.at));
}

function callOf(t: Translator, { fn, args }: CCall, dst: Local, at: Position): Call {
  const marked = (address: Address, access: 'read' | 'write'): Address => {
    t.locks.access(address, { write: access === 'write', plain: false, at });
    return address;
  };
  return {
    fn,
    dst,
    peeked: t.names.peeked,
    fresh: t.fresh,
    pointer: (i, access) => marked(pointee(t, args[i]!), access),
    place: (i, access) => marked(lvalue(t, args[i]!), access),
    value: (i) => expression(t, args[i]!),
    predicate: (i, val) => {
      const pointers = t.names.pointers;
      const registers = new Set([...t.names.registers, 'VAL']);
      const inner = { ...t, names: { ...t.names, pointers, registers } };
      return renamed(withoutEffect(inner, args[i]!), 'VAL', val);
    },
    emit: (...more) => void t.out.push(...more),
    takes: (lock) => t.locks.take(lock),
    gives: (lock) => t.locks.give(lock),
  };
}

/** The expression with one register in place of another. */
function renamed(e: Expr, from: string, to: Local): Expr {
  return match(e)
    .returnType<Expr>()
    .with({ kind: 'reg' }, (r) => (r.name === from ? to : r))
    .with({ kind: 'binary' }, (b) => ({
      ...b,
      left: renamed(b.left, from, to),
      right: renamed(b.right, from, to),
    }))
    .with({ kind: 'not' }, (n) => ({ ...n, operand: renamed(n.operand, from, to) }))
    .with({ kind: 'select' }, (s) => {
      const [cond, chosen, other] = [s.cond, s.then, s.else].map((part) => renamed(part, from, to));
      return select(cond!, chosen!, other!);
    })
    .with({ kind: 'const' }, { kind: 'pending' }, (other) => other)
    .exhaustive();
}
