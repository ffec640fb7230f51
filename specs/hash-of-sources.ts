/** One hash of everything of ours that a checkpoint hangs on. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sources } from './launch/sources.mjs';

const ours = fileURLToPath(new URL('..', import.meta.url));
/** Packages that run with our code. */
const OTHERS = ['package-lock.json'];

/** A hash of the sources as they are now, by name and content; the bench is no part of a check. */
export function hashOfSources(root = ours): string {
  const hash = createHash('sha256');
  for (const path of [...sources(root).filter((it) => !it.startsWith('bench/')), ...OTHERS]) {
    const content = readFileSync(join(root, path));
    hash.update(`${path} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
