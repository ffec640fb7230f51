import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { everything, hashOf, type Route, routeOf } from './route.ts';

const name = fc.string({ minLength: 1, unit: 'binary' });
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.record({
    view: fc.constant('verdicts' as const),
    words: fc.string(),
    model: fc.string(),
    kind: fc.string(),
    unexpectedFirst: fc.boolean(),
    flat: fc.boolean(),
  }),
  fc.record({ view: fc.constant('trace' as const), id: name, step: fc.nat() }),
  fc.record({ view: fc.constantFrom('variant' as const, 'matrix' as const), spec: name, variant: name }),
  fc.constant({ view: 'survivors' } as const),
);

test('every view has an address that leads back to it', () => {
  fc.assert(
    fc.property(route, (it) => {
      expect(routeOf(hashOf(it))).toEqual(it);
    }),
    { seed: 6, numRuns: 300 },
  );
});

test.each(['', '#', '#/', '#/nothing', '#/%E0%A4%A/7'])('the address %s is the table of verdicts', (hash) => {
  expect(routeOf(hash)).toEqual({ view: 'verdicts', ...everything });
});

test.each([
  ['#/trace/a', 0],
  ['#/trace/a/x', 0],
  ['#/trace/a/-4', 0],
  ['#/trace/a/12', 12],
])('%s is step %i of the trace', (hash, step) => {
  expect(routeOf(hash)).toEqual({ view: 'trace', id: 'a', step });
});
