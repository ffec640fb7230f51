/** Small random programs, for comparing machines with each other: two or three threads over two or three variables,
 *  made of the pieces that have told wrong machines from right ones. */
import fc from 'fast-check';
import type { MemoryModel, Scenario } from '../machine.ts';
import { binary, constant, type Expr, pointerTo, reg, select } from '../program/expression.ts';
import type { Address, AtomicFn, Instruction, Operation, Program } from '../program/instruction.ts';
import { variable } from './litmus-test.ts';

export interface RandomProgramOptions {
  readonly model?: MemoryModel;
  /** Also LDXR and STXR. */
  readonly exclusives?: boolean;
  /** Also LDXR and STXR with something in between, which may be a store to the same cell. */
  readonly apart?: boolean;
  /** Also CAS to the zero register, and DSB ST behind it more often. */
  readonly discards?: boolean;
  readonly maxThreads?: number;
  /** Pieces per thread; most are one access, some are two or three. */
  readonly maxPieces?: number;
}

/** One thing to do. `from` picks one of the thread's earlier results, for a dependency on it. */
type Piece =
  | { readonly kind: 'load'; readonly x: number; readonly order: LoadOrder; readonly address: number | null }
  | { readonly kind: 'store'; readonly x: number; readonly release: boolean; readonly data: number | null }
  | {
      readonly kind: 'rmw';
      readonly x: number;
      readonly fn: AtomicFn;
      readonly order: RmwOrder;
      readonly noReturn: boolean;
      readonly data: number | null;
    }
  | {
      readonly kind: 'cas';
      readonly x: number;
      readonly order: RmwOrder;
      readonly expected: number | 'result';
      readonly data: number | null;
    }
  | { readonly kind: 'cas to ZR'; readonly x: number; readonly release: boolean; readonly expected: number }
  | { readonly kind: 'LDXR'; readonly x: number; readonly acquire: boolean }
  | { readonly kind: 'STXR'; readonly x: number; readonly release: boolean }
  | { readonly kind: 'fence'; readonly fence: 'dmb' | 'dsb'; readonly access: 'full' | 'load' | 'store' }
  | { readonly kind: 'isb' }
  /** Skips the next instruction if an earlier result is 0. */
  | { readonly kind: 'branch'; readonly from: number }
  /** result := earlier result = 0 ? another : 1 */
  | { readonly kind: 'select'; readonly from: number; readonly other: number };

type LoadOrder = 'plain' | 'acquire' | 'acquirePC';
type RmwOrder = 'none' | 'acquire' | 'release' | 'both';

/** Programs of `Piece`s as scenarios; every result is observed. */
export function randomScenario(options: RandomProgramOptions = {}): fc.Arbitrary<Scenario> {
  const { model = 'armv8', maxThreads = 3, maxPieces = 3 } = options;
  const threads = fc.array(fc.array(idiom(options), { minLength: 1, maxLength: maxPieces }), {
    minLength: 2,
    maxLength: maxThreads,
  });
  return threads.map((idioms) => ({
    model,
    objects: VARIABLES.map((name) => variable(name, 0)),
    programs: idioms.map((pieces, thread) => program(thread, pieces.flat())),
    smmus: [],
  }));
}

const VARIABLES = ['x', 'y', 'z'];

const place = fc.nat(VARIABLES.length - 1);
const earlier = fc.nat(3);
const dependency = fc.option(earlier, { freq: 2 });
const rmwOrder = fc.constantFrom<RmwOrder>('none', 'none', 'acquire', 'release', 'both');

