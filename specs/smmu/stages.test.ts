/** Stage 1, nested translation and ATS by the may-sets, against verdicts derived by hand from IHI 0070 3.9, 3.21 and
 *  4.3 to 4.5 (semantics.md 3.2, 3.3). */
import { describe, expect, test } from 'vitest';
import { walkerOracle } from '../../model/smmu/walker-oracle.ts';
import { fixedStreams } from './sequence.ts';
import { staged, verdictOfStaged } from './stages.ts';

describe.each(staged)('$kind: $name: $expect, since $why', (s) => {
  test.each(['sc', 'armv8'] as const)('under %s', (model) => {
    expect(verdictOfStaged(s, model)).toBe(s.expect);
  });
});

describe('the explicit walker and a device that asks for one page after the other agree', () => {
  test.each(staged.filter(({ kind }) => kind === 'ATS'))(
    '$name',
    (s) => {
      const walker = (...[decl, scenario]: Parameters<typeof fixedStreams>) =>
        walkerOracle({ fixed: fixedStreams(decl, scenario) });
      expect(verdictOfStaged(s, 'sc', walker)).toBe(s.expect);
    },
    20_000,
  );
});
