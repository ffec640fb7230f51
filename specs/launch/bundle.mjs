/** Bundles of our TypeScript: one folder for each state of the sources, named after it, so that a bundle that is there
 *  is never stale and runs of different sources do not meet. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sources } from './sources.mjs';

/** Files that decide how sources are translated and which versions of packages go in. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'node_modules/.package-lock.json'];
const A_DAY = 24 * 3_600_000;

/** The folder of the bundle of the sources below `root`, made if it is not there; null if it cannot be made. Throws
 *  esbuild's errors if there are mistakes in the sources. */
export async function bundleFor({ root, cache, entries }, build = built) {
  if (cache === '') return null;
  try {
    return await upToDate({ root, cache, entries }, build);
  } catch (error) {
    if (isMistake(error)) throw error;
    // Whatever it was, a read-only folder or no packages: tsx runs without a bundle, and says it if it must.
    if (process.env.HEDDLE_DEBUG === '1') process.stderr.write(`heddle: no bundle: ${error.message}\n`);
    return null;
  }
}

/** Whether somebody has to mend a source; packages that are not there are none of ours. */
function isMistake({ errors }) {
  return Array.isArray(errors) && errors.every(({ text }) => !/^Could not resolve "[^."]/.test(text));
}

async function upToDate({ root, cache, entries }, build) {
  // A source that changes while it is bundled leaves unknown which of its versions went in.
  for (let attempt = 0; attempt < 3; attempt++) {
    const name = fingerprint(root);
    const folder = join(cache, name);
    if (keep(folder)) return folder;
    makeFolder(cache);
    removeOld(cache);
    const made = join(cache, `made-${randomUUID()}`);
    try {
      await build({ root, entries, into: made });
      if (fingerprint(root) !== name) continue;
      if (moved(made, folder)) return folder;
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  throw new Error('the sources keep changing');
}

/** Makes a folder and those above it. Node's own recursive form never ends where the system refuses with ENOENT, as it
 *  does below /proc. */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have been first.
    if (!existsSync(folder)) throw error;
  }
}

/** Says that the bundle is in use; false if there is none. */
export function keep(folder) {
  if (!existsSync(folder)) return false;
  try {
    utimesSync(folder, new Date(), new Date());
  } catch {
    // It may be used where nothing can be written.
  }
  return true;
}

/** Whether the bundle is at its place now, put there by us or by another run at the same time. */
function moved(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
  return true;
}

function removeOld(cache) {
  for (const name of readdirSync(cache)) {
    if (!/^(made-[0-9a-f-]{36}|[0-9a-f]{64})$/.test(name)) continue;
    const folder = join(cache, name);
    const used = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - used > A_DAY) rmSync(folder, { recursive: true, force: true });
  }
}

/** Changes with every change of a source: the time of an inode's change cannot be set back as that of its content. */
function fingerprint(root) {
  const hash = createHash('sha256').update(JSON.stringify([root, process.version]));
  for (const path of [...sources(root), ...SETTINGS]) {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    hash.update(`${path} ${stat?.size} ${stat?.mtimeMs} ${stat?.ctimeMs}\n`);
  }
  return hash.digest('hex');
}

async function built(what) {
  const { build } = await import('./build.mjs');
  return build(what);
}