const piece: fc.Arbitrary<Piece> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('load' as const),
      x: place,
      address: dependency,
      order: fc.constantFrom<LoadOrder>('plain', 'plain', 'plain', 'acquire', 'acquirePC'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('store' as const),
      x: place,
      data: dependency,
      release: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rmw' as const),
      x: place,
      data: dependency,
      order: rmwOrder,
      noReturn: fc.boolean(),
      fn: fc.constantFrom<AtomicFn>('swap', 'add', 'or', 'xor', 'andnot'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cas' as const),
      x: place,
      data: dependency,
      order: rmwOrder,
      expected: fc.constantFrom<number | 'result'>(0, 0, 1, 'result'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fence' as const),
      fence: fc.constantFrom('dmb' as const, 'dmb' as const, 'dsb' as const),
      access: fc.constantFrom('full' as const, 'load' as const, 'store' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'isb' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('branch' as const), from: earlier }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('select' as const), from: earlier, other: earlier }),
  },
);

const exclusivePair = fc
  .record({ x: place, acquire: fc.boolean(), release: fc.boolean() })
  .map(({ x, acquire, release }): readonly Piece[] => [
    { kind: 'LDXR', x, acquire },
    { kind: 'STXR', x, release },
  ]);

/** Stores to the same cell and to another one, a load that a branch waits for. */
const exclusivesApart = fc
  .record({
    x: place,
    y: place,
    z: place,
    release: fc.boolean(),
    between: fc.subarray(['same', 'wait', 'other'] as const, { minLength: 1 }),
  })
  .map(({ x, y, z, release, between }): readonly Piece[] => [
    { kind: 'LDXR', x, acquire: false },
    ...between.flatMap((what): readonly Piece[] => {
      if (what === 'same') return [store(x)];
      return what === 'other' ? [store(y)] : [load(z), { kind: 'branch', from: 0 }];
    }),
    { kind: 'STXR', x, release },
  ]);

/** A CAS to the zero register, alone or before a fence that does or does not wait for its read. */
const discarding: fc.Arbitrary<readonly Piece[]> = fc
  .record({
    x: place,
    release: fc.boolean(),
    expected: fc.nat(1),
    access: fc.option(fc.constantFrom('full' as const, 'load' as const, 'store' as const)),
    fence: fc.constantFrom('dmb' as const, 'dsb' as const),
  })
  .map(({ x, release, expected, access, fence }): readonly Piece[] => [
    { kind: 'cas to ZR', x, release, expected },
    ...(access === null ? [] : [{ kind: 'fence' as const, fence, access }]),
  ]);

const load = (x: number, address: number | null = null): Piece => ({
  kind: 'load',
  x,
  order: 'plain',
  address,
});
const store = (x: number): Piece => ({ kind: 'store', x, release: false, data: null });

/** Mostly one piece; else a few in a row that random choice seldom brings together. */
function idiom({ exclusives, apart, discards }: RandomProgramOptions): fc.Arbitrary<readonly Piece[]> {
  const pair = fc.tuple(place, place);
  return fc.oneof(
    { weight: 8, arbitrary: piece.map((one) => [one]) },
    ...(exclusives ? [{ weight: 2, arbitrary: exclusivePair }] : []),
    ...(apart ? [{ weight: 4, arbitrary: exclusivesApart }] : []),
    ...(discards ? [{ weight: 4, arbitrary: discarding }] : []),
    // A load that may have to be deferred: load buffering.
    { weight: 1, arbitrary: pair.map(([x, y]) => [load(x), store(y)]) },
    // Then an own store to the same cell, which bounds what the load may still read.
    { weight: 1, arbitrary: pair.map(([x, y]) => [load(x), store(x), store(y)]) },
    // A load that forwards, and one whose address depends on it.
    { weight: 1, arbitrary: pair.map(([x, y]) => [store(x), load(x), load(y, 0)]) },
    // An own store, a deferred load behind it.
    { weight: 1, arbitrary: pair.map(([x, y]) => [store(x), load(x), store(y)]) },
    // A void atomic, whose read part a DMB LD does not order.
    {
      weight: 1,
      arbitrary: pair.map(([x, y]): Piece[] => [
        { kind: 'rmw', x, fn: 'add', order: 'none', noReturn: true, data: null },
        { kind: 'fence', fence: 'dmb', access: 'load' },
        load(y),
      ]),
    },
  );
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
