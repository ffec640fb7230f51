/** Random programs with grace periods: at least one thread waits for one, at least one has a read-side section. */
import fc from 'fast-check';
import type { LoadOrder, Piece } from './random-pieces.ts';

type Pieces = fc.Arbitrary<readonly Piece[]>;

/** Few cells, so that threads meet. */
const place = fc.constantFrom(0, 0, 1, 1, 2);

const access: Pieces = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('load' as const),
        x: place,
        address: fc.option(fc.nat(1), { freq: 2 }),
        order: fc.constantFrom<LoadOrder>('plain', 'plain', 'plain', 'acquire', 'acquirePC'),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('store' as const),
        x: place,
        data: fc.option(fc.nat(1), { freq: 2 }),
        release: fc.constantFrom(false, false, true),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('fence' as const),
        fence: fc.constant('dmb' as const),
        access: fc.constantFrom('full' as const, 'load' as const, 'store' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('rmw' as const),
        x: place,
        fn: fc.constantFrom('swap' as const, 'add' as const),
        order: fc.constantFrom('none' as const, 'acquire' as const, 'release' as const),
        noReturn: fc.boolean(),
        data: fc.constant(null),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('cas' as const),
        x: place,
        order: fc.constantFrom('none' as const, 'both' as const),
        expected: fc.constantFrom(0, 1),
        data: fc.constant(null),
      }),
    },
  )
  .map((piece): readonly Piece[] => [piece]);

/** Load buffering, where a load is deferred past the end of the section, and a store that hangs on a branch. */
const longer: Pieces = fc
  .record({ x: place, y: place, branch: fc.boolean() })
  .map(({ x, y, branch }): readonly Piece[] => [
    { kind: 'load', x, order: 'plain', address: null },
    ...(branch ? [{ kind: 'branch' as const, from: 0 }] : []),
    { kind: 'store', x: y, release: false, data: null },
  ]);

const rcu = (what: 'lock' | 'unlock' | 'synchronize'): Pieces => fc.constant([{ kind: 'rcu', what }]);

const inOrder = (...parts: readonly Pieces[]): Pieces => fc.tuple(...parts).map((all) => all.flat());

/** The threads of a program, in an order of their own. */
export function rcuThreads(maxThreads: number, maxPieces: number): fc.Arbitrary<(readonly Piece[])[]> {
  const some = (minLength: number): Pieces =>
    fc
      .array(fc.oneof({ weight: 5, arbitrary: access }, { weight: 1, arbitrary: longer }), {
        minLength,
        maxLength: maxPieces,
      })
      .map((all) => all.flat());
  const [none, perhaps] = [fc.constant([]), fc.oneof(fc.constant([]), access)];
  const synchronize = rcu('synchronize');
  const section = inOrder(rcu('lock'), some(1), rcu('unlock'));
  const nested = inOrder(rcu('lock'), access, rcu('lock'), perhaps, rcu('unlock'), perhaps, rcu('unlock'));
  const updater = fc.oneof(
    { weight: 4, arbitrary: inOrder(some(1), synchronize, some(1)) },
    { weight: 1, arbitrary: inOrder(access, synchronize, perhaps, synchronize, access) },
    { weight: 1, arbitrary: inOrder(section, perhaps, synchronize, access) },
    { weight: 1, arbitrary: inOrder(access, synchronize, section) },
  );
  const reader = fc.oneof(
    { weight: 5, arbitrary: inOrder(fc.oneof(none, none, access), section, perhaps) },
    { weight: 1, arbitrary: inOrder(section, section) },
    { weight: 1, arbitrary: nested },
  );
  const others = fc.array(fc.oneof(updater, reader, reader, some(1)), { maxLength: maxThreads - 2 });
  return fc
    .tuple(updater, reader, others, fc.nat())
    .map(([one, other, rest, turn]) => rotated([one, other, ...rest], turn));
}

function rotated<T>(all: readonly T[], turn: number): T[] {
  const by = turn % all.length;
  return [...all.slice(by), ...all.slice(0, by)];
}
