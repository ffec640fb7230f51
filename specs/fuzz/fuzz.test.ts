/** A few cases of every kind that `npm run fuzz` has more of, always the same ones. */
import { expect, test } from 'vitest';
import { kinds } from './kinds.ts';

test.each(kinds.filter(({ sample }) => sample > 0))(
  'spoiled inputs are refused in words: $name',
  async (kind) => {
    expect(await kind.run(20261121, kind.sample)).toBe(null);
  },
);
