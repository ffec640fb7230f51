import { expect, test } from 'vitest';
import { columnWidths } from './trace-columns.ts';

test('columns that fit get what they need and no more', () => {
  expect(columnWidths(77, [10, 30, 20], () => 0)).toEqual([10, 30, 20]);
});

test('a column that needs little keeps it, and the others share the rest evenly', () => {
  expect(columnWidths(77, [10, 60, 60], () => 0)).toEqual([10, 30, 31]);
});

test('the split with the fewest rows wins over the even one', () => {
  expect(columnWidths(77, [60, 60], (widths) => (widths[0] === 44 ? 1 : 2))).toEqual([44, 30]);
});

test('four columns that need more than a quarter of the line do not stand side by side', () => {
  expect(columnWidths(77, [40, 40, 40, 40], () => 0)).toBeNull();
});

test('four columns of which two are narrow do', () => {
  // 77 - 3 separators of 3 leaves 68; the narrow ones take 9 each.
  expect(columnWidths(77, [40, 40, 9, 9], () => 0)).toEqual([25, 25, 9, 9]);
});
