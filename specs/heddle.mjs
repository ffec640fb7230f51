#!/usr/bin/env node
// The heddle command: main.ts, which Node cannot load as it is.
import { fileURLToPath } from 'node:url';
import { load, root } from './launch/load.mjs';

const argv = process.argv.slice(2);
try {
  if (argv.includes('--watch')) await watchIfAsked();
  await load('heddle');
} catch (error) {
  // The command itself never throws: a source could not be read.
  const { explained } = await import('./launch/explain.mjs');
  process.stderr.write(`${process.env.HEDDLE_DEBUG === '1' ? error.stack : explained(error, root)}\n`);
  process.exitCode = 1;
}

/** Ends with Ctrl-C, if it is a command that can be watched. */
async function watchIfAsked() {
  const { watch, watchedCommand } = await import('./launch/watch.mjs');
  const watched = watchedCommand(argv);
  if (watched === null) return;
  const controller = new AbortController();
  process.on('SIGINT', () => controller.abort());
  await watch({ root, script: fileURLToPath(import.meta.url), argv: watched, signal: controller.signal });
  process.exit(130);
}
