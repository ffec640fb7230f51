/** The output folder: files that appear whole or not at all. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInput } from '../files/input.ts';
import { type StillHeld, withLock } from '../files/lock.ts';
import { reason } from '../files/reason.ts';
import { makeFolder, unfinishedName, writeFileWhole } from '../files/whole.ts';
import { UsageError } from '../system.ts';

export { reason };

/** Makes the folder if it is not there, and refuses it if nothing can be written to it. */
export function prepareFolder(folder: string): void {
  try {
    for (const place of [folder, join(folder, 'traces')]) {
      makeFolder(place);
      const probe = join(place, unfinishedName());
      try {
        // A full disk makes a file, but has no room for its content.
        writeFileSync(probe, 'x', { flag: 'wx' });
      } finally {
        rmSync(probe, { force: true });
      }
    }
  } catch (error) {
    throw new UsageError(
      `cannot write to the output folder ${folder}: ${reason(error)}. Name another one with --out DIR.`,
    );
  }
}

/** Writes a file next to its place and moves it there, so that nobody ever sees half of it. */
export function writeWhole(folder: string, name: string, text: string, stillHeld?: StillHeld): void {
  writeFileWhole(join(folder, name), text, stillHeld === undefined ? {} : { beforeMove: stillHeld });
}

/** Does what only one run may do at a time in the folder: to change what a file says and not only to replace it. */
export function alone<T>(folder: string, action: (stillHeld: StillHeld) => T): T {
  makeFolder(folder);
  return withLock(join(folder, '.heddle.lock'), action);
}

/** The content of a file, or an empty text if there is none. One that is there but cannot be read is an error: whoever
 *  adds to it would lose what it holds. */
export function readIfThere(folder: string, name: string): string {
  try {
    return readInput(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Removes the files of a folder that `unwanted` picks; there may be no such folder. */
export function removeFiles(folder: string, unwanted: (name: string) => boolean): void {
  for (const name of namesIn(folder).filter(unwanted)) rmSync(join(folder, name), { force: true });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
