/** Files that appear whole or not at all. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What unfinished files are called: short, so that a long name fits as well, and unlike those of any other run, be it
 *  in this process or in a container that counts its processes anew. */
export function unfinishedName(): string {
  return `.heddle-${randomBytes(8).toString('hex')}.tmp`;
}

/** Writes a file beside its place and moves it there, so that nobody ever sees half of it, and what was there before
 *  stays if it cannot be written. A symbolic link stays one; the file that it names is replaced. `lasting`: brought to
 *  the disk before, so that it outlives a loss of power as well. */
export function writeFileWhole(
  path: string,
  content: string | Uint8Array,
  { lasting = false, beforeMove = () => {} }: { readonly lasting?: boolean; beforeMove?(): void } = {},
): void {
  if (isPipeOrDevice(path)) {
    // /dev/stdout, a pipe to another program: to be written to, not to be replaced.
    writeFileSync(path, content);
    return;
  }
  const place = placeOf(path);
  const folder = dirname(place);
  makeFolder(folder);
  sweep(folder);
  const unfinished = join(folder, unfinishedName());
  try {
    writeFileSync(unfinished, content, { flag: 'wx' });
    if (lasting) bringToDisk(unfinished);
    beforeMove();
    renameSync(unfinished, place);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  if (lasting) bringToDisk(folder);
}

function isPipeOrDevice(path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  return there !== undefined && !there.isFile() && !there.isDirectory();
}

/** Where a file really is, if a symbolic link stands at its place. */
export function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Else a new name or content might be lost with the power. */
export function bringToDisk(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Not every file system can.
  } finally {
    closeSync(handle);
  }
}

/** Makes a folder and those above it. One at a time: Node's own recursive form never ends where the system refuses
 *  with ENOENT, as it does below /proc. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have been first.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

const AN_HOUR = 3_600_000;
const swept = new Set<string>();

/** Removes what runs that were killed have left unfinished; what is young may be another run's that goes on. */
export function sweep(folder: string): void {
  if (swept.has(folder)) return;
  swept.add(folder);
  try {
    for (const name of readdirSync(folder)) {
      if (!/^\.heddle-[0-9a-f]{16}\.tmp$/.test(name)) continue;
      const file = join(folder, name);
      const { mtimeMs = Number.POSITIVE_INFINITY } = statSync(file, { throwIfNoEntry: false }) ?? {};
      if (Date.now() - mtimeMs > AN_HOUR) rmSync(file, { force: true });
    }
  } catch {
    // It is only tidying up: whoever writes there will say what is wrong.
  }
}
