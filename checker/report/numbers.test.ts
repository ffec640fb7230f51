import { expect, test } from 'vitest';
import { count, duration, memory, rate } from './numbers.ts';

test('counts have commas', () => {
  expect(count(1162332)).toBe('1,162,332');
});

test('rates have three digits or so and a unit', () => {
  expect([rate(850, 1), rate(12345, 1), rate(2900000, 2)]).toEqual(['850', '12.3 k', '1.45 M']);
});

test('a rate over no time at all is not invented', () => {
  expect(rate(100, 0)).toBe('-');
});

test('memory is in binary units', () => {
  expect([900, 12288, 3.4 * 2 ** 20, 1.2 * 2 ** 30].map(memory)).toEqual([
    '900 B',
    '12 KiB',
    '3.4 MiB',
    '1.20 GiB',
  ]);
});

test('durations never show 60 seconds', () => {
  expect([0.0042, 1.23, 59.97, 119.7].map(duration)).toEqual([
    '0.004 s',
    '1.2 s',
    '1 min 00 s',
    '2 min 00 s',
  ]);
});
