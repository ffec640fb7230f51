/** `npm run conformance -- [--machine lag|oracle] [--model armv8] [--sample N] [--jobs N] [folder...]`: do our
 *  machines and herd7 say the same of litmus tests? The tests are not part of the repository: they are looked for
 *  beside it. `npm run conformance -- --mutants [pattern]`: does any test need each rule? */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { MemoryModel } from '../model/machine.ts';
import { LIMITS } from './litmus/command.ts';
import { litmusFiles, readVerdicts, sampleOf } from './litmus/files.ts';
import { tryMutants } from './litmus/mutants.ts';
import { examineAll } from './litmus/pool.ts';
import { type Examined, fateOf, slowest, stopwatch, summaryText } from './litmus/summary.ts';

export const corpus = fileURLToPath(new URL('../../shared/litmus', import.meta.url));

/** Folders of the corpus that have verdicts. */
const everything = [
  'aarch64/generated',
  'aarch64/catalogue',
  'aarch64/views',
  'c/kernel',
  'c/generated',
  'c/collected',
];

export interface Wanted {
  readonly folder: string;
  readonly machine: string;
  readonly model: MemoryModel;
  readonly jobs: number;
  /** About so many tests, evenly spread. */
  readonly sample: number;
}

export async function conformance({ folder, machine, model, jobs, sample }: Wanted) {
  const verdicts = readVerdicts(join(corpus, 'verdicts.tsv'));
  const files = sampleOf(litmusFiles([join(corpus, folder)]), sample);
  const cost = stopwatch();
  const reports = await examineAll(
    files.map((path) => ({ path, model, machine, limits: LIMITS })),
    jobs,
  );
  const taken = cost();
  const examined = files.map((file, i): Examined => ({ file, report: reports[i]! }));
  return {
    examined,
    disagreed: examined.filter((one) => fateOf(one, verdicts, model) === 'disagreed'),
    text: summaryText(examined, verdicts, model, taken),
  };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      machine: { type: 'string', default: 'lag' },
      model: { type: 'string', default: 'armv8' },
      sample: { type: 'string', default: 'Infinity' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      mutants: { type: 'boolean', default: false },
    },
  });
  if (values.mutants) {
    if (!(await tryMutants(corpus, Number(values.jobs), positionals[0]))) process.exitCode = 1;
    return;
  }
  if (!existsSync(corpus)) {
    console.log('skipped: no litmus tests beside the repository (../shared/litmus)');
    return;
  }
  const all: Examined[] = [];
  const cost = stopwatch();
  for (const folder of positionals.length > 0 ? positionals : everything) {
    const { examined, disagreed, text } = await conformance({
      folder,
      machine: values.machine,
      model: values.model as MemoryModel,
      jobs: Number(values.jobs),
      sample: Number(values.sample),
    });
    console.log(`${folder} on ${values.machine}: ${text.trimEnd()}`);
    if (disagreed.length > 0) process.exitCode = 1;
    all.push(...examined);
  }
  const { seconds, cpuSeconds } = cost();
  console.log(`${all.length} tests in all, ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU)`);
  console.log(slowest(all, 10));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
