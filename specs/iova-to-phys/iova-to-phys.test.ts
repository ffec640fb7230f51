import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

test('the lookup is what uses a table after it was freed', () => {
  for (const variant of ['its table goes', 'a block takes its place', 'section, tables freed at once'])
    expect(outcomeOf(spec, variant, 'armv8').verdict).toMatchObject({
      why: 'use-after-free on CPU1 in io_pgtable_visit(): reads after ptes was freed',
    });
});
