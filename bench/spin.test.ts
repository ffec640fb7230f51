import { expect, test } from 'vitest';
import { parsePan, slotBits } from './spin.ts';

const summary = `
(Spin Version 6.5.2 -- 6 December 2019)

Full statespace search for:
	invalid end states	+

State-vector 68 byte, depth reached 68, errors: 0
   747267 states, stored
  3732263 states, matched
  4479530 transitions (= stored+matched)
        0 atomic steps
hash conflicts:     36230 (resolved)

Stats on memory usage (in Megabytes):
   62.713	equivalent memory usage for states (stored*(State-vector + overhead))
   40.000	actual memory usage for states (compression: 63.99%)
         	state-vector as stored = 36 byte + 20 byte overhead
    8.000	memory used for hash table (-w20)
    0.534	memory used for DFS stack (-m10000)
   48.500	total actual memory usage

pan: elapsed time 1.01 seconds
pan: rate 739868 states/second
`;

test('the summary of a verifier is read: counts, verdict, memory', () => {
  expect(parsePan(summary)).toEqual({
    states: 747_267,
    transitions: 4_479_530,
    holds: true,
    why: 'holds',
    steps: null,
    bytes: 48 * 2 ** 20,
    exploring: null,
    nodes: null,
    memo: null,
  });
});

test('a violated assertion is told from what holds', () => {
  const text = `pan:1: assertion violated  !(((tlb0|tlb1)&2)) (at depth 36)\n${summary.replace('errors: 0', 'errors: 1')}`;
  const { holds, why } = parsePan(text);
  expect(holds).toBe(false);
  expect(why).toBe('assertion violated  !(((tlb0|tlb1)&2)) (at depth 36)');
});

test('an invalid end state does not hold', () => {
  const text = `pan:1: invalid end state (at depth 4)\n${summary.replace('errors: 0', 'errors: 1')}`;
  expect(parsePan(text)).toMatchObject({ holds: false, why: 'invalid end state (at depth 4)' });
});

test('a search that did not reach everything does not hold, though it found no errors', () => {
  expect(parsePan(`error: max search depth too small\n${summary}`)).toMatchObject({
    holds: false,
    why: 'max search depth too small',
  });
  expect(parsePan(`Warning: Search not completed\n${summary}`)).toMatchObject({
    holds: false,
    why: 'search not completed',
  });
});

test('a summary without a count is refused with its text', () => {
  expect(() => parsePan('pan: out of memory')).toThrow('pan: out of memory');
});

test('the hash table has a slot for each state at least, so that it need not grow', () => {
  expect([1e3, 946_252, 2 ** 20, 10_336_302, 11_796_083].map(slotBits)).toEqual([20, 20, 20, 24, 24]);
});
