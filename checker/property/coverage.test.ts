import { describe, expect, test } from 'vitest';
import { checkNow } from '../explore/check.ts';
import { naive } from '../explore/naive.ts';
import { toy } from '../explore/toy.ts';
import type { Label, System } from '../system.ts';
import { coverageFrom, coverageOf, told, united } from './coverage.ts';

const label = (statement: string, ...kinds: readonly ('early' | 'late')[]): Label => ({
  agent: 'P',
  lines: [
    {
      text: statement,
      statement,
      ...(kinds.length === 0
        ? {}
        : {
            reorderings: kinds.map((kind) => ({ kind, other: 'y = 1', fn: 'f', forbiddenBy: ['smp_mb()'] })),
          }),
    },
  ],
});
const early = { statement: 'x = 1', kind: 'early', other: 'y = 1', fn: 'f' } as const;

test('statements and kinds of reordering count once, whoever was first', () => {
  const all = [label('x = 1', 'early', 'late'), label('x = 1', 'early'), label('a = 2')];
  const expected = { covered: ['a = 2', 'x = 1'], reorderings: [early, { ...early, kind: 'late' }] };
  expect(told(coverageOf(all))).toEqual(expected);
  expect(told(united([...all].reverse().map((it) => coverageOf([it]))))).toEqual(expected);
  expect(told(coverageFrom(told(coverageOf(all))))).toEqual(expected);
  expect(told(coverageOf([label('a = 2')]))).toEqual({ covered: ['a = 2'] });
});

/** Counts to 2; the second step may be one that shows a reordering, if `reorders`. */
function counter(reorders: boolean): System {
  const plain = toy<{ readonly n: number }>({
    start: { n: 0 },
    agents: { P: ({ n }) => (n < 2 ? [{ text: 'n++', statement: 'x = 1', set: { n: n + 1 } }] : []) },
    statements: ['x = 1'],
  });
  return {
    ...plain,
    agents: plain.agents.map((agent) => ({
      ...agent,
      steps: (read) => {
        const isSecond = read(plain.components[0]!.ref) === 1;
        return agent.steps(read).map((step) => ({
          ...step,
          label: label('x = 1', ...(reorders && isSecond ? (['early'] as const) : [])),
        }));
      },
    })),
    mustReorder: [{ name: 'x before y', is: ({ kind, other }) => kind === 'early' && other === 'y = 1' }],
  };
}

const ways = {
  'breadth first': { search: 'bfs' },
  'depth first': { search: 'dfs' },
  'with fingerprints': { search: 'bfs', fingerprintSeed: 1 },
  symbolically: { search: 'bfs', engine: 'symbolic' },
} as const;

describe.each(Object.entries(ways))('%s', (_, way) => {
  test('a claim about a reordering that occurs holds, and tells of it', () => {
    const { verdict, reorderings } = checkNow(counter(true), way);
    expect(verdict.kind).toBe('holds');
    expect(reorderings).toEqual([early]);
  });

  test('a claim about a reordering that never occurs is vacuous, and says which', () => {
    const { verdict, reorderings } = checkNow(counter(false), way);
    expect(verdict).toMatchObject({ kind: 'vacuous' });
    expect(verdict.kind === 'vacuous' && verdict.reasons[0]).toBe(
      'The reordering "x before y" never occurred.',
    );
    expect(reorderings).toBeUndefined();
  });
});

test('random walks tell what was reordered on the way', () => {
  const random = { seed: 1, walks: 3, depth: 10 };
  expect(checkNow(counter(true), { search: 'random', random }).reorderings).toEqual([early]);
});

test('the naive twin agrees', () => {
  expect([naive(counter(true)).kind, naive(counter(false)).kind]).toEqual(['holds', 'vacuous']);
});
