/** Small random programs, for comparing machines with each other: two or three threads over two or three variables,
 *  made of the pieces that have told wrong machines from right ones. */
import fc from 'fast-check';
import type { Scenario } from '../machine.ts';
import { binary, constant, type Expr, pointerTo, reg, select } from '../program/expression.ts';
import type { Address, Instruction, Operation, Program } from '../program/instruction.ts';
import { variable } from './litmus-test.ts';
import { idiom, type Piece, type RandomProgramOptions, type RmwOrder, VARIABLES } from './random-pieces.ts';
import { rcuThreads } from './random-rcu.ts';

/** Programs of `Piece`s as scenarios; every result is observed. */
export function randomScenario(options: RandomProgramOptions = {}): fc.Arbitrary<Scenario> {
  const { model = 'armv8', maxThreads = 3, maxPieces = 3, rcu = false } = options;
  const idioms = fc.array(fc.array(idiom(options), { minLength: 1, maxLength: maxPieces }), {
    minLength: 2,
    maxLength: maxThreads,
  });
  const threads = rcu
    ? rcuThreads(maxThreads, maxPieces)
    : idioms.map((all) => all.map((pieces) => pieces.flat()));
  return threads.map((all) => ({
    model,
    objects: VARIABLES.map((name) => variable(name, 0)),
    programs: all.map((pieces, thread) => program(thread, pieces)),
    smmus: [],
  }));
}

/** Stores of one thread write distinct small numbers, so that outcomes tell them apart. */
function program(thread: number, pieces: readonly Piece[]): Program {
  const code: Instruction[] = [];
  const results: string[] = [];
  let written = 0;
  const emit = (operation: Operation): void => {
    code.push({ ...operation, at: { fn: `P${thread}`, text: operationText(operation) } });
  };
  const fresh = (): string => `r${results.push(`r${results.length}`) - 1}`;
  const result = (back: number): Expr =>
    results.length === 0 ? constant(0) : reg(results.at(-1 - (back % results.length))!);
  const nothingOf = (back: number): Expr => binary('xor', result(back), result(back));
  const cell = (x: number, address: number | null = null): Address => {
    const base = constant(pointerTo(VARIABLES[x]!));
    return {
      base: address === null ? base : binary('add', base, nothingOf(address)),
      field: 'v',
      index: constant(0),
    };
  };
  const data = (back: number | null): Expr => {
    const value = constant(2 * thread + 1 + (written++ % 2));
    return back === null ? value : binary('add', nothingOf(back), value);
  };
  const flags = (order: RmwOrder) => ({
    acquire: order === 'acquire' || order === 'both',
    release: order === 'release' || order === 'both',
  });
  for (const p of pieces) {
    switch (p.kind) {
      case 'load': {
        const addr = cell(p.x, p.address);
        emit({ op: 'load', dst: fresh(), addr, order: p.order, exclusive: false });
        break;
      }
      case 'store':
        emit({
          op: 'store',
          addr: cell(p.x),
          value: data(p.data),
          order: p.release ? 'release' : 'plain',
          status: null,
        });
        break;
      case 'rmw': {
        const { acquire, release } = flags(p.order);
        const operand = data(p.data);
        emit({
          op: 'rmw',
          fn: p.fn,
          dst: p.noReturn ? null : fresh(),
          addr: cell(p.x),
          operand,
          acquire: acquire && !p.noReturn,
          release,
          noReturn: p.noReturn,
        });
        break;
      }
      case 'cas': {
        const expected = p.expected === 'result' ? result(0) : constant(p.expected);
        const desired = data(p.data);
        emit({ op: 'cas', dst: fresh(), addr: cell(p.x), expected, desired, ...flags(p.order) });
        break;
      }
      case 'cas to ZR':
        emit({
          op: 'cas',
          dst: null,
          addr: cell(p.x),
          expected: constant(p.expected),
          desired: data(null),
          acquire: false,
          release: p.release,
        });
        break;
      case 'LDXR': {
        const order = p.acquire ? 'acquire' : 'plain';
        emit({ op: 'load', dst: fresh(), addr: cell(p.x), order, exclusive: true });
        break;
      }
      case 'STXR': {
        const order = p.release ? 'release' : 'plain';
        const value = data(null);
        emit({ op: 'store', addr: cell(p.x), value, order, status: fresh() });
        break;
      }
      case 'fence':
        emit({ op: 'fence', kind: p.fence, access: p.access, domain: 'inner' });
        break;
      case 'isb':
        emit({ op: 'isb' });
        break;
      case 'rcu':
        emit({ op: 'rcu', what: p.what });
        break;
      case 'branch':
        emit({ op: 'branch', cond: result(p.from), otherwise: code.length + 2 });
        break;
      case 'select': {
        const value = select(result(p.from), result(p.other), constant(1));
        emit({ op: 'set', dst: fresh(), value });
        break;
      }
    }
  }
  // A branch at the end must not lead outside.
  const inside = code.map(
    (i): Instruction => (i.op === 'branch' ? { ...i, otherwise: Math.min(i.otherwise, code.length) } : i),
  );
  return {
    name: `P${thread}`,
    code: inside,
    initial: Object.fromEntries(results.map((name) => [name, 0])),
    observed: results,
  };
}

/** A scenario as a table of pseudo-assembly, to be read in a failing test. */
export function describeScenario(scenario: Scenario): string {
  return scenario.programs
    .map(({ name, code }) => [`${name}:`, ...code.map((i, pc) => `  ${pc} ${operationText(i)}`)].join('\n'))
    .join('\n');
}

function operationText(o: Operation): string {
  const order = (acquire: boolean, release: boolean): string =>
    `${acquire ? '.A' : ''}${release ? '.L' : ''}`;
  switch (o.op) {
    case 'set':
      return `${o.dst} := ${exprText(o.value)}`;
    case 'load':
      return `${o.dst} := load${o.exclusive ? '.X' : ''} ${addressText(o.addr)} ${o.order}`;
    case 'store':
      return `${o.status === null ? '' : `${o.status} := `}store ${addressText(o.addr)} = ${exprText(o.value)} ${o.order}`;
    case 'rmw':
      return `${o.dst ?? '-'} := ${o.fn}${order(o.acquire, o.release)} ${addressText(o.addr)}, ${exprText(o.operand)}`;
    case 'cas':
      return `${o.dst ?? '-'} := cas${order(o.acquire, o.release)} ${addressText(o.addr)}, ${exprText(o.expected)} -> ${exprText(o.desired)}`;
    case 'fence':
      return `${o.kind} ${o.access}`;
    case 'branch':
      return `unless ${exprText(o.cond)} go to ${o.otherwise}`;
    case 'rcu':
      return `rcu ${o.what}`;
    default:
      return o.op;
  }
}

const addressText = (address: Address): string => exprText(address.base);

function exprText(e: Expr): string {
  switch (e.kind) {
    case 'const':
      return String(e.value);
    case 'reg':
      return e.name;
    case 'pending':
      return `?${e.index}`;
    case 'binary':
      return `(${exprText(e.left)} ${e.op} ${exprText(e.right)})`;
    case 'not':
      return `!${exprText(e.operand)}`;
    case 'select':
      return `(${exprText(e.cond)} ? ${exprText(e.then)} : ${exprText(e.else)})`;
  }
}
