import { describe, expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import { orbitsOf } from '../checker/symmetry/orbits.ts';
import type { Component, Symmetry, System } from '../checker/system.ts';
import { replay } from '../checker/trace/replay.ts';
import { referenceModel, type Size } from './reference-model.ts';

test('three like unmappers: 18,745 of 109,201 states are left, as another tool counts them', () => {
  const { verdict, effort, symmetry } = checkNow(referenceModel({ k: 3, p: 1, m: 2, alike: true }), {
    search: 'bfs',
  });
  expect(verdict).toEqual({ kind: 'holds' });
  expect(effort.states).toBe(18_745);
  expect(symmetry).toEqual({ names: ['unmappers'], elements: 6 });
});

test.each<Size>([
  { k: 2, p: 1, m: 2, tso: true },
  { k: 3, p: 1, m: 1 },
  { k: 4, p: 1, m: 1 },
])('as many states as there are orbits by brute force: %o', (size) => {
  const system = referenceModel({ ...size, alike: true });
  expect(checkNow(system, { search: 'bfs' }).effort.states).toBe(orbitsOf(system));
});

const two: Size = { k: 2, p: 2, m: 2, alike: true };
test.each<[string, Size]>([
  ['writing the STE before the version', { ...two, wrongA: true }],
  ['reading the version before clearing the PTE', { ...two, wrongU: true }],
  ['leaving out the barrier', { ...two, tso: true, nobar: true }],
  ['leaving out the barrier with three of them', { k: 3, p: 1, m: 2, alike: true, tso: true, nobar: true }],
])('%s is found in as few steps', (_, size) => {
  const system = referenceModel(size);
  const all = checkNow(system, { search: 'bfs', symmetry: false }).verdict;
  const reduced = checkNow(system, { search: 'bfs' }).verdict;
  if (all.kind !== 'violated' || reduced.kind !== 'violated') throw new Error(reduced.kind);
  expect(reduced.trace.steps).toHaveLength(all.trace.steps.length);
  expect(replay(system, reduced.trace.steps).ending).toBe(reduced.trace.ending);
});

describe('a declaration that forgets where unmappers or their pages are named is found out', () => {
  const system = referenceModel({ k: 2, p: 2, m: 2, tso: true, alike: true });

  /** Without what `symmetry` makes of the components that are called so. */
  function forgetting(name: string): System {
    const [symmetry] = system.symmetries!;
    const isForgotten = ({ ref }: Component): boolean => ref.name.startsWith(name);
    const wrong: Symmetry = {
      ...symmetry!,
      exchange(places) {
        const exchange = symmetry!.exchange(places);
        const value = (c: number, v: unknown) =>
          isForgotten(system.components[c]!) ? v : exchange.value(c, v);
        return { ...exchange, value };
      },
    };
    return { ...system, symmetries: [wrong] };
  }

  test.each(['tlb', 'commands', 'buffer'])('%s', (name) => {
    expect(() => checkNow(forgetting(name), { search: 'bfs' })).toThrow(
      "the symmetry 'unmappers' is wrong: with CPU0 for CPU1, CPU1 for CPU0, ",
    );
    expect(checkNow(forgetting('no such component'), { search: 'bfs', maxStates: 1000 }).verdict.kind).toBe(
      'incomplete',
    );
  });

  test('agents that keep their names', () => {
    const [symmetry] = system.symmetries!;
    const wrong: Symmetry = {
      ...symmetry!,
      exchange: (places) => ({ ...symmetry!.exchange(places), agent: (name) => name }),
    };
    expect(() => checkNow({ ...system, symmetries: [wrong] }, { search: 'bfs' })).toThrow(
      'CPU0 can do what CPU0 cannot',
    );
  });
});
