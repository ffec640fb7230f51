/** A lock for what several runs change in the same folder: read, add to it, write it again. It is a file that only one
 *  of them can make. Held for milliseconds, and taken away from a holder that is gone, so that a run that was killed
 *  keeps nobody waiting. */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { UsageError } from '../system.ts';
import { unfinishedName } from './whole.ts';

/** Says that the lock is still ours; to be called right before what was read is written. Else a run that was held up for
 *  long (by Ctrl-Z, or a laptop that slept) would write what has been overtaken. Throws what makes `withLock` begin
 *  again. */
export type StillHeld = () => void;

class Lost extends Error {}

/** A holder of whom nothing is known but that it holds the same lock for so long, in milliseconds, counts as gone. */
const PATIENCE = 10_000;
const PAUSE = 5;
/** Nobody waits longer than this for a lock that goes from hand to hand. */
const LONGEST = 120_000;

/** Does what only one run may do at a time. `action` may be begun again and must therefore read what it adds to. */
export function withLock<T>(file: string, action: (stillHeld: StillHeld) => T, patience = PATIENCE): T {
  for (;;) {
    const token = acquire(file, patience);
    try {
      return action(() => {
        if (contentOf(file) !== token) throw new Lost();
      });
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    } finally {
      if (contentOf(file) === token) rmSync(file, { force: true });
    }
  }
}

/** Whose lock it is: a process of this machine since it was started, and something that no other lock has. */
interface Owner {
  readonly where: string | null;
  readonly pid: number;
  readonly id: string;
}

function acquire(file: string, patience: number): string {
  const { pid } = process;
  const owner: Owner = { where: here(), pid, id: randomUUID() };
  const token = JSON.stringify(owner);
  const begun = performance.now();
  let seen: string | null = null;
  let since = begun;
  while (!taken(file, token)) {
    const now = performance.now();
    const held = contentOf(file);
    if (held !== seen) {
      seen = held;
      since = now;
    }
    if (held !== null && (isGone(held) || now - since > patience)) takeAway(file, held);
    else if (now - begun > LONGEST)
      throw new UsageError(`another run holds ${file} all the time; remove it if there is none.`);
    else sleep(PAUSE);
  }
  return token;
}

/** Whether the file could be made. */
function taken(file: string, token: string): boolean {
  try {
    writeFileSync(file, token, { flag: 'wx' });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // It was made, but there was no room for its content.
    if (code === 'ENOSPC' || code === 'EDQUOT') rmSync(file, { force: true });
    throw error;
  }
}

/** Whether the process that made the lock has ended, as far as one can tell from here. */
function isGone(held: string): boolean {
  try {
    const { where, pid } = JSON.parse(held) as Owner;
    if (where === null || where !== here() || !Number.isSafeInteger(pid) || pid < 1) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Removes the lock `held`. Of several runs that do, one comes first, and the others might move the lock that somebody
 *  has made since: who finds another one in their hands puts it back. */
function takeAway(file: string, held: string): void {
  const aside = join(dirname(file), unfinishedName());
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (contentOf(aside) === held) rmSync(aside, { force: true });
  else renameSync(aside, file);
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** This start of this machine, and whose process numbers count; null where the system does not tell. */
function here(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
