/** START HERE for start-up: lets Node run our TypeScript. Translating some 200 files costs more than checking a small
 *  spec, so what runs is a bundle of them, made again whenever a source has changed; where none can be made, tsx
 *  translates them as they are loaded. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { bundleFor, keep } from './bundle.mjs';
import { entries } from './entries.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Loads the entry `name` and returns its exports. A worker thread loads from where its parent did, even if a source
 *  has changed since: two versions of one module must not work on the same states. */
export async function load(name) {
  const key = 'heddle: loads from';
  const folder = getEnvironmentData(key) ?? (await bundleFor({ root, cache: cacheFor(root), entries })) ?? '';
  setEnvironmentData(key, folder);
  return folder === '' ? fromSources(entries[name]) : fromBundle(folder, name);
}

/** HEDDLE_CACHE says where bundles go; if it is empty, none is made. */
function cacheFor(folder) {
  return process.env.HEDDLE_CACHE ?? `${folder}node_modules/.cache/heddle`;
}

function fromBundle(folder, name) {
  // Stack traces then name the lines of the sources.
  process.setSourceMapsEnabled(true);
  setInterval(() => keep(folder), 3_600_000).unref();
  return import(pathToFileURL(`${folder}/${name}.mjs`).href);
}

async function fromSources(file) {
  try {
    const { register } = await import('tsx/esm/api');
    register();
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write('heddle: its packages are not installed. Run `npm install` in its folder.\n');
    process.exit(1);
  }
  return import(pathToFileURL(root + file).href);
}
