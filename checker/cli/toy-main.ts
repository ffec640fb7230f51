/** The command line with the toy specs, for tests that need a real process. */
import process from 'node:process';
import { run } from './run.ts';
import { bad, endless, good, hungry, long, many } from './toy-spec.ts';

process.exitCode = await run([good, bad, endless, hungry, long, many], process.argv.slice(2));
