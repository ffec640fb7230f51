/** Brings the specs to the command line. */
import process from 'node:process';
import { type Engine, engine } from '../checker/cli/engine.ts';
import { processIo } from '../checker/cli/io.ts';
import { run } from '../checker/cli/run.ts';
import { threadRunner } from '../checker/jobs/threads.ts';
import { type Pool, poolOf } from '../checker/parallel/pool.ts';
import { teamOf } from '../checker/parallel/team.ts';
import { hashOfSources } from './hash-of-sources.ts';
import { specs } from './index.ts';
import { litmusCommand } from './litmus/command.ts';
import { litmusOf } from './litmus/export.ts';
import { locateIn } from './locate.ts';
import { newCommand, ourRoot } from './new/command.ts';
import { programs } from './programs.ts';

const pools = new Map<number, Pool>();

/** Threads that know the specs. */
function poolFor(workers: number): Pool {
  const pool = pools.get(workers) ?? poolOf(new URL('./worker.mjs', import.meta.url), workers);
  pools.set(workers, pool);
  return pool;
}

const withTeams: Engine = {
  ...engine,
  team: (job, workers) => teamOf(poolFor(workers), job),
  runner: (atOnce) => threadRunner(new URL('./job-worker.mjs', import.meta.url), atOnce),
  programs,
  locate: () => locateIn(),
  sources: hashOfSources,
  exporters: { litmus: litmusOf },
};

process.exitCode = await run(specs, process.argv.slice(2), processIo(), withTeams, [
  litmusCommand,
  newCommand(ourRoot),
]);
