/** Makes a bundle with esbuild. Apart from bundle.mjs, so that a run that finds its bundle does not load esbuild. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { sources } from './sources.mjs';

/** Writes a `.mjs` file for each entry, with source maps, to the folder `into`, and returns the files that went in. */
export async function build({ root, entries, into }) {
  const present = Object.entries(entries).filter(([, file]) => existsSync(join(root, file)));
  try {
    const { metafile } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(present),
      outdir: into,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      // Entries share what they both import: a worker and its parent, the specs and the bench.
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      sourcesContent: false,
      minifyWhitespace: true,
      metafile: true,
      logLevel: 'silent',
      banner: { js: requireBanner },
      plugins: [keepUrls(root)],
    });
    return Object.keys(metafile.inputs);
  } finally {
    // Else its process stays as long as ours. One bundle at a time in a process, therefore.
    await esbuild.stop();
  }
}

/** For packages in CommonJS, which call require(). */
const requireBanner =
  "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url);";

/** A source that asks for its own URL gets that of the source, not of the bundle: it looks for its neighbours. */
function keepUrls(root) {
  const asking = sources(root).filter((path) =>
    readFileSync(join(root, path), 'utf8').includes('import.meta.url'),
  );
  const load = ({ path }) => {
    const url = JSON.stringify(pathToFileURL(path).href);
    return {
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url),
      loader: loaderOf(path),
    };
  };
  return {
    name: 'keep-urls',
    setup({ onLoad }) {
      if (asking.length > 0) onLoad({ filter: new RegExp(`/(${asking.map(escaped).join('|')})$`) }, load);
    },
  };
}

function loaderOf(path) {
  return path.endsWith('.ts') ? 'ts' : 'js';
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
