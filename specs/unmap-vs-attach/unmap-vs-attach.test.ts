import { describe, expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import { naive } from '../../checker/explore/naive.ts';
import { drop } from '../../model/program/statement.ts';
import { spec, unmapVsAttach } from './index.ts';
import { scenario, small } from './scenario.ts';

const jobs = spec.variants.flatMap((variant) =>
  Object.entries(variant.expect).map(([model, expected]) => ({
    variant,
    model,
    expected,
    name: variant.name,
  })),
);

describe('every variant under every memory model is found as expected', () => {
  test.each(jobs)('$name ($model)', ({ variant, model, expected }) => {
    const { verdict } = checkNow(variant.build(model), { search: 'bfs' });
    expect(verdict).toMatchObject(
      expected.kind === 'violated' ? { kind: 'violated', invariant: expected.by } : { kind: expected.kind },
    );
  });
});

describe('the engine, breadth or depth first, and the naive twin see the same states and transitions', () => {
  // Two unmappers are too many for the naive twin; symmetry.test.ts has them.
  const complete = jobs.filter(
    ({ name, expected }) => expected.kind === 'holds' && !name.startsWith('two unmappers'),
  );
  test.each(complete)('$name ($model)', ({ variant, model }) => {
    const { states, transitions } = naive(variant.build(model));
    for (const search of ['bfs', 'dfs'] as const) {
      expect(checkNow(variant.build(model), { search }).effort).toMatchObject({ states, transitions });
    }
  });
});

test('depth first finds what breadth first finds, if not as shortly', () => {
  for (const { variant, model, expected } of jobs) {
    if (expected.kind !== 'violated' || variant.name.startsWith('two unmappers')) continue;
    const shortest = checkNow(variant.build(model), { search: 'bfs' }).verdict;
    const any = checkNow(variant.build(model), { search: 'dfs' }).verdict;
    if (shortest.kind !== 'violated' || any.kind !== 'violated')
      throw new Error(`${variant.name} (${model})`);
    expect(any.trace.steps.length).toBeGreaterThanOrEqual(shortest.trace.steps.length);
  }
});

test('nothing is left for a reordering under sc: the barriers change no state count there', () => {
  const states = (name: string): number => {
    const variant = spec.variants.find((v) => v.name === name)!;
    return checkNow(variant.build('sc'), { search: 'bfs' }).effort.states;
  };
  expect(states('no barrier on CPU0')).toBe(states('v7.1'));
  expect(states('no barrier on CPU1')).toBe(states('v7.1'));
});

test('what sc can reach, tso and armv8 can: each has no fewer states', () => {
  for (const variant of spec.variants.filter((v) =>
    Object.values(v.expect).every((e) => e.kind === 'holds'),
  )) {
    const [sc, tso, armv8] = ['sc', 'tso', 'armv8'].map(
      (m) => checkNow(variant.build(m), { search: 'bfs' }).effort.states,
    );
    expect(tso).toBeGreaterThanOrEqual(sc!);
    expect(armv8).toBeGreaterThanOrEqual(tso!);
  }
});

test('two unmappers against one attach are safe, and not without the barrier', () => {
  const larger = { ...small, unmappers: 2, smmus: 2, pages: 1 };
  expect(checkNow(unmapVsAttach('armv8', larger), { search: 'bfs' }).verdict.kind).toBe('holds');
  const broken = { ...larger, unmapperEdits: [drop('arm_smmu_domain_inv_range', 'smp_mb()')] };
  expect(checkNow(unmapVsAttach('armv8', broken), { search: 'bfs' }).verdict).toMatchObject({
    kind: 'violated',
    invariant: 'noStaleTranslation',
  });
});

test('a mutant of a statement that is not there is refused', () => {
  expect(() =>
    scenario('sc', { ...small, unmapperEdits: [drop('arm_smmu_domain_inv_range', 'smp_mb( )')] }),
  ).toThrow("no statement 'smp_mb( )' in arm_smmu_domain_inv_range() to change");
});
