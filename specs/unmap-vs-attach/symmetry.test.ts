import { describe, expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import { alike } from '../../model/symmetry/alike.ts';
import { buildMachine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { expectSame, reducedAndWhole } from '../reduced.ts';
import { atSize, spec } from './index.ts';
import { scenario, small } from './scenario.ts';

describe('with two unmappers, alike or not, every variant has the same verdict and as short a counterexample', () => {
  // The edit of one names the slot of CPU0, and some have two already.
  const left = ['free before SYNC', 'two unmappers', 'two unmappers, no barrier'];
  const variants = spec.variants.filter(({ name }) => !left.includes(name));
  const jobs = variants.map(({ name, expect: expected }) => ({ name, expected: expected.armv8! }));
  test.each(jobs)('$name', ({ name, expected }) => {
    const system = atSize(name, 'armv8', { unmappers: 2 });
    // But for the states that are their own images, half is left.
    const reduced = expectSame(system, expected.kind, { least: 1 / 2, most: 0.55 });
    expect(reduced.symmetry).toEqual({ names: ['unmappers'], elements: 2 });
  });
});

test('the other memory models: two unmappers in half the states', () => {
  for (const model of ['sc', 'tso']) {
    const [reduced, all] = reducedAndWhole(atSize('v7.1', model, { unmappers: 2 }));
    expect([reduced.verdict.kind, all.verdict.kind]).toEqual(['holds', 'holds']);
    expect([reduced.effort.states, all.effort.states]).toEqual([24_347, 48_024]);
  }
});

describe('what a declaration of the unmappers forgets is found', () => {
  const own = (cpu: number) => ({
    programs: [`CPU${cpu}`],
    objects: [`page${cpu}`],
    cells: [
      { object: 'ptes', field: 'pte', index: cpu },
      ...[0, 1].map((n) => ({ object: `smmu${n}`, field: 'cmdq', index: cpu })),
    ],
    pages: [cpu],
    slots: [cpu],
  });

  const message = (without: Partial<ReturnType<typeof own>>): string => {
    const machine = buildMachine(scenario('armv8', { ...small, unmappers: 2 }));
    const like = alike(machine, 'unmappers', ['CPU0', 'CPU1'], (cpu) => ({ ...own(cpu), ...without }));
    const system = systemOf('unmap-vs-attach', machine, [], [], { symmetries: [like] });
    try {
      checkNow(system, { search: 'bfs' });
      return 'not noticed';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  test('nothing, as it stands', () => {
    expect(message({})).toBe('not noticed');
  });

  test('whose pages are in the caches', () => {
    expect(message({ pages: [] })).toContain('the initial state is not exchanged with itself:\n  smmu0 = ');
  });

  test('whose descriptors are in the table', () => {
    expect(message({ cells: own(0).cells.slice(1) })).toContain(
      "the symmetry 'unmappers' is wrong: with CPU0 for",
    );
  });

  test('whose pages they are', () => {
    expect(message({ objects: [] })).toContain("the symmetry 'unmappers' is wrong: with CPU0 for");
  });

  test('whose slot a CMD_SYNC answers', () => {
    expect(message({ slots: [] })).toContain("the symmetry 'unmappers' is wrong: with CPU0 for");
  });
});
