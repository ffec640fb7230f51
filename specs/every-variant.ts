/** What the test of every spec begins with. */
import { describe, expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import type { Outcome } from '../checker/outcome.ts';
import type { Spec } from '../checker/spec.ts';

/** Checks one variant, breadth first. */
export function outcomeOf(spec: Spec, variant: string, model: string): Outcome {
  const found = spec.variants.find(({ name }) => name === variant);
  if (found === undefined) throw new Error(`${spec.name} has no variant '${variant}'`);
  return checkNow(found.build(model), { search: 'bfs' });
}

/** Tests that every variant is found as expected, under every memory model that it names; `except`: what takes too
 *  long for a test, as 'variant (model)'. */
export function testEveryVariant(
  spec: Spec,
  { except = [] }: { readonly except?: readonly string[] } = {},
): void {
  const jobs = spec.variants.flatMap(({ name, expect: expected }) =>
    Object.entries(expected).map(([model, expectation]) => ({ name, model, expectation })),
  );
  const quick = jobs.filter(({ name, model }) => !except.includes(`${name} (${model})`));
  if (quick.length + except.length !== jobs.length) throw new Error(`${spec.name} lacks one of ${except}`);
  describe('every variant under every memory model is found as expected', () => {
    test.each(quick)('$name ($model)', ({ name, model, expectation }) => {
      expect(outcomeOf(spec, name, model).verdict).toMatchObject(
        expectation.kind === 'violated'
          ? { kind: 'violated', invariant: expectation.by }
          : { kind: expectation.kind },
      );
    });
  });
}
