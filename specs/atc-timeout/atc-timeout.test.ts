import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

test('what v7.1 gives back is the page that the device has cached', () => {
  expect(outcomeOf(spec, 'v7.1', 'sc').verdict).toMatchObject({
    why: 'page is reused, but the ATC of the device may still hold it',
  });
});
