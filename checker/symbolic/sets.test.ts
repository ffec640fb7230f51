import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { censusOf } from './count.ts';
import { LevelLists } from './levels.ts';
import { EMPTY, OutOfNodes, UNIT } from './nodes.ts';
import { Diagrams } from './relations.ts';

const HEIGHT = 4;
const vector = fc.array(fc.nat({ max: 3 }), { minLength: HEIGHT, maxLength: HEIGHT });
const vectors = fc.array(vector, { maxLength: 30 });
const levels = fc.subarray([0, 1, 2, 3]);

type Vectors = readonly (readonly number[])[];

const setOf = (d: Diagrams, all: Vectors) => d.unionOf(all.map((it) => d.single(it)));
const keys = (all: Vectors) => [...new Set(all.map((it) => it.join()))].sort();
const pick = (it: readonly number[], wanted: readonly number[]) => wanted.map((level) => it[level]!);

function told(d: Diagrams, set: number): readonly string[] {
  const found: string[] = [];
  d.each(set, (it) => void found.push(it.join()));
  return found.sort();
}

function holds(law: (d: Diagrams, lists: LevelLists, a: Vectors, b: Vectors, l: number[]) => void): void {
  fc.assert(
    fc.property(vectors, vectors, levels, (a, b, l) => law(new Diagrams(2 ** 26), new LevelLists(), a, b, l)),
    { seed: 20260504, numRuns: 200 },
  );
}

describe('operations on diagrams are those on sets of vectors', () => {
  test('union, difference and intersection, and equal sets are one node', () => {
    holds((d, _, a, b) => {
      const [x, y] = [setOf(d, a), setOf(d, b)];
      expect(told(d, d.union(x, y))).toEqual(keys([...a, ...b]));
      expect(told(d, d.minus(x, y))).toEqual(keys(a).filter((it) => !keys(b).includes(it)));
      expect(told(d, d.meet(x, y))).toEqual(keys(a).filter((it) => keys(b).includes(it)));
      expect(d.union(d.minus(x, y), d.meet(x, y))).toBe(x);
    });
  });

  test('what is left at some levels', () => {
    holds((d, lists, a, _, l) => {
      const left = d.project(setOf(d, a), 0, lists.of(l), UNIT);
      expect(told(d, left)).toEqual(keys(a.map((it) => pick(it, l))));
    });
  });

  test('what is left at some levels of vectors that have one of some values at one of them', () => {
    holds((d, lists, a, b, l) => {
      const level = l.at(-1);
      if (level === undefined) return;
      const values = b.map((it) => it[0]!);
      const filter = d.unionOf(values.map((value) => d.single([value])));
      const left = d.project(setOf(d, a), 0, lists.of(l, level), filter);
      const wanted = a.filter((it) => values.includes(it[level]!));
      expect(told(d, left)).toEqual(keys(wanted.map((it) => pick(it, l))));
    });
  });

  test('what does not match at some levels', () => {
    holds((d, lists, a, b, l) => {
      const matched = keys(b.map((it) => pick(it, l)));
      const cut = d.unionOf(b.map((it) => d.single(pick(it, l))));
      const left = a.filter((it) => !matched.includes(pick(it, l).join()));
      expect(told(d, d.without(setOf(d, a), 0, lists.of(l), cut))).toEqual(keys(left));
    });
  });

  test('a relation leads on and back', () => {
    holds((d, lists, a, b, l) => {
      // Each vector of `b` says from what to what: the one after it.
      const pairs = b.map((it, i) => [pick(it, l), pick(b[(i + 1) % b.length]!, l)] as const);
      const cubes = pairs.map(([from, to]) => d.single(l.flatMap((_, i) => [from[i]!, to[i]!])));
      const relation = d.unionOf(cubes);
      const moved = (all: Vectors, from: 0 | 1) =>
        all.flatMap((it) =>
          pairs
            .filter((pair) => pair[from].join() === pick(it, l).join())
            .map((pair) =>
              it.map((value, level) => (l.includes(level) ? pair[1 - from]![l.indexOf(level)]! : value)),
            ),
        );
      expect(told(d, d.next(setOf(d, a), 0, lists.of(l), relation))).toEqual(keys(moved(a, 0)));
      expect(told(d, d.previous(setOf(d, a), 0, lists.of(l), relation))).toEqual(keys(moved(a, 1)));
    });
  });

  test('how many there are, and the sum of their weights', () => {
    holds((d, lists, a, b, l) => {
      const census = censusOf(d, setOf(d, a), HEIGHT);
      expect(census.size).toBe(keys(a).length);
      const weights = new Map(b.map((it) => [pick(it, l).join(), 1 + it[3]!]));
      const given = [...weights].map(([at, w]) =>
        d.single([...(at === '' ? [] : at.split(',').map(Number)), w]),
      );
      const sum = keys(a).reduce((all, it) => {
        return all + (weights.get(pick(it.split(',').map(Number), l).join()) ?? 0);
      }, 0);
      expect(census.weigh(lists.of(l), d.unionOf(given))).toBe(sum);
    });
  });
});

test('a collection keeps what it is told to keep, and nothing else', () => {
  const d = new Diagrams(2 ** 26);
  const kept = setOf(d, [
    [1, 2, 3],
    [1, 5, 3],
  ]);
  const lost = setOf(d, [
    [7, 8, 9],
    [1, 5, 3],
  ]);
  // 3 ends both kept vectors, 2 and 5 go on to it, 1 goes on to these; besides, the two ends of all lists.
  d.collect([kept]);
  expect(d.count).toBe(4 + 2);
  expect(told(d, kept)).toEqual(['1,2,3', '1,5,3']);
  expect(d.isUsed(kept)).toBe(true);
  expect(d.isUsed(lost)).toBe(false);
  expect(told(d, d.union(kept, setOf(d, [[7, 8, 9]])))).toEqual(['1,2,3', '1,5,3', '7,8,9']);
});

test('no more memory is taken than was allowed', () => {
  const d = new Diagrams(2 ** 20);
  const fill = () => {
    let set = EMPTY;
    for (let i = 0; i < 100_000; i++) set = d.union(set, d.single([i, i, i]));
  };
  expect(fill).toThrow(OutOfNodes);
  expect(d.bytes()).toBeLessThanOrEqual(2 ** 20);
});
