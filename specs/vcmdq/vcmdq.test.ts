import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

test('what is not complete is the first batch, on the queue that the thread has left', () => {
  expect(outcomeOf(spec, 'v7.1', 'sc').verdict).toMatchObject({
    why: 'page is stored to, but TLBI(a) is not complete',
  });
});
