import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInput } from './input.ts';
import { temporaryFolder } from './temporary.ts';

test('files are read, and what has no text or no end is refused', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), 'näh');
  mkdirSync(join(folder, 'sub'));
  expect(readInput(join(folder, 'file'))).toBe('näh');
  expect(() => readInput(join(folder, 'sub'))).toThrow('EISDIR');
  expect(() => readInput(join(folder, 'none'))).toThrow('ENOENT');
  expect(() => readInput('/dev/zero')).toThrow('/dev/zero is a device, not a file');
});
