/** The page's script and style sheet, bundled from their sources when a report is written. In JavaScript of its own,
 *  and loaded by its URL, because esbuild cannot be part of a bundle. */
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const page = fileURLToPath(new URL('./page', import.meta.url));

/** `{ script, style }`, minified, to be put into a document. */
export async function bundlePage() {
  try {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: page,
      entryPoints: ['main.tsx'],
      outdir: 'out',
      write: false,
      bundle: true,
      minify: true,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
      charset: 'utf8',
      legalComments: 'none',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      logLevel: 'silent',
    });
    const ending = (suffix) => outputFiles.find(({ path }) => path.endsWith(suffix)).text;
    return { script: ending('.js'), style: ending('.css') };
  } finally {
    // Else its process stays as long as ours.
    await esbuild.stop();
  }
}
