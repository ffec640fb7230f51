/** Brings the specs to the command line. */
import process from 'node:process';
import { run } from '../checker/cli/run.ts';
import { specs } from './index.ts';

process.exitCode = await run(specs, process.argv.slice(2));
