#!/usr/bin/env node
// The heddle command: main.ts, which Node cannot load as it is.
import { load, root } from './launch/load.mjs';

try {
  await load('heddle');
} catch (error) {
  // The command itself never throws: a source could not be read.
  const { explained } = await import('./launch/explain.mjs');
  process.stderr.write(`${process.env.HEDDLE_DEBUG === '1' ? error.stack : explained(error, root)}\n`);
  process.exitCode = 1;
}
