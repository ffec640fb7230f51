/** Arbitrary small systems, for random tests. */
import fc from 'fast-check';
import type { Case } from './random-toy.ts';

const number = fc.nat({ max: 7 });
const pairs = fc.array(fc.tuple(number, number), { maxLength: 2 });
const rule = fc.record({
  guard: pairs,
  target: number,
  source: number,
  plus: number,
  event: fc.nat({ max: 2 }),
});
export const anyCase: fc.Arbitrary<Case> = fc.record({
  variables: fc.integer({ min: 1, max: 5 }),
  domain: fc.integer({ min: 2, max: 7 }),
  agents: fc.array(fc.array(rule, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  reactions: fc.array(rule, { maxLength: 3 }),
  bad: fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 4 }),
  end: fc.nat({ max: 3 }),
});
