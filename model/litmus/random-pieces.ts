/** What random programs are made of. */
import fc from 'fast-check';
import type { MemoryModel } from '../machine.ts';
import type { AtomicFn } from '../program/instruction.ts';

export interface RandomProgramOptions {
  readonly model?: MemoryModel;
  /** Also LDXR and STXR. */
  readonly exclusives?: boolean;
  /** Also LDXR and STXR with something in between, which may be a store to the same cell. */
  readonly apart?: boolean;
  /** Also CAS to the zero register, and DSB ST behind it more often. */
  readonly discards?: boolean;
  /** Threads with grace periods and read-side sections; then the options above do not count. */
  readonly rcu?: boolean;
  readonly maxThreads?: number;
  /** Pieces per thread; most are one access, some are two or three. */
  readonly maxPieces?: number;
}

/** One thing to do. `from` picks one of the thread's earlier results, for a dependency on it. */
export type Piece =
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
  | { readonly kind: 'rcu'; readonly what: 'lock' | 'unlock' | 'synchronize' }
  /** Skips the next instruction if an earlier result is 0. */
  | { readonly kind: 'branch'; readonly from: number }
  /** result := earlier result = 0 ? another : 1 */
  | { readonly kind: 'select'; readonly from: number; readonly other: number };

export type LoadOrder = 'plain' | 'acquire' | 'acquirePC';
export type RmwOrder = 'none' | 'acquire' | 'release' | 'both';

export const VARIABLES = ['x', 'y', 'z'];

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
export function idiom({ exclusives, apart, discards }: RandomProgramOptions): fc.Arbitrary<readonly Piece[]> {
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
