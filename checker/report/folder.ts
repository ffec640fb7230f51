/** The output folder: files that appear whole or not at all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../system.ts';

/** Makes the folder if it is not there, and refuses it if nothing can be written to it. */
export function prepareFolder(folder: string): void {
  const probe = join(folder, 'traces', `.heddle-${process.pid}`);
  try {
    makeFolder(dirname(probe));
    for (const file of [probe, join(folder, `.heddle-${process.pid}`)]) {
      writeFileSync(file, '');
      rmSync(file);
    }
  } catch (error) {
    throw new UsageError(
      `cannot write to the output folder ${folder}: ${reason(error)}. Name another one with --out DIR.`,
    );
  }
}

/** Makes a folder and those above it. One at a time: Node's own recursive form never ends where the system refuses
 *  with ENOENT, as it does below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Writes a file next to its place and moves it there, so that nobody ever sees half of it. */
export function writeWhole(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path));
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** The content of a file, or an empty text if there is none. */
export function readIfThere(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return '';
  }
}

/** Removes the files of a folder that `unwanted` picks. */
export function removeFiles(folder: string, unwanted: (name: string) => boolean): void {
  for (const name of readdirSync(folder).filter(unwanted)) rmSync(join(folder, name), { force: true });
}

/** What the system said, without its stack. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
