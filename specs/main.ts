/** Brings the specs to the command line. */
import process from 'node:process';
import { engine } from '../checker/cli/engine.ts';
import { processIo } from '../checker/cli/io.ts';
import { run } from '../checker/cli/run.ts';
import { specs } from './index.ts';
import { litmusCommand } from './litmus/command.ts';

process.exitCode = await run(specs, process.argv.slice(2), processIo(), engine, [litmusCommand]);
