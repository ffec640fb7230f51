/** Files that are read: what anybody may name. */
import { readFileSync, statSync } from 'node:fs';

/** The text of a file, or of a pipe. A device is refused: some have no end (/dev/zero), and all memory would be filled
 *  with what comes from them. */
export function readInput(file: string): string {
  const there = statSync(file);
  if (there.isCharacterDevice() || there.isBlockDevice()) throw new Error(`${file} is a device, not a file`);
  return readFileSync(file, 'utf8');
}
