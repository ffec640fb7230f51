import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

const lastWords = (variant: string): string => {
  const { verdict } = outcomeOf(spec, variant, 'sc');
  if (verdict.kind !== 'violated') throw new Error(`${variant}: ${verdict.kind}`);
  return verdict.why;
};

test('what is left behind is in the ATC, where only an ATC_INV was missing or in vain', () => {
  for (const variant of [
    'ATC first',
    'no answer',
    'late completion',
    'attach, no ATC entry',
    'count goes wrong',
  ])
    expect(lastWords(variant)).toMatch(/\(by the ATC\) to page0, which was freed$/);
});

test('a device answers an ATC_INV that comes while its ATS is off, or the driver stumbles over its own', () => {
  expect(lastWords('attach, no answer when off')).toMatch(/ATS is off at dev0$/);
  expect(lastWords('detach, no answer when off')).toMatch(/ATS is off at dev0$/);
  expect(lastWords('detach, no lock')).toMatch(/dev0 is under reset$/);
});
