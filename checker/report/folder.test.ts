import { expect, test } from 'vitest';
import { prepareFolder } from './folder.ts';

test('a folder that the system does not let be made is refused, also where Node would try for ever', () => {
  expect(() => prepareFolder('/proc/heddle/results')).toThrow(
    'cannot write to the output folder /proc/heddle/results',
  );
});
