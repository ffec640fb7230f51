/** `heddle baseline`: compares results with what they are known to come to, and writes that down anew. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { reason } from '../files/reason.ts';
import { writeFileWhole } from '../files/whole.ts';
import { baselineFile, baselineText, type Known, knownOf, nameOf } from '../gate/baseline.ts';
import { changesOf, codeOfChanges } from '../gate/changes.ts';
import { resultsIn } from '../gate/folder-cases.ts';
import { jobsOf } from '../gate/merge.ts';
import { type ExitCode, exitCode } from '../report/exit-code.ts';
import { jobName } from '../report/job.ts';
import type { Spec } from '../spec.ts';
import { UsageError } from '../system.ts';
import { readBaseline } from './baseline-file.ts';
import { changesText } from './gate-output.ts';
import type { Io } from './io.ts';

interface BaselineArguments {
  readonly out: string;
  readonly baseline: string;
  readonly update?: true;
}

const help = `
The baseline holds verdict and counts of every job, a line each. heddle check --ci fails if a verdict is another one,
with the exit code of a verdict that was not expected, and tells which counts are.

Examples:
  heddle baseline                                what results/ has that the baseline has not, and the other way round
  heddle baseline --update                       say what changed, and write it down
`;

export function addBaseline(
  program: Command,
  specs: readonly Spec[],
  io: Io,
  done: (code: ExitCode) => void,
): void {
  program
    .command('baseline')
    .description('compare results with the baseline, or write it')
    .option('--update', 'write the baseline from the results')
    .option('--out <folder>', 'the output folder of heddle check with the results', 'results')
    .option('--baseline <file>', 'the baseline', baselineFile)
    .addHelpText('after', help)
    .action((options: BaselineArguments) => done(baselineCommand(specs, options, io)));
}

function baselineCommand(
  specs: readonly Spec[],
  { out, baseline, update }: BaselineArguments,
  io: Io,
): ExitCode {
  const after = knownOf(resultsIn(out).cases);
  const declared = specs.flatMap((spec) => jobsOf(spec).map(jobName));
  const before = update === true && !existsSync(baseline) ? [] : readBaseline(baseline);
  const changes = changesOf(before, after, (job) => !declared.includes(nameOf(job)));
  io.stdout.write(changesText(changes, baseline));
  if (update !== true) return codeOfChanges(changes);
  const jobs = together(before, after, declared);
  try {
    writeFileWhole(baseline, baselineText(jobs));
  } catch (error) {
    throw new UsageError(`cannot write the baseline ${baseline}: ${reason(error)}`);
  }
  const kept = jobs.length - after.length;
  const old = kept > 0 ? `, ${kept} of them as before: ${out} has no results of them` : '';
  io.stdout.write(`Written to ${baseline}: ${jobs.length} jobs${old}\n`);
  return exitCode.asExpected;
}

/** What is known now, in the order of the specs: jobs without results keep their lines, as long as they are declared. */
function together(
  before: readonly Known[],
  after: readonly Known[],
  declared: readonly string[],
): readonly Known[] {
  const known = new Map([...before, ...after].map((job) => [nameOf(job), job]));
  return declared.flatMap((name) => known.get(name) ?? []);
}
