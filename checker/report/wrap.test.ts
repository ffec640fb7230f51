import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, wrap } from './wrap.ts';

test('prose breaks at spaces', () => {
  expect(wrap('the store has not left', 10)).toEqual(['the store', 'has not', 'left']);
});

test('C breaks after an opening bracket rather than within an argument', () => {
  expect(wrap('rcu_assign_pointer(smmu_domain->invs, invs);', 30, '  ')).toEqual([
    'rcu_assign_pointer(',
    '  smmu_domain->invs, invs);',
  ]);
});

test('an identifier that fits nowhere breaks after an underscore', () => {
  expect(wrap('arm_smmu_install_new_domain_invs', 22)).toEqual(['arm_smmu_install_new_', 'domain_invs']);
});

test('nothing but spaces is lost and no line is too wide (seed 1)', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '(', ',', '_', '->'), maxLength: 60 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 4, max: 30 }), (raw, width) => {
      const text = printable(raw);
      const lines = wrap(text, width, '  ');
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }),
    { seed: 1 },
  );
});

test('a text becomes one printable line', () => {
  expect(printable(' a\n\tb\u0007 */ ')).toBe('a b * /');
});
