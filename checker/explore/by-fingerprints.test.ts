import { describe, expect, test } from 'vitest';
import type { System } from '../system.ts';
import { checkNow } from './check.ts';
import { toy } from './toy.ts';

const exactly = (system: System) => checkNow(system, { search: 'bfs' });
const printed = (system: System, options: object = {}) =>
  checkNow(system, { search: 'bfs', fingerprintSeed: 1, ...options });

/** Of 1001 * 51 states; the layout changes on the way. */
const counters = (top = 1000) =>
  toy({
    start: { a: 0, b: 0 },
    agents: {
      A: ({ a }) => (a < top ? [{ text: `a = ${a + 1}`, set: { a: a + 1 } }] : []),
      B: ({ b }) => (b < 50 ? [{ text: `b = ${b + 1}`, set: { b: b + 1 } }] : []),
    },
  });

describe('with fingerprints', () => {
  test('the same states are found, and the verdict holds at odds', () => {
    const { verdict, effort } = printed(counters());
    const { effort: exact } = exactly(counters());
    // 51,051 states: 51051^2 / 2^65.
    expect(verdict).toEqual({ kind: 'holds', odds: 51_051 ** 2 / 2 ** 65 });
    expect([effort.states, effort.transitions, effort.depth]).toEqual([51_051, 1000 * 51 + 1001 * 50, 1050]);
    expect(effort.values).toEqual(exact.values);
  });

  test('states that were expanded are let go', () => {
    // Twelve bytes of parents and states are spared for each.
    expect(printed(counters(5000)).effort.bytes).toBeLessThan(0.8 * exactly(counters(5000)).effort.bytes);
  });

  test('a violation comes with the trace of an exact run', () => {
    const system = {
      ...counters(300),
      invariants: [
        {
          name: 'far',
          broken: (read: Parameters<System['stuck']>[0]) =>
            read({ index: 0, name: 'a' }) === 200 && read({ index: 1, name: 'b' }) === 7 ? 'far' : null,
        },
      ],
    };
    const { verdict } = printed(system);
    expect(verdict).toMatchObject({ kind: 'violated', invariant: 'far' });
    expect(verdict).toEqual(exactly(system).verdict);
  });

  test('so does a deadlock, for which no more is explored exactly than up to it', () => {
    let asked = 0;
    const deadlock = toy({
      start: { a: 0, b: 0 },
      agents: {
        A: ({ a }) => {
          asked += 1;
          return a < 9000 ? [{ set: { a: a + 1 } }] : [];
        },
        B: ({ a, b }) => (a === 0 && b < 3 ? [{ set: { b: b + 1 } }] : []),
      },
      stuck: ({ a }) => (a === 40 ? 'stuck' : null),
    });
    const stopping = {
      ...deadlock,
      agents: [
        {
          name: 'A',
          steps: (read: Parameters<System['stuck']>[0]) =>
            read({ index: 0, name: 'a' }) === 40 && read({ index: 1, name: 'b' }) === 1
              ? []
              : deadlock.agents[0]!.steps(read),
        },
        deadlock.agents[1]!,
      ],
    };
    const { verdict } = printed(stopping);
    expect(verdict).toEqual(exactly(stopping).verdict);
    expect(verdict).toMatchObject({ kind: 'deadlock', why: 'stuck' });
    expect(asked).toBeGreaterThan(9000);
  });

  test('a vacuous verdict tells the odds as well', () => {
    const { verdict } = printed(toy({ start: { a: 0 }, agents: {}, reach: { never: () => false } }));
    expect(verdict).toMatchObject({
      kind: 'vacuous',
      reasons: [
        'The witness "never" was never reached.',
        expect.stringMatching(
          /^Of states only 64-bit fingerprints were kept: at odds of at most 2.7e-20, one was/,
        ),
      ],
    });
  });

  test('runs that never end are not looked for, which is said', () => {
    const { verdict } = printed({ ...counters(20), mustEnd: true });
    expect(verdict).toMatchObject({
      kind: 'incomplete',
      bound: 'fingerprint',
      why: expect.stringMatching(
        /^fingerprints do not tell whether there are runs that never end: 1071 states/,
      ),
    });
  });

  test('a violation whose steps cannot be found again is still told', () => {
    let isFound = false;
    const broken = toy({
      start: { a: 0 },
      agents: { A: ({ a }) => (a < 5000 ? [{ set: { a: a + 1 } }] : []) },
      never: {
        end({ a }) {
          if (a < 4000) return null;
          isFound = true;
          return 'a is 4000';
        },
      },
    });
    // Interrupted as soon as it was found, which the exact run notices.
    const signal = {
      get aborted() {
        return isFound;
      },
    } as AbortSignal;
    expect(printed(broken, { signal }).verdict).toMatchObject({
      kind: 'violated',
      invariant: 'end',
      trace: {
        steps: [],
        ending: expect.stringMatching(/^a is 4000 \(no steps, as looking for them needs the states/),
      },
    });
  });

  test('another order of search, a checkpoint, and a limit are dealt with', () => {
    expect(() => printed(counters(), { search: 'dfs' })).toThrow('Fingerprints are for the search bfs');
    expect(() => printed(counters(), { resume: {} })).toThrow('cannot be kept in a checkpoint');
    expect(printed(counters(), { maxStates: 100 }).verdict).toMatchObject({
      kind: 'incomplete',
      bound: 'max-states',
    });
    expect(printed(counters(), { memoryLimit: 1 }).verdict).toMatchObject({
      kind: 'incomplete',
      bound: 'memory',
    });
  });
});
